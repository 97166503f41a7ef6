// The system's files: what storage.h promises, on real ones.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "flexstock/storage.h"
#include "tests/program/program.h"

// This program's own fsync and fdatasync, which the storage calls in place of the C library's: they note what they are
// called for, and fail when a test says so.
namespace {

struct Syncs {
  std::vector<std::string> data, all;  // paths
  int error = 0;
  std::string fails;  // the path on which
};
Syncs* syncs = nullptr;  // nobody looks

int NoteSync(int fd, std::vector<std::string> Syncs::*list, long call) {
  if (syncs != nullptr) {
    const std::string path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)).string();
    (syncs->*list).push_back(path);
    if (syncs->error != 0 && path == syncs->fails) {
      errno = syncs->error;
      return -1;
    }
  }
  return static_cast<int>(::syscall(call, fd));
}

}  // namespace

extern "C" int fsync(int fd) { return NoteSync(fd, &Syncs::all, SYS_fsync); }
extern "C" int fdatasync(int fd) { return NoteSync(fd, &Syncs::data, SYS_fdatasync); }

namespace flexstock {
namespace {

std::vector<std::byte> Bytes(std::size_t count, unsigned fill) {
  return std::vector<std::byte>(count, static_cast<std::byte>(fill));
}

class SystemStorageTest : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<StorageFile> Open(const std::string& name, OpenMode mode) const {
    std::unique_ptr<StorageFile> file;
    EXPECT_EQ(storage_.Open(path_ + "/" + name, mode, &file), 0);
    return file;
  }

  void SetUp() override { syncs = &syncs_; }
  void TearDown() override { syncs = nullptr; }

  Syncs syncs_;
  Storage& storage_ = SystemStorage();
  const program::Directory directory_;
  const std::string path_ = directory_.path();
};

TEST_F(SystemStorageTest, MakesDirectories) {
  EXPECT_EQ(storage_.MakeDirectory(path_), 0);  // there already
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/a/b/c"), 0);
  EXPECT_TRUE(std::filesystem::is_directory(path_ + "/a/b/c"));
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/a/d/"), 0);
  std::ofstream(path_ + "/file") << "x";
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/file"), ENOTDIR);
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/file/below"), ENOTDIR);
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/" + std::string(300, 'x')), ENAMETOOLONG);
  std::filesystem::create_symlink(path_ + "/nowhere", path_ + "/dangling");
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/dangling"), ENOENT);
}

// What is said to be on the disk has been asked for.
TEST_F(SystemStorageTest, SyncsWhatItSays) {
  const auto file = Open("a", OpenMode::kCreate);
  EXPECT_EQ(file->WriteAt(0, Bytes(5, 1)).count, 5u);
  EXPECT_TRUE(syncs_.data.empty());
  EXPECT_EQ(file->Sync(), 0);
  EXPECT_EQ(syncs_.data, std::vector{path_ + "/a"});
  EXPECT_TRUE(syncs_.all.empty());
  EXPECT_EQ(storage_.SyncDirectory(path_), 0);
  EXPECT_EQ(syncs_.all, std::vector{path_});
  syncs_.error = EIO;
  syncs_.fails = path_ + "/a";
  EXPECT_EQ(file->Sync(), EIO);
  syncs_.fails = path_;
  EXPECT_EQ(storage_.SyncDirectory(path_), EIO);
}

// A directory that a crash takes back takes its files with it. One that is there may have been made just now.
TEST_F(SystemStorageTest, TheNameOfADirectoryIsSynced) {
  const auto end_with = [&](std::vector<std::string> names) {
    const std::size_t count = std::min(names.size(), syncs_.all.size());
    EXPECT_EQ(std::vector(syncs_.all.end() - static_cast<std::ptrdiff_t>(count), syncs_.all.end()), names);
    syncs_.all.clear();
  };
  const std::string above = std::filesystem::path(path_).parent_path();
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/a/b"), 0);
  end_with({above, path_, path_ + "/a"});
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/a/b"), 0);
  end_with({above, path_, path_ + "/a"});

  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(path_);
  EXPECT_EQ(storage_.MakeDirectory("c/d"), 0);
  EXPECT_EQ(syncs_.all, (std::vector{path_, path_ + "/c"}));
  std::filesystem::current_path(before);

  syncs_.error = EIO;
  syncs_.fails = path_;
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/e"), EIO);
  EXPECT_EQ(storage_.MakeDirectory(path_ + "/e"), EIO);
  // Whoever may not look has made nothing there, nor has anybody where names cannot be synced.
  for (const int error : {EACCES, EINVAL, ENOTSUP, EROFS}) {
    syncs_.error = error;
    EXPECT_EQ(storage_.MakeDirectory(path_ + "/e"), 0);
    EXPECT_EQ(storage_.MakeDirectory(path_ + "/f" + std::to_string(error)), error);
  }
}

TEST_F(SystemStorageTest, ListsNames) {
  std::vector<std::string> names = {"old"};
  EXPECT_EQ(storage_.List(path_, &names), 0);
  EXPECT_TRUE(names.empty());
  (void)Open("a", OpenMode::kCreate);
  (void)Open(".b", OpenMode::kCreate);
  EXPECT_EQ(storage_.List(path_, &names), 0);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{".b", "a"}));
  EXPECT_EQ(storage_.List(path_ + "/nowhere", &names), ENOENT);
  EXPECT_EQ(storage_.List(path_ + "/a", &names), ENOTDIR);
}

