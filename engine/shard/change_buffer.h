// ChangeBuffer: a shard's changes that have not left it, in order, split by epoch.
//
// The engine's epoch number rises while callers work, so a buffer may hold the end of one epoch and the beginning of
// the next. A commit of epoch e takes what belongs to epochs <= e and leaves the rest: an epoch leaves the engine
// whole.
//
// Bounded: a shard starts no command while full() (the engine commits first, or answers kOverloaded). One command may
// pass the bound by what it sets off itself, such as a restock that fills many pending orders: at most one change an
// order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/seeded_bugs.h"
#include "engine/shard/change.h"

namespace flexstock::shard {

class ChangeBuffer {
 public:
  explicit ChangeBuffer(std::size_t changes_max)
      : changes_max_(static_cast<std::uint32_t>(changes_max)),
        memory_(std::make_unique<std::vector<Change>>(RoomFor(changes_max))) {
    UseMemory();
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ >= changes_max_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  // The number of the newest change, counted over the buffer's whole life from 1, and over lives before it.
  [[nodiscard]] std::uint64_t newest() const { return taken_ + size_; }
  // Of the newest change before this life; the buffer is empty.
  void GoOnFrom(std::uint64_t newest) { taken_ = newest; }
  // Full for ever: no command starts any more.
  void Close() { changes_max_ = 0; }

  // A change more, for the caller to fill in whole. Epochs never fall.
  [[nodiscard]] Change& Append(Epoch epoch) {
    if (epoch != epoch_) [[unlikely]] {
      FLEXSTOCK_DCHECK(epoch > epoch_);
      earlier_ = size_;
      epoch_ = epoch;
    }
    if (size_ == room_) [[unlikely]]
      Grow(std::size_t{2} * room_);
    __builtin_prefetch(begin_ + size_ + 2, 1);
    return begin_[size_++];
  }

  // Puts the changes of epochs <= `through` into `taken`, by swapping memory with it, and says how many they are. What
  // belongs to a later epoch stays.
  [[nodiscard]] std::size_t TakeThrough(Epoch through, std::vector<Change>& taken) {
    const bool all = epoch_ <= through || base::Seeded(base::Bug::kTakeLaterEpoch);
    const std::size_t count = all ? size_ : earlier_;
    // Not as much as there was: after one large burst, every buffer that the memory goes through would become as large.
    // And first of all: if there is no memory, nothing has moved.
    const std::size_t room = std::max<std::size_t>(RoomFor(changes_max_), size_ - count);
    if (taken.size() < room) taken.resize(room);
    taken.swap(*memory_);
    UseMemory();
    // The later epoch's part began after the earlier one was closed: it is short.
    std::copy(taken.begin() + static_cast<std::ptrdiff_t>(count), taken.begin() + static_cast<std::ptrdiff_t>(size_),
              begin_);
    size_ -= static_cast<std::uint32_t>(count);
    taken_ += count;
    earlier_ = 0;
    return count;
  }

 private:
  // A command that starts just below the bound has some changes more.
  static std::size_t RoomFor(std::size_t changes_max) { return changes_max + 16; }
  void Grow(std::size_t room) {
    if (memory_->size() < room) memory_->resize(room);
    UseMemory();
  }
  void UseMemory() {
    begin_ = memory_->data();
    room_ = static_cast<std::uint32_t>(memory_->size());
  }

  // What every order touches first, so that it shares a cache line with its like (shard.h).
  Change* begin_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t room_ = 0;
  Epoch epoch_ = 0;            // of the newest change
  std::uint32_t earlier_ = 0;  // how many changes belong to epochs before it
  std::uint32_t changes_max_;
  std::uint64_t taken_ = 0;
  const std::unique_ptr<std::vector<Change>> memory_;  // begin_ to begin_ + room_
};

}  // namespace flexstock::shard
