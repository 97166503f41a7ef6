// Unconfirmed: the committed changes that some audience has not confirmed, in order of their positions.
//
// A queue forgets what is polled, but a snapshot has to hold what would be told again after a crash. Positions are
// consecutive, so a change is found by its own. Blocks are shared: a snapshot writes them while the engine goes on.
//
// Threads  One at a time (the committer); a block's changes that Runs() has shown never change.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "engine/shard/change.h"

namespace flexstock::outbox {

class Unconfirmed {
 public:
  static constexpr std::size_t kBlock = 4096;
  using Block = std::array<shard::Change, kBlock>;

  // Changes first .. next-1 are here.
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t next() const { return next_; }

  // Nothing is here; the next change has this position.
  void StartAt(std::uint64_t position) { first_ = next_ = position; }

  void Append(std::span<const shard::Change> changes) {
    while (!changes.empty()) {
      if (blocks_.empty() || next_ - block_first_ == blocks_.size() * kBlock) AddBlock();
      const std::size_t at = (next_ - block_first_) % kBlock;
      const std::size_t count = std::min(changes.size(), kBlock - at);
      std::copy_n(changes.begin(), count, blocks_.back()->begin() + static_cast<std::ptrdiff_t>(at));
      changes = changes.subspan(count);
      next_ += count;
    }
  }

  // Nobody needs what has a position up to this.
  void DropThrough(std::uint64_t position) {
    first_ = std::max(first_, std::min(position + 1, next_));
    while (!blocks_.empty() && first_ - block_first_ >= kBlock) {
      spare_ = std::move(blocks_.front());
      blocks_.pop_front();
      block_first_ += kBlock;
    }
    if (blocks_.empty()) block_first_ = first_;
  }

  struct Run {
    std::shared_ptr<const Block> block;
    std::size_t begin, end;
  };
  // All that is here.
  [[nodiscard]] std::vector<Run> Runs() const {
    std::vector<Run> runs;
    std::uint64_t at = block_first_;
    for (const std::shared_ptr<Block>& block : blocks_) {
      const std::uint64_t begin = std::max(at, first_), end = std::min(at + kBlock, next_);
      if (begin < end)
        runs.push_back({block, static_cast<std::size_t>(begin - at), static_cast<std::size_t>(end - at)});
      at += kBlock;
    }
    return runs;
  }

 private:
  void AddBlock() {
    if (blocks_.empty()) block_first_ = next_;
    const bool reusable = spare_ != nullptr && spare_.use_count() == 1;
    blocks_.push_back(reusable ? std::move(spare_) : std::make_shared<Block>());
    spare_ = nullptr;
  }

  std::deque<std::shared_ptr<Block>> blocks_;
  std::shared_ptr<Block> spare_;
  std::uint64_t block_first_ = 1;  // position of the first place of the first block
  std::uint64_t first_ = 1, next_ = 1;
};

}  // namespace flexstock::outbox
