// What one writes oneself, within the process: a table of products under a lock, and the orders.
#pragma once

#include <memory>

#include "bench/peers/peer.h"

namespace flexstock::bench::peers {

// std::unordered_map, one std::mutex around everything.
[[nodiscard]] std::unique_ptr<Peer> OneMutex(const Sale& sale);
// oneTBB's concurrent_hash_map, which locks a product at a time, and its concurrent_vector of orders.
[[nodiscard]] std::unique_ptr<Peer> ConcurrentMap(const Sale& sale);
// 64 shards of absl::flat_hash_map, an absl::Mutex each.
[[nodiscard]] std::unique_ptr<Peer> ShardedMap(const Sale& sale);

}  // namespace flexstock::bench::peers
