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
#include <vector>

#include "engine/base/check.h"
#include "engine/shard/change.h"

namespace flexstock::shard {

class ChangeBuffer {
 public:
  explicit ChangeBuffer(std::size_t changes_max) : changes_max_(changes_max), changes_(changes_max + 16) {}

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ >= changes_max_; }
  [[nodiscard]] std::size_t size() const { return size_; }

  // A change more, for the caller to fill in whole. Epochs never fall.
  [[nodiscard]] Change& Append(Epoch epoch) {
    if (epoch != epoch_) [[unlikely]] {
      FLEXSTOCK_DCHECK(epoch > epoch_);
      earlier_ = size_;
      epoch_ = epoch;
    }
    if (size_ == changes_.size()) [[unlikely]]
      changes_.resize(2 * size_);
    __builtin_prefetch(changes_.data() + size_ + 2, 1);
    return changes_[size_++];
  }

  // Puts the changes of epochs <= `through` into `taken`, by swapping memory with it, and says how many they are. What
  // belongs to a later epoch stays.
  [[nodiscard]] std::size_t TakeThrough(Epoch through, std::vector<Change>& taken) {
    const std::size_t count = epoch_ <= through ? size_ : earlier_;
    taken.swap(changes_);
    if (changes_.size() < taken.size()) changes_.resize(taken.size());
    // The later epoch's part began after the earlier one was closed: it is short.
    std::copy(taken.begin() + static_cast<std::ptrdiff_t>(count), taken.begin() + static_cast<std::ptrdiff_t>(size_),
              changes_.begin());
    size_ -= count;
    earlier_ = 0;
    return count;
  }

 private:
  std::size_t size_ = 0;  // of changes_: the rest is room
  const std::size_t changes_max_;
  std::vector<Change> changes_;
  Epoch epoch_ = 0;          // of the newest change
  std::size_t earlier_ = 0;  // how many changes belong to epochs before it
};

}  // namespace flexstock::shard
