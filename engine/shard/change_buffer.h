// ChangeBuffer: a shard's changes that have not left it, in order, split by epoch.
//
// The engine's epoch number rises while callers work, so a buffer may hold the end of one epoch and the beginning of the
// next. A commit of epoch e takes what belongs to epochs <= e and leaves the rest: an epoch leaves the engine whole.
//
// Bounded: a shard starts no command while full() (the engine commits first, or answers kOverloaded). One command may
// pass the bound by what it sets off itself, such as a restock that fills many pending orders: at most one change an order.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/base/check.h"
#include "engine/shard/change.h"

namespace flexstock::shard {

class ChangeBuffer {
 public:
  explicit ChangeBuffer(std::size_t changes_max) : changes_max_(changes_max) { changes_.reserve(changes_max + 64); }

  [[nodiscard]] bool empty() const { return changes_.empty(); }
  [[nodiscard]] bool full() const { return changes_.size() >= changes_max_; }
  [[nodiscard]] std::size_t size() const { return changes_.size(); }

  // Epochs never fall.
  void Append(Epoch epoch, const Change& change) {
    if (epoch != epoch_) [[unlikely]] {
      FLEXSTOCK_DCHECK(epoch > epoch_);
      earlier_ = changes_.size();
      epoch_ = epoch;
    }
    changes_.push_back(change);
    __builtin_prefetch(changes_.data() + changes_.size(), 1);
  }

  // Swaps out the changes of epochs <= `through` into `taken`, which is empty and gives its memory in return. What
  // belongs to a later epoch stays.
  void TakeThrough(Epoch through, std::vector<Change>& taken) {
    taken.swap(changes_);
    changes_.reserve(changes_max_ + 64);
    if (epoch_ <= through) {
      earlier_ = 0;
      return;
    }
    // The later epoch's part began after the earlier one was closed: it is short.
    changes_.assign(taken.begin() + static_cast<std::ptrdiff_t>(earlier_), taken.end());
    taken.resize(earlier_);
    earlier_ = 0;
  }

 private:
  std::size_t changes_max_;
  std::vector<Change> changes_;
  Epoch epoch_ = 0;          // of the newest change
  std::size_t earlier_ = 0;  // how many changes belong to epochs before it
};

}  // namespace flexstock::shard