TEST_F(SystemStorageTest, WritesAndReadsAtOffsets) {
  const auto file = Open("a", OpenMode::kCreate);
  EXPECT_EQ(file->WriteAt(100, Bytes(10, 7)).count, 10u);
  EXPECT_EQ(file->WriteAt(0, Bytes(5, 9)).count, 5u);
  EXPECT_EQ(file->Sync(), 0);
  std::uint64_t size = 0;
  EXPECT_EQ(file->Size(&size), 0);
  EXPECT_EQ(size, 110u);
  std::vector<std::byte> read = Bytes(200, 1);
  const IoResult result = file->ReadAt(0, read);  // short: the file ends
  EXPECT_EQ(result.count, 110u);
  EXPECT_EQ(result.error, 0);
  EXPECT_EQ(read[4], std::byte{9});
  EXPECT_EQ(read[5], std::byte{0});  // a hole
  EXPECT_EQ(read[109], std::byte{7});
  EXPECT_EQ(file->ReadAt(110, read).count, 0u);
  EXPECT_EQ(file->ReadAt(1'000, read).error, 0);
}

TEST_F(SystemStorageTest, OpensAsItIsTold) {
  std::unique_ptr<StorageFile> file;
  EXPECT_EQ(storage_.Open(path_ + "/a", OpenMode::kRead, &file), ENOENT);
  EXPECT_EQ(storage_.Open(path_ + "/a", OpenMode::kReadWrite, &file), ENOENT);
  EXPECT_EQ(file, nullptr);
  EXPECT_EQ(Open("a", OpenMode::kCreate)->WriteAt(0, Bytes(10, 7)).count, 10u);
  std::uint64_t size = 0;
  EXPECT_EQ(Open("a", OpenMode::kReadWrite)->Size(&size), 0);
  EXPECT_EQ(size, 10u);
  EXPECT_EQ(Open("a", OpenMode::kRead)->WriteAt(0, Bytes(1, 7)).error, EBADF);
  EXPECT_EQ(Open("a", OpenMode::kCreate)->Size(&size), 0);  // empty, whatever was there
  EXPECT_EQ(size, 0u);
  EXPECT_EQ(storage_.Open(path_, OpenMode::kReadWrite, &file), EISDIR);
  const auto directory = [&] {
    EXPECT_EQ(storage_.Open(path_, OpenMode::kRead, &file), 0);
    return std::move(file);
  }();
  std::vector<std::byte> bytes(1);
  EXPECT_EQ(directory->ReadAt(0, bytes).error, EISDIR);
}

TEST_F(SystemStorageTest, RenamesAndRemoves) {
  EXPECT_EQ(Open("a", OpenMode::kCreate)->WriteAt(0, Bytes(10, 7)).count, 10u);
  (void)Open("b", OpenMode::kCreate);
  EXPECT_EQ(storage_.Rename(path_ + "/a", path_ + "/b"), 0);  // replaced
  EXPECT_EQ(storage_.SyncDirectory(path_), 0);
  std::uint64_t size = 0;
  EXPECT_EQ(Open("b", OpenMode::kRead)->Size(&size), 0);
  EXPECT_EQ(size, 10u);
  EXPECT_EQ(storage_.Rename(path_ + "/a", path_ + "/c"), ENOENT);
  EXPECT_EQ(storage_.Remove(path_ + "/b"), 0);
  EXPECT_EQ(storage_.Remove(path_ + "/b"), ENOENT);
  EXPECT_EQ(storage_.SyncDirectory(path_ + "/nowhere"), ENOENT);
}

// A limit on the size of files is as good as a full disk: what fits is written, then nothing.
TEST_F(SystemStorageTest, SaysHowMuchWasWritten) {
  const auto file = Open("a", OpenMode::kCreate);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 5'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const IoResult some = file->WriteAt(0, Bytes(8'192, 7));
  const IoResult none = file->WriteAt(5'000, Bytes(10, 7));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(some.count, 5'000u);
  EXPECT_EQ(some.error, 0);
  EXPECT_EQ(none.count, 0u);
  EXPECT_EQ(none.error, EFBIG);
}

