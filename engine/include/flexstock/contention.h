// Contention: where do callers wait for each other?
//
// Calls wait for one thing only, the lock of a shard. A product that everybody wants makes its shard's lock hot, and
// whoever wants another product of that shard waits as well; that is told apart here. Switched on by
// Options::contention_sample; without it only `waits` is counted.
//
//   acquisitions  exact, by shard. By product: of the acquisitions that were looked at (every contention_sample-th of
//                 a shard), times contention_sample: good to a few per cent once thousands were looked at, off where
//                 callers keep step with the sampling (a loop of 64 products and a sample of 64: take 65).
//   waits, wait_ns  exact, of all that waited: from finding the lock taken to having it.
//   of a product  What a call is about: an order's product; of a batch the first of a shard's products, of a cart each
//                 shard's first. Calls about none (commits, snapshots, audits, look-ups by key, a member's pending
//                 orders) and what was not found count in their shard only.
//   hottest       A shard keeps twelve products by acquisitions and twelve by waiting (Space-Saving: Metwally, Agrawal,
//                 El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005), in
//                 bounded memory. What each of them has is known between two bounds, a twelfth of its shard's sum
//                 apart at most; whoever has more than a twelfth of the sum is among them for certain.
//
// Cost     Meant to stay below 3% of an order at a sample of 64; docs/performance.md says what was measured. Off: a
//          byte more is read for each lock.
// Threads  Engine::Contention may be called by any, at any time: a shard's lock at a time, for well under a
//          microsecond, which is not counted itself. Each shard's figures are of one instant; they only grow. A
//          product's may begin again when it was not among the hottest for a while.
#pragma once

#include <cstdint>
#include <vector>

#include "flexstock/types.h"

namespace flexstock {

struct ShardContention {
  std::uint64_t acquisitions = 0;  // of its lock
  std::uint64_t waits = 0;         // of them, those that found it taken
  std::uint64_t wait_ns = 0;       // what they waited, in all
};

// A figure that lies between two; the same where there were entries for all.
struct Bounds {
  std::uint64_t least = 0, most = 0;

  friend bool operator==(const Bounds&, const Bounds&) = default;
};

struct ProductContention {
  ProductId product{};
  std::uint32_t shard = 0;
  Bounds acquisitions{};
  Bounds wait_ns{};
  std::uint64_t waits = 0;  // since it is among the most waited for: so many at least
};

struct ContentionReport {
  std::vector<ShardContention> shards{};     // all, by index
  std::vector<ProductContention> hottest{};  // by what was surely waited for them, then by acquisitions; falling
};

}  // namespace flexstock
