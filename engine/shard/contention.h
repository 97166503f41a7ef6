// Contention: what a shard knows of the callers of its lock. Cold: written by those who had to wait, and by every
// contention_sample-th of the others.
//
// Who waited comes first, in one line with the product that is waited for most, because on several CPUs this is written
// while others wait.
//
// Threads  None. One owner at a time: whoever holds the shard's lock.
#pragma once

#include <cstdint>

#include "engine/shard/heavy_hitters.h"

namespace flexstock::shard {

struct alignas(64) Contention {
  std::uint64_t waits = 0;
  std::uint64_t wait_counts = 0;  // of time::Count()
  HeavyHitters by_wait;           // weights: wait_counts
  std::uint64_t looks = 0;        // at every contention_sample-th acquisition
  HeavyHitters by_acquisition;    // weights: looks
};

}  // namespace flexstock::shard
