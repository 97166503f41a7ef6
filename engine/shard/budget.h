// Budget: a limit of the whole engine, handed out to its shards in lots, so that no order counts on a shared cache line.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace flexstock::shard {

class Budget {
 public:
  // A lot is small where the limit is, so that no shard starves early.
  Budget(std::uint64_t max, std::uint32_t shards)
      : left_(max), lot_(std::clamp<std::uint64_t>(max / (std::uint64_t{shards} * 8), 1, 1024)) {}

  // Takes up to `wanted` (0: a lot); says how many. 0: the limit is reached.
  std::uint32_t Take(std::uint64_t wanted = 0) {
    if (wanted == 0) wanted = lot_;
    // relaxed: a count, which orders nothing else.
    std::uint64_t left = left_.load(std::memory_order_relaxed);
    std::uint64_t taken = 0;
    do {
      taken = std::min(wanted, left);
    } while (taken != 0 && !left_.compare_exchange_weak(left, left - taken, std::memory_order_relaxed));
    return static_cast<std::uint32_t>(taken);
  }

 private:
  std::atomic<std::uint64_t> left_;
  const std::uint64_t lot_;
};

}  // namespace flexstock::shard
