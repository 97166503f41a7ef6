// A view in which everything can be done, and nothing of it is seen below.
#include "tools/journal/private_view.h"

#include <gmock/gmock.h>

#include <array>
#include <cstring>

#include "tests/journal_tool/on_disk.h"
#include "tests/model/seed.h"
#include "tests/sim/random.h"

namespace flexstock::journal_tool {
namespace {

using PrivateViewTest = OnDisk;

std::string TextOf(Storage& storage, const std::string& path) {
  std::unique_ptr<StorageFile> file;
  if (const int error = storage.Open(path, OpenMode::kRead, &file); error != 0) return std::strerror(error);
  std::uint64_t size = 0;
  EXPECT_EQ(file->Size(&size), 0);
  std::string text(size, '?');
  const IoResult read = file->ReadAt(0, std::as_writable_bytes(std::span(text)));
  EXPECT_EQ(read.count, size);
  return text;
}

int Write(StorageFile& file, std::uint64_t offset, const std::string& text) {
  const IoResult written = file.WriteAt(offset, std::as_bytes(std::span(text)));
  EXPECT_EQ(written.count, text.size());
  return written.error;
}

TEST_F(PrivateViewTest, ChangesNothingBelow) {
  std::filesystem::create_directory(path_);
  std::ofstream(path_ + "/a") << "old a";
  std::ofstream(path_ + "/b") << "old b";
  const auto before = Files();
  PrivateView view(SystemStorage());
  EXPECT_EQ(view.MakeDirectory(path_), 0);
  EXPECT_EQ(view.MakeDirectory(path_ + "/none"), ENOENT);
  std::unique_ptr<StorageLock> lock, second;
  EXPECT_EQ(view.Lock(path_ + "/LOCK", &lock), 0);
  EXPECT_EQ(view.Lock(path_ + "/LOCK", &second), 0);

  std::unique_ptr<StorageFile> file;
  ASSERT_EQ(view.Open(path_ + "/a", OpenMode::kReadWrite, &file), 0);
  EXPECT_EQ(Write(*file, 0, "new"), 0);
  EXPECT_EQ(file->Sync(), 0);
  ASSERT_EQ(view.Open(path_ + "/c", OpenMode::kCreate, &file), 0);
  EXPECT_EQ(Write(*file, 5000, "far"), 0);
  EXPECT_EQ(view.Rename(path_ + "/b", path_ + "/d"), 0);
  EXPECT_EQ(view.Rename(path_ + "/none", path_ + "/e"), ENOENT);

  EXPECT_EQ(TextOf(view, path_ + "/a"), "new a");
  EXPECT_EQ(TextOf(view, path_ + "/b"), std::strerror(ENOENT));
  EXPECT_EQ(TextOf(view, path_ + "/c"), std::string(5000, '\0') + "far");
  EXPECT_EQ(TextOf(view, path_ + "/d"), "old b");
  std::vector<std::string> names;
  EXPECT_EQ(view.List(path_, &names), 0);
  EXPECT_THAT(names, testing::UnorderedElementsAre("a", "c", "d"));
  EXPECT_EQ(view.Remove(path_ + "/a"), 0);
  EXPECT_EQ(view.SyncDirectory(path_), 0);
  EXPECT_EQ(view.List(path_, &names), 0);
  EXPECT_THAT(names, testing::UnorderedElementsAre("c", "d"));
  EXPECT_TRUE(Files() == before);
}

// Against a plain string: writes and reads anywhere, over a file that ends within a page.
TEST_F(PrivateViewTest, ReadsWhatWasWritten) {
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    sim::Random random(seed);
    std::string expected(random.Below(20'000), 'x');
    std::filesystem::create_directories(path_);
    std::ofstream(path_ + "/file", std::ios::binary) << expected;
    PrivateView view(SystemStorage());
    std::unique_ptr<StorageFile> file;
    ASSERT_EQ(view.Open(path_ + "/file", OpenMode::kReadWrite, &file), 0);
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t at = random.Below(30'000);
      const std::string text(1 + random.Below(9'000), static_cast<char>('a' + i % 26));
      ASSERT_EQ(Write(*file, at, text), 0);
      if (expected.size() < at + text.size()) expected.resize(at + text.size());
      expected.replace(at, text.size(), text);
      ASSERT_EQ(TextOf(view, path_ + "/file"), expected);
      std::string part(1 + random.Below(9'000), '?');
      const std::uint64_t from = random.Below(40'000);
      const IoResult read = file->ReadAt(from, std::as_writable_bytes(std::span(part)));
      ASSERT_EQ(part.substr(0, read.count), from < expected.size() ? expected.substr(from, part.size()) : "");
    }
  }
}

}  // namespace
}  // namespace flexstock::journal_tool
