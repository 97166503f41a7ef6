// PositionBook: how far the caller's own logs have been taken, by stream, split by epoch as the shards' changes are.
//
// A position becomes durable with the command that carried it, so it is noted under that command's shard locks, with
// the epoch read there. While a commit is under way, two epochs are open: the one that ends and the one that has begun.
//
// Threads  Any.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

#include "flexstock/journal.h"

namespace flexstock::journal {

class PositionBook {
 public:
  // A command of this epoch carried it.
  void Note(const Position& position, Epoch epoch) {
    const std::lock_guard lock(mutex_);
    NoteLocked(position, epoch);
  }
  // A command that took no lock carried it: of the epoch that is open. A commit that has taken what belonged to the
  // epoch before has raised the number first.
  template <typename Read>
  Epoch NoteNow(const Position& position, Read epoch) {
    const std::lock_guard lock(mutex_);
    const Epoch open = epoch();
    NoteLocked(position, open);
    return open;
  }

  [[nodiscard]] bool Find(std::uint32_t stream, std::uint64_t* offset) const {
    const std::lock_guard lock(mutex_);
    if (stream >= kStreamsMax || !streams_[stream].known) return false;
    *offset = streams_[stream].newest;
    return true;
  }

  [[nodiscard]] bool untaken() const {
    const std::lock_guard lock(mutex_);
    return !changed_.empty();
  }
  // What was noted in epochs up to `through` and not taken before: the latest of each stream.
  void Take(Epoch through, std::vector<Position>* positions) {
    const std::lock_guard lock(mutex_);
    positions->clear();
    std::size_t kept = 0;
    for (const std::uint32_t number : changed_) {
      Stream& stream = streams_[number];
      if (stream.epoch <= through) {
        positions->push_back({number, stream.newest});
        stream.changed = stream.has_earlier = false;
        continue;
      }
      if (stream.has_earlier) positions->push_back({number, stream.earlier});
      stream.has_earlier = false;
      changed_[kept++] = number;
    }
    changed_.resize(kept);
  }

  // All of them, for a snapshot; nothing is taken.
  [[nodiscard]] std::vector<Position> All() const {
    const std::lock_guard lock(mutex_);
    std::vector<Position> positions;
    for (std::uint32_t number = 0; number < kStreamsMax; ++number) {
      const Stream& stream = streams_[number];
      // What is not yet taken is not yet durable.
      if (stream.durable) positions.push_back({number, stream.taken});
    }
    return positions;
  }

  // What was taken is on the disk.
  void Durable(const std::vector<Position>& positions) {
    const std::lock_guard lock(mutex_);
    for (const Position& position : positions) {
      Stream& stream = streams_[position.stream];
      stream.taken = position.offset;
      stream.durable = true;
    }
  }

  // As recovery found it.
  void Restore(const Position& position) {
    const std::lock_guard lock(mutex_);
    Stream& stream = streams_[position.stream];
    stream = {.newest = position.offset, .taken = position.offset, .known = true, .durable = true};
  }

 private:
  struct Stream {
    std::uint64_t newest = 0;
    std::uint64_t earlier = 0;  // the latest of an epoch before newest's
    std::uint64_t taken = 0;    // the latest that is durable
    Epoch epoch = 0;            // newest's
    bool known = false;
    bool durable = false;
    bool changed = false;  // listed in changed_
    bool has_earlier = false;
  };

  void NoteLocked(const Position& position, Epoch epoch) {
    Stream& stream = streams_[position.stream];
    if (stream.changed && stream.epoch > epoch) {
      // Another thread was quicker with a later epoch.
      stream.earlier = position.offset;
      stream.has_earlier = true;
      return;
    }
    if (stream.changed && stream.epoch != epoch) {
      stream.earlier = stream.newest;
      stream.has_earlier = true;
    }
    stream.newest = position.offset;
    stream.epoch = epoch;
    stream.known = true;
    if (!stream.changed) changed_.push_back(position.stream);
    stream.changed = true;
  }

  mutable std::mutex mutex_;
  std::array<Stream, kStreamsMax> streams_{};
  std::vector<std::uint32_t> changed_;
};

}  // namespace flexstock::journal
