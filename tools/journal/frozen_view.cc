#include "tools/journal/frozen_view.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

namespace flexstock::journal_tool {
namespace {

constexpr std::size_t kHeldMax = 256;  // a process may have 1024 files open, as a rule
constexpr std::uint64_t kWhole = std::numeric_limits<std::uint64_t>::max();

}  // namespace

class FrozenView::File final : public StorageFile {
 public:
  File(std::shared_ptr<StorageFile> below, std::uint64_t end) : below_(std::move(below)), end_(end) {}

  IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override {
    const IoResult read = below_->ReadAt(offset, bytes);
    const std::uint64_t seen = std::min<std::uint64_t>(read.count, end_ - std::min(end_, offset));
    std::ranges::fill(bytes.first(read.count).subspan(seen), std::byte{0});
    return read;
  }
  IoResult WriteAt(std::uint64_t /*offset*/, std::span<const std::byte> /*bytes*/) override {
    return {.count = 0, .error = EROFS};
  }
  int Sync() override { return EROFS; }
  int Size(std::uint64_t* size) override { return below_->Size(size); }

 private:
  const std::shared_ptr<StorageFile> below_;
  const std::uint64_t end_;
};

FrozenView::FrozenView(Storage& below, const std::string& path, const Scanned& scanned) : below_(below), path_(path) {
  // The snapshot is the first that is read, and the first that goes.
  if (!scanned.directory.snapshots.empty()) Add(journal::SnapshotName(scanned.directory.snapshots.back()), kWhole);
  const journal::JournalReader::Tail& tail = scanned.tail;
  for (const std::uint64_t number : scanned.directory.segments) {
    if (number < scanned.begin.segment) continue;
    Add(journal::SegmentName(number), number < tail.number    ? kWhole
                                      : number == tail.number ? tail.offset
                                                              : journal::kPage);
  }
}

// What cannot be opened now is so when it is wanted, and then somebody is told.
void FrozenView::Add(const std::string& name, std::uint64_t end) {
  std::unique_ptr<StorageFile> file;
  if (files_.size() < kHeldMax && below_.Open(path_ + "/" + name, OpenMode::kRead, &file) != 0) file = nullptr;
  files_[name] = {.end = end, .held = std::move(file)};
}

int FrozenView::List(const std::string& path, std::vector<std::string>* names) {
  names->clear();
  if (path != path_) return ENOENT;
  for (const auto& [name, frozen] : files_) names->push_back(name);
  return 0;
}

int FrozenView::Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) {
  if (mode != OpenMode::kRead) return EROFS;
  if (!path.starts_with(path_ + "/")) return ENOENT;
  const auto found = files_.find(path.substr(path_.size() + 1));
  if (found == files_.end()) return ENOENT;
  std::shared_ptr<StorageFile> held = found->second.held;
  if (held == nullptr) {
    std::unique_ptr<StorageFile> opened;
    if (const int error = below_.Open(path, mode, &opened); error != 0) return error;
    held = std::move(opened);
  }
  *file = std::make_unique<File>(std::move(held), found->second.end);
  return 0;
}

int FrozenView::MakeDirectory(const std::string& /*path*/) { return EROFS; }
int FrozenView::Rename(const std::string& /*from*/, const std::string& /*to*/) { return EROFS; }
int FrozenView::Remove(const std::string& /*path*/) { return EROFS; }
int FrozenView::SyncDirectory(const std::string& /*path*/) { return EROFS; }
int FrozenView::Lock(const std::string& /*path*/, std::unique_ptr<StorageLock>* /*lock*/) { return EROFS; }

}  // namespace flexstock::journal_tool
