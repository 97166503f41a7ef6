#include "engine/journal/segments.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <system_error>
#include <thread>

#include "engine/base/seeded_bugs.h"
#include "engine/journal/directory.h"

namespace flexstock::journal {
namespace {

class Timed {
 public:
  explicit Timed(std::atomic<std::uint64_t>* ns) : ns_(ns) {}
  ~Timed() {
    const auto took = std::chrono::steady_clock::now() - begin_;
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
    ns_->fetch_add(static_cast<std::uint64_t>(ns), std::memory_order_relaxed);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  std::atomic<std::uint64_t>* ns_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

class Hurried {
 public:
  explicit Hurried(std::atomic<int>* count) : count_(count) { count_->fetch_add(1, std::memory_order_relaxed); }
  ~Hurried() { count_->fetch_sub(1, std::memory_order_relaxed); }
  Hurried(const Hurried&) = delete;
  Hurried& operator=(const Hurried&) = delete;

 private:
  std::atomic<int>* count_;
};

}  // namespace

std::string IoProblem(const char* what, const std::string& path, int error) {
  return std::string("cannot ") + what + " " + path + ": " + std::generic_category().message(error == 0 ? EIO : error);
}

std::string Segments::Open(std::uint64_t number, std::uint64_t offset) {
  {
    const std::lock_guard lock(mutex_);
    number_ = number;
    std::vector<std::string> names;
    if (const int error = storage_.List(directory_, &names); error != 0) return IoProblem("list", directory_, error);
    std::set<std::uint64_t> there;
    for (const std::string& name : names) {
      std::uint64_t n = 0;
      if (IsSegmentName(name, &n)) there.insert(n);
    }
    made_ = number - 1;
    while (there.count(made_ + 1) != 0) ++made_;
    first_ = number;
    while (there.count(first_ - 1) != 0) --first_;
    if (base::Seeded(base::Bug::kLeaveHole) && !there.empty()) first_ = *there.begin();
    for (const std::uint64_t n : there) {
      if (n >= first_) break;
      const std::string path = PathOf(SegmentName(n));
      if (const int error = storage_.Remove(path); error != 0) return IoProblem("remove", path, error);
    }
    const Hurried hurried(&hurried_);
    std::string problem = MakeThrough(number + 1);
    if (!problem.empty()) return problem;
  }
  if (std::string problem = OpenToWrite(); !problem.empty()) return problem;
  offset_ = offset;
  // A name that a killed process gave may not be on the disk.
  return SyncNames();
}

std::string Segments::Write(std::span<const std::byte> block) {
  // A block larger than a segment has one of its own, which grows.
  if (offset_ + block.size() > limit_ && offset_ != kPage) {
    if (std::string problem = Switch(); !problem.empty()) return problem;
  }
  {
    const Timed timed(&write_ns);
    const IoResult written = file_->WriteAt(offset_, block);
    if (written.error != 0) return IoProblem("write", PathOf(SegmentName(number())), written.error);
    if (written.count != block.size()) {
      return "cannot write " + PathOf(SegmentName(number())) + ": only " + std::to_string(written.count) + " of " +
             std::to_string(block.size()) + " bytes were written at " + std::to_string(offset_);
    }
  }
  const Timed timed(&sync_ns);
  if (!base::Seeded(base::Bug::kSkipSync)) {
    int error = file_->Sync();
    if (error != 0 && base::Seeded(base::Bug::kRetryFailedSync)) error = file_->Sync();
    if (error != 0) return IoProblem("sync", PathOf(SegmentName(number())), error);
  }
  offset_ += block.size();
  return {};
}

std::string Segments::Switch() {
  {
    const Hurried hurried(&hurried_);  // whoever is making it is waited for
    if (std::string problem = PrepareNext(); !problem.empty()) return problem;
  }
  {
    const std::lock_guard lock(mutex_);
    ++number_;
  }
  offset_ = kPage;
  return OpenToWrite();
}

// What a file has beyond the size in its header, nobody would miss if it were cut: so a segment is filled up to that.
std::string Segments::OpenToWrite() {
  const std::string path = PathOf(SegmentName(number()));
  if (const int error = storage_.Open(path, OpenMode::kReadWrite, &file_); error != 0) {
    return IoProblem("open", path, error);
  }
  std::byte bytes[kFileHeaderBytes];
  if (std::string problem = ReadWhole(*file_, path, 0, bytes); !problem.empty()) return problem;
  FileHeader header;
  std::uint64_t hash = 0;
  if (std::string problem = TakeFileHeader(bytes, &header, &hash); !problem.empty()) {
    return path + ": at 0: " + problem;
  }
  if (header.engine != like_.engine || header.number != number()) {
    return path + ": at 0: another file is here than was made: the directory was exchanged while the engine ran";
  }
  limit_ = header.bytes;
  return {};
}

std::string Segments::PrepareNext() {
  const std::lock_guard lock(mutex_);
  return MakeThrough(number_ + 2);
}

std::string Segments::MakeThrough(std::uint64_t number) {
  for (; made_ < number; ++made_) {
    if (std::string problem = Make(made_ + 1); !problem.empty()) return problem;
  }
  return {};
}

std::string Segments::Make(std::uint64_t number) {
  const std::string path_new = PathOf(UnfinishedName(number));
  std::string problem = MakeAs(path_new, number);
  // On a full disk, what was made of it would keep the rest of the room from whoever can use it.
  if (!problem.empty()) (void)storage_.Remove(path_new);
  return problem;
}

std::string Segments::MakeAs(const std::string& path_new, std::uint64_t number) {
  const std::string path = PathOf(SegmentName(number));
  std::unique_ptr<StorageFile> file;
  while (file == nullptr && !spares_.empty()) {
    if (std::string problem = TakeSpare(path_new, &file); !problem.empty()) return problem;
  }
  if (file == nullptr) {
    if (const int error = storage_.Open(path_new, OpenMode::kCreate, &file); error != 0) {
      return IoProblem("make", path_new, error);
    }
    if (std::string problem = FillWithZeros(*file, path_new); !problem.empty()) return problem;
  }
  std::vector<std::byte> page(kPage);
  FileHeader header = like_;
  header.kind = FileKind::kSegment;
  header.number = number;
  header.bytes = bytes_;
  PutFileHeader(page.data(), header);
  const IoResult written = file->WriteAt(0, page);
  if (written.error != 0 || written.count != page.size()) return IoProblem("write", path_new, written.error);
  if (const int error = file->Sync(); error != 0) return IoProblem("sync", path_new, error);
  if (const int error = storage_.Rename(path_new, path); error != 0) return IoProblem("rename", path_new, error);
  return SyncNames();
}

// *file is nullptr if it has another size: it is of an engine with other options, or a large block has made it grow; and
// if it is gone, because somebody has tidied up.
std::string Segments::TakeSpare(const std::string& path_new, std::unique_ptr<StorageFile>* file) {
  const std::string spare = PathOf(spares_.back());
  const int renamed = storage_.Rename(spare, path_new);
  if (renamed != 0 && renamed != ENOENT) return IoProblem("rename", spare, renamed);
  spares_.pop_back();
  if (renamed != 0) return {};
  if (const int error = storage_.Open(path_new, OpenMode::kReadWrite, file); error != 0) {
    return IoProblem("open", path_new, error);
  }
  std::uint64_t size = 0;
  if (const int error = (*file)->Size(&size); error != 0) return IoProblem("read", path_new, error);
  if (size != bytes_ && !base::Seeded(base::Bug::kTakeAnySpare)) file->reset();
  return {};
}

// A megabyte at a time, each synced by itself: 64 at once would keep the disk for a tenth of a second, and with it
// every commit that wants its own few pages there.
std::string Segments::FillWithZeros(StorageFile& file, const std::string& path) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;
  constexpr auto kBreath = std::chrono::milliseconds(4);
  const std::vector<std::byte> zeros(std::min(kPiece, bytes_));
  for (std::uint64_t at = 0; at < bytes_; at += zeros.size()) {
    const std::uint64_t size = std::min<std::uint64_t>(zeros.size(), bytes_ - at);
    const IoResult written = file.WriteAt(at, std::span(zeros).first(size));
    if (written.error != 0 || written.count != size) {
      return IoProblem("write", path, written.error == 0 ? ENOSPC : written.error);
    }
    if (at + size == bytes_ || hurried_.load(std::memory_order_relaxed) != 0) continue;
    if (const int error = file.Sync(); error != 0) return IoProblem("sync", path, error);
    std::this_thread::sleep_for(kBreath);
  }
  return {};
}

std::string Segments::SyncNames() {
  if (base::Seeded(base::Bug::kForgetDirectorySync)) return {};
  const int error = storage_.SyncDirectory(directory_);
  return error == 0 ? "" : IoProblem("sync", directory_, error);
}

std::string Segments::Retire(std::uint64_t number, bool may_reuse) {
  const std::lock_guard lock(mutex_);
  // Used again only once the disk knows them by their new names: else a crash would bring the old name back, with the
  // header of another segment.
  for (; first_ < std::min(number, number_.load()); ++first_) {
    const std::string path = PathOf(SegmentName(first_));
    if (may_reuse && spares_.size() + retired_.size() < kSparesMax) {
      const std::string spare = SpareName(first_);
      if (const int error = storage_.Rename(path, PathOf(spare)); error != 0) return IoProblem("rename", path, error);
      retired_.push_back(spare);
    } else if (const int error = storage_.Remove(path); error != 0) {
      return IoProblem("remove", path, error);
    }
  }
  if (std::string problem = SyncNames(); !problem.empty()) {
    // Nor after a later sync that goes well: what this one has lost, that one need not know of.
    for (const std::string& spare : retired_) (void)storage_.Remove(PathOf(spare));
    retired_.clear();
    return problem;
  }
  spares_.insert(spares_.end(), retired_.begin(), retired_.end());
  retired_.clear();
  return {};
}

}  // namespace flexstock::journal
