// Unconfirmed: the committed changes that some audience has not confirmed, in order of their positions.
//
// A queue forgets what is polled, but a snapshot has to hold what would be told again after a crash. Positions are
// consecutive, so a change is found by its own. Blocks are shared: a snapshot writes them while the engine goes on.
//
// Threads  One at a time (the committer); a block's changes that Runs() has shown never change.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/shard/change.h"

namespace flexstock::outbox {

class Unconfirmed {
 public:
  static constexpr std::size_t kBlock = 4096;
  struct Block {
    std::array<shard::Change, kBlock> changes;
    std::atomic<int> readers{0};
  };

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
      std::copy_n(changes.begin(), count, blocks_.back()->changes.begin() + static_cast<std::ptrdiff_t>(at));
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

  // Changes that stay as they are while this lives, on any thread.
  class Run {
   public:
    Run(std::shared_ptr<Block> block, std::size_t begin, std::size_t end)
        : block_(std::move(block)), changes_(std::span(block_->changes).subspan(begin, end - begin)) {
      block_->readers.fetch_add(1, std::memory_order_relaxed);
    }
    ~Run() {
      // release: what was read was read before the block is written again, see AddBlock.
      if (block_ != nullptr) block_->readers.fetch_sub(1, std::memory_order_release);
    }
    Run(Run&& other) noexcept = default;
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    Run& operator=(Run&&) = delete;
    [[nodiscard]] std::span<const shard::Change> changes() const { return changes_; }

   private:
    std::shared_ptr<Block> block_;
    std::span<const shard::Change> changes_;
  };
  // All that is here.
  [[nodiscard]] std::vector<Run> Runs() const {
    std::vector<Run> runs;
    std::uint64_t at = block_first_;
    for (const std::shared_ptr<Block>& block : blocks_) {
      const std::uint64_t begin = std::max(at, first_), end = std::min(at + kBlock, next_);
      if (begin < end)
        runs.emplace_back(block, static_cast<std::size_t>(begin - at), static_cast<std::size_t>(end - at));
      at += kBlock;
    }
    return runs;
  }

 private:
  void AddBlock() {
    if (blocks_.empty()) block_first_ = next_;
    const bool reusable = spare_ != nullptr && spare_->readers.load(std::memory_order_acquire) == 0;
    blocks_.push_back(reusable ? std::move(spare_) : std::make_shared<Block>());
    spare_ = nullptr;
  }

  std::deque<std::shared_ptr<Block>> blocks_;
  std::shared_ptr<Block> spare_;
  std::uint64_t block_first_ = 1;  // position of the first place of the first block
  std::uint64_t first_ = 1, next_ = 1;
};

}  // namespace flexstock::outbox
