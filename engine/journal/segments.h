// Segments: the files that the journal's blocks are written to, one after another.
//
// Growing a file costs 2 to 10 times what overwriting it does, so a segment is filled with zeros before it is used, and
// used again when a snapshot has made it superfluous. It gets its name when its first page is on the disk, so whatever
// has a segment's name is one.
//
//   journal-5  full      journal-6  being written      journal-7  prepared: there before the first block of 6 is
//
// That the next one is always there shows a missing last one: numbers have no gaps. One more is made ahead of time.
//
// Threads  Write: one at a time (whoever commits). PrepareNext, Hurry, Retire, count: any.
// Errors   Empty, or what failed, with the file's name. After a failed Write nobody knows what is on the disk: the
//          journal is never written again.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/journal/format.h"
#include "flexstock/storage.h"

namespace flexstock::journal {

class Segments {
 public:
  // `like`: what all headers share. `bytes`: of a segment.
  Segments(Storage& storage, std::string directory, const FileHeader& like, std::uint64_t bytes)
      : storage_(storage), directory_(std::move(directory)), like_(like), bytes_(bytes) {}

  // Goes on in segment `number` at `offset`, where blocks end; makes it if it is not there, and the one after it.
  // Removes what lies below a gap: a crash may have undone some of the removals that were on their way, and not others.
  [[nodiscard]] std::string Open(std::uint64_t number, std::uint64_t offset);

  // Writes one block, whole pages, and syncs it.
  [[nodiscard]] std::string Write(std::span<const std::byte> block);

  // Makes what the next change of segments needs, if it is not there: ahead of time, so that Write need not wait. Takes
  // its time, so that the disk is there for the syncs that somebody waits for meanwhile.
  [[nodiscard]] std::string PrepareNext();
  // The engine ends: what is being made, and whatever is made from now on, takes no longer than it must.
  void Hurry() { hurried_.fetch_add(1, std::memory_order_relaxed); }
  // Segments below `number` are needed no more: they are kept for use again, if they may, or removed.
  [[nodiscard]] std::string Retire(std::uint64_t number, bool may_reuse = true);

  // Of the segment being written. relaxed, as in count(): only who writes changes it, and others want a figure.
  [[nodiscard]] std::uint64_t number() const { return number_.load(std::memory_order_relaxed); }
  // How many there are.
  [[nodiscard]] std::uint64_t count() const {
    return made_.load(std::memory_order_relaxed) - first_.load(std::memory_order_relaxed) + 1;
  }

  std::atomic<std::uint64_t> write_ns{0}, sync_ns{0};  // in all; any thread reads

 private:
  static constexpr std::size_t kSparesMax = 2;

  [[nodiscard]] std::string PathOf(const std::string& name) const { return directory_ + "/" + name; }
  [[nodiscard]] std::string MakeThrough(std::uint64_t number);
  [[nodiscard]] std::string Make(std::uint64_t number);
  [[nodiscard]] std::string MakeAs(const std::string& path_new, std::uint64_t number);
  [[nodiscard]] std::string TakeSpare(const std::string& path_new, std::unique_ptr<StorageFile>* file);
  [[nodiscard]] std::string FillWithZeros(StorageFile& file, const std::string& path);
  [[nodiscard]] std::string Switch();
  [[nodiscard]] std::string OpenToWrite();
  [[nodiscard]] std::string SyncNames();

  Storage& storage_;
  const std::string directory_;
  const FileHeader like_;
  const std::uint64_t bytes_;

  // The writer's.
  std::unique_ptr<StorageFile> file_;
  std::uint64_t offset_ = 0;
  std::uint64_t limit_ = 0;  // the file's own size, as it was made, maybe by an engine with other options

  std::mutex mutex_;  // guards changing what is below, and making files, which takes a while: no commit waits for that
  std::atomic<std::uint64_t> first_{1};
  std::atomic<std::uint64_t> number_{0};  // being written
  std::atomic<std::uint64_t> made_{0};    // the highest that is there
  std::vector<std::string> spares_;       // names
  std::vector<std::string> retired_;      // the same, but the disk may not know them by these names yet
  std::atomic<int> hurried_{0};           // so many wait for what is being made; relaxed: a hint
};

// "cannot write DIR/NAME: No space left on device"
[[nodiscard]] std::string IoProblem(const char* what, const std::string& path, int error);

}  // namespace flexstock::journal
