// A view that stays as it was, whatever becomes of the files.
#include "tools/journal/frozen_view.h"

#include <gmock/gmock.h>

#include "tests/journal_tool/on_disk.h"

namespace flexstock::journal_tool {
namespace {

using FrozenViewTest = OnDisk;

std::map<std::string, std::string> TextsOf(Storage& storage, const std::string& path) {
  std::vector<std::string> names;
  EXPECT_EQ(storage.List(path, &names), 0);
  std::map<std::string, std::string> texts;
  for (const std::string& name : names) {
    std::unique_ptr<StorageFile> file;
    EXPECT_EQ(storage.Open(path + "/" + name, OpenMode::kRead, &file), 0) << name;
    std::uint64_t size = 0;
    EXPECT_EQ(file->Size(&size), 0);
    std::string& text = texts[name];
    text.resize(size);
    EXPECT_EQ(journal::ReadWhole(*file, name, 0, std::as_writable_bytes(std::span(text))), "");
  }
  return texts;
}

TEST_F(FrozenViewTest, HasWhatWasScanned) {
  MakeADay();
  std::ofstream(path_ + "/journal-0000000000000fff.new") << "unfinished";
  std::ofstream(path_ + "/notes.txt") << "not ours";
  Scanned scanned;
  Visitor nothing;
  ASSERT_EQ(Scan(SystemStorage(), path_, &nothing, &scanned), "");
  FrozenView view(SystemStorage(), path_, scanned);
  const auto seen = TextsOf(view, path_);
  auto expected = Files();
  std::erase_if(expected, [&](const auto& file) {
    std::uint64_t number = 0;
    return !(journal::IsSegmentName(file.first, &number) && number >= scanned.begin.segment) &&
           file.first != journal::SnapshotName(scanned.snapshot_epoch);
  });
  ASSERT_GE(expected.size(), 3u);
  for (auto& [name, text] : expected) {
    std::uint64_t number = 0;
    if (!journal::IsSegmentName(name, &number) || number < scanned.tail.number) continue;
    const std::uint64_t end = number == scanned.tail.number ? scanned.tail.offset : journal::kPage;
    text.replace(end, std::string::npos, std::string(text.size() - end, '\0'));
  }
  EXPECT_TRUE(seen == expected);

  // Blocks that are written behind, and files that are removed.
  std::string grown(1 << 12, 'x');
  std::fstream(path_ + "/" + journal::SegmentName(scanned.tail.number), std::ios::in | std::ios::out | std::ios::binary)
      .seekp(static_cast<std::streamoff>(scanned.tail.offset))
      .write(grown.data(), static_cast<std::streamsize>(grown.size()));
  std::filesystem::remove(path_ + "/" + FileOf("snapshot-"));
  std::filesystem::remove(path_ + "/" + journal::SegmentName(scanned.begin.segment));
  EXPECT_TRUE(TextsOf(view, path_) == expected);
}

TEST_F(FrozenViewTest, CannotBeWritten) {
  MakeADay();
  const auto before = Files();
  Scanned scanned;
  Visitor nothing;
  ASSERT_EQ(Scan(SystemStorage(), path_, &nothing, &scanned), "");
  FrozenView view(SystemStorage(), path_, scanned);
  const std::string segment = path_ + "/" + FileOf("journal-", -1);
  std::unique_ptr<StorageFile> file;
  std::unique_ptr<StorageLock> lock;
  EXPECT_EQ(view.Open(segment, OpenMode::kReadWrite, &file), EROFS);
  EXPECT_EQ(view.Open(segment, OpenMode::kCreate, &file), EROFS);
  EXPECT_EQ(view.Open(path_ + "/LOCK", OpenMode::kRead, &file), ENOENT);
  ASSERT_EQ(view.Open(segment, OpenMode::kRead, &file), 0);
  const std::byte byte{1};
  EXPECT_EQ(file->WriteAt(0, {&byte, 1}).error, EROFS);
  EXPECT_EQ(file->Sync(), EROFS);
  EXPECT_EQ(view.MakeDirectory(path_), EROFS);
  EXPECT_EQ(view.Rename(segment, segment + "x"), EROFS);
  EXPECT_EQ(view.Remove(segment), EROFS);
  EXPECT_EQ(view.SyncDirectory(path_), EROFS);
  EXPECT_EQ(view.Lock(path_ + "/LOCK", &lock), EROFS);
  EXPECT_TRUE(Files() == before);
}

}  // namespace
}  // namespace flexstock::journal_tool