// ---- Locks ----------------------------------------------------------------------------------------------------------

TEST_F(SystemStorageTest, ALockIsHeldOnceInAProcess) {
  std::unique_ptr<StorageLock> first, second;
  EXPECT_EQ(storage_.Lock(path_ + "/LOCK", &first), 0);
  EXPECT_EQ(storage_.Lock(path_ + "/LOCK", &second), EWOULDBLOCK);
  EXPECT_EQ(second, nullptr);
  first.reset();
  EXPECT_EQ(storage_.Lock(path_ + "/LOCK", &second), 0);
  EXPECT_EQ(storage_.Lock(path_ + "/nowhere/LOCK", &first), ENOENT);
}

// Somebody takes the file for a leftover.
TEST_F(SystemStorageTest, ALockHoldsThoughItsFileIsRemoved) {
  std::unique_ptr<StorageLock> first, second;
  ASSERT_EQ(storage_.Lock(path_ + "/LOCK", &first), 0);
  ASSERT_EQ(storage_.Remove(path_ + "/LOCK"), 0);
  EXPECT_EQ(storage_.Lock(path_ + "/LOCK", &second), EWOULDBLOCK);
  first.reset();
  EXPECT_EQ(storage_.Lock(path_ + "/LOCK", &second), 0);
}

TEST_F(SystemStorageTest, ALockEndsWithItsProcess) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(60);  // whatever becomes of its parent
    std::unique_ptr<StorageLock> lock;
    const char said = storage_.Lock(path_ + "/LOCK", &lock) == 0 ? 'y' : 'n';
    (void)!::write(ready[1], &said, 1);
    for (;;) ::pause();
  }
  char said = 0;
  ASSERT_EQ(::read(ready[0], &said, 1), 1);
  EXPECT_EQ(said, 'y');
  std::unique_ptr<StorageLock> lock;
  EXPECT_EQ(storage_.Lock(path_ + "/LOCK", &lock), EWOULDBLOCK);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(storage_.Lock(path_ + "/LOCK", &lock), 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

// A program that is executed does not inherit files and locks.
TEST_F(SystemStorageTest, NothingIsInherited) {
  const auto file = Open("a", OpenMode::kCreate);
  std::unique_ptr<StorageLock> lock;
  ASSERT_EQ(storage_.Lock(path_ + "/LOCK", &lock), 0);
  int open = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(entry, error).string();
    if (target.rfind(path_, 0) != 0) continue;
    ++open;
    const int flags = ::fcntl(std::stoi(entry.path().filename().string()), F_GETFD);
    EXPECT_NE(flags & FD_CLOEXEC, 0) << target;
  }
  EXPECT_EQ(open, 3);  // the file, the lock's, and the directory
}

}  // namespace
}  // namespace flexstock
