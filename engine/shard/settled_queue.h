// SettledQueue: which orders are forgotten next? Slots in the order in which their orders settled, so in order of time.
//
// An array-like queue rather than a list through the orders: forgetting walks orders that nobody has touched for long,
// and with the slots at hand their lines are fetched well ahead (a list gives one at a time: 150 ns an order, all of it
// waiting).
//
// An order that settles again (picked up, refunded) is appended again, with the count of its settlings; its earlier
// entry is then stale, and skipped. A slot is used anew only after its last entry has left, so two bits of count are
// exact:
//
//   31 30 29                         0
//   +----+---------------------------+
//   | nth|           slot            |     an order settles at most four times:
//   +----+---------------------------+     payment_expired, confirmed (late payment), picked_up, refunded
//
// 4 bytes a settling. Blocks of 4 kB, kept for use again.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace flexstock::shard {

class SettledQueue {
 public:
  struct Entry {
    std::uint32_t slot : 30;
    std::uint32_t nth : 2;
  };

  [[nodiscard]] bool empty() const { return head_ == tail_; }
  [[nodiscard]] std::uint64_t size() const { return tail_ - head_; }
  [[nodiscard]] Entry front() const { return At(head_); }
  // The entry `ahead` places behind the front; ahead < size().
  [[nodiscard]] Entry Ahead(std::uint64_t ahead) const { return At(head_ + ahead); }

  void Push(Entry entry) {
    if (tail_ % kBlock == 0) [[unlikely]]
      AddBlock();
    (*newest_)[tail_++ % kBlock] = entry;
  }
  void Pop() {
    ++head_;
    if (head_ % kBlock == 0) rest_->spare.push_back(std::move(BlockAt(head_ / kBlock - 1)));
  }

 private:
  static constexpr std::uint64_t kBlock = 1024;
  using Block = std::array<Entry, kBlock>;

  // What is touched once a block.
  struct Rest {
    std::vector<std::unique_ptr<Block>> blocks;  // by block number, going round: the size is a power of two, or 0
    std::vector<std::unique_ptr<Block>> spare;
  };

  [[nodiscard]] std::unique_ptr<Block>& BlockAt(std::uint64_t number) const {
    return rest_->blocks[number & (rest_->blocks.size() - 1)];
  }
  [[nodiscard]] Entry At(std::uint64_t position) const { return (*BlockAt(position / kBlock))[position % kBlock]; }

  // Before the first entry of block number tail_ / kBlock.
  void AddBlock() {
    const std::uint64_t number = tail_ / kBlock;
    const std::uint64_t oldest = head_ / kBlock;
    if (number - oldest >= rest_->blocks.size()) {
      // The table goes round; in a larger one, blocks have other places.
      std::vector<std::unique_ptr<Block>> larger(rest_->blocks.empty() ? 4 : 2 * rest_->blocks.size());
      for (std::uint64_t i = oldest; i < number; ++i) larger[i & (larger.size() - 1)] = std::move(BlockAt(i));
      rest_->blocks = std::move(larger);
    }
    if (rest_->spare.empty()) rest_->spare.push_back(std::make_unique<Block>());
    newest_ = rest_->spare.back().get();
    BlockAt(number) = std::move(rest_->spare.back());
    rest_->spare.pop_back();
  }

  Block* newest_ = nullptr;
  std::uint64_t tail_ = 0, head_ = 0;  // positions, ever rising
  const std::unique_ptr<Rest> rest_ = std::make_unique<Rest>();
};

}  // namespace flexstock::shard
