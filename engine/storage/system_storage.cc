// The system's files: what POSIX offers for bytes that have to be on the disk.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "flexstock/storage.h"

namespace flexstock {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// Calls again what a signal has interrupted: nothing had been done then.
template <typename Call>
auto Uninterrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

class SystemFile final : public StorageFile {
 public:
  explicit SystemFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override {
    const ssize_t count = Uninterrupted(
        [&] { return ::pread(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    return Result(count);
  }
  IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    // The system takes 2 GiB less a page at a time, whatever it is given.
    constexpr std::size_t kMost = std::size_t{1} << 30;
    std::size_t done = 0;
    while (done < bytes.size()) {
      const std::size_t part = std::min(kMost, bytes.size() - done);
      const ssize_t count = Uninterrupted(
          [&] { return ::pwrite(descriptor_.get(), bytes.data() + done, part, static_cast<off_t>(offset + done)); });
      if (count < 0) return {.count = done, .error = errno};
      done += static_cast<std::size_t>(count);
      if (static_cast<std::size_t>(count) < part) break;
    }
    return {.count = done, .error = 0};
  }
  int Sync() override { return ::fdatasync(descriptor_.get()) == 0 ? 0 : errno; }
  int Size(std::uint64_t* size) override {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) != 0) return errno;
    *size = static_cast<std::uint64_t>(status.st_size);
    return 0;
  }

 private:
  static IoResult Result(ssize_t count) {
    return count < 0 ? IoResult{.count = 0, .error = errno}
                     : IoResult{.count = static_cast<std::size_t>(count), .error = 0};
  }

  Descriptor descriptor_;
};

// flock: the lock is the open file's, so it holds against this process, too, and ends when the last of it is closed. And
// the directory's, so that it also holds once somebody has removed the file.
class SystemLock final : public StorageLock {
 public:
  SystemLock(Descriptor file, Descriptor directory) : file_(std::move(file)), directory_(std::move(directory)) {}

 private:
  Descriptor file_, directory_;
};

class PosixStorage final : public Storage {
 public:
  int MakeDirectory(const std::string& path) override {
    std::string above = path.starts_with('/') ? "/" : ".";
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      std::string part = path.substr(0, end);
      const bool made = ::mkdir(part.c_str(), 0777) == 0;
      if (!made && errno != EEXIST) return errno;
      // One that is there may have been made by a process that was killed right then. Where nobody may read the
      // directory above, or where the file system cannot sync it, nothing was.
      const int error = SyncDirectory(above);
      const bool cannot = error == EACCES || error == EINVAL || error == ENOTSUP || error == EROFS;
      if (error != 0 && (made || !cannot)) return error;
      if (end == std::string::npos) break;
      above = std::move(part);
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return errno;
    return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
  }

  int List(const std::string& path, std::vector<std::string>* names) override {
    names->clear();
    DIR* directory = ::opendir(path.c_str());
    if (directory == nullptr) return errno;
    errno = 0;
    while (const dirent* entry = ::readdir(directory)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names->push_back(name);
    }
    const int error = errno;
    ::closedir(directory);
    return error;
  }

  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override {
    const int flags = mode == OpenMode::kRead        ? O_RDONLY
                      : mode == OpenMode::kReadWrite ? O_RDWR
                                                     : O_RDWR | O_CREAT | O_TRUNC;
    // Not to wait for whoever may open the other end, if it is a pipe; of a file, it means nothing.
    Descriptor descriptor(Uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0666); }));
    if (descriptor.get() < 0) return errno;
    *file = std::make_unique<SystemFile>(std::move(descriptor));
    return 0;
  }

  int Rename(const std::string& from, const std::string& to) override {
    return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  }
  int Remove(const std::string& path) override { return ::unlink(path.c_str()) == 0 ? 0 : errno; }

  int SyncDirectory(const std::string& path) override {
    const Descriptor descriptor(
        Uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (descriptor.get() < 0) return errno;
    return ::fsync(descriptor.get()) == 0 ? 0 : errno;
  }

  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override {
    Descriptor descriptor(Uninterrupted([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666); }));
    if (descriptor.get() < 0) return errno;
    if (Uninterrupted([&] { return ::flock(descriptor.get(), LOCK_EX | LOCK_NB); }) != 0) return errno;
    const std::string above = std::filesystem::path(path).parent_path();
    Descriptor directory(
        Uninterrupted([&] { return ::open(above.empty() ? "." : above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (directory.get() < 0) return errno;
    // NFS locks no directory: then the file's lock has to do.
    if (Uninterrupted([&] { return ::flock(directory.get(), LOCK_EX | LOCK_NB); }) != 0 && errno == EWOULDBLOCK) {
      return EWOULDBLOCK;
    }
    *lock = std::make_unique<SystemLock>(std::move(descriptor), std::move(directory));
    return 0;
  }
};

}  // namespace

Storage& SystemStorage() {
  static Storage& storage = *new PosixStorage;
  return storage;
}

}  // namespace flexstock
