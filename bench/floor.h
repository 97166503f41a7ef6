// Floor: the least that can be done for an order. The same sharding and hash table as the engine's, and under a
// std::mutex a shard nothing but check-and-decrement: no order, no record of the change, no event, no deadline, no
// time. What an order costs beyond it is the price of everything else.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <mutex>
#include <string>

#include "bench/crowd.h"
#include "bench/draws.h"
#include "bench/stage.h"
#include "engine/base/mix.h"

namespace flexstock::bench {

class Floor {
 public:
  explicit Floor(std::uint64_t products) : products_(static_cast<Units>(products)) {
    for (Shard& shard : shards_) shard.units.reserve(products / kShards + products / kShards / 8);
    for (std::int64_t product = 1; product <= products_; ++product) Of(product).units.emplace(product, kPlenty);
  }

  [[nodiscard]] std::uint64_t products() const { return static_cast<std::uint64_t>(products_); }

  // False: not so many are left.
  bool Take(std::int64_t product, Units qty) {
    Shard& shard = Of(product);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.units.find(product);
    if (found == shard.units.end() || found->second < qty) return false;
    found->second -= qty;
    return true;
  }

  // As Stage's.
  void Enter() { ++inside_; }
  [[nodiscard]] std::string Leave(Units taken) {
    promised_ += taken;
    if (--inside_ != 0) return {};
    Units available = 0;
    for (const Shard& shard : shards_) {
      for (const auto& [product, units] : shard.units) available += units;
    }
    return available + promised_ == products_ * kPlenty ? "" : "units are missing";
  }

 private:
  static constexpr std::uint64_t kShards = 64;

  struct alignas(64) Shard {
    std::mutex mutex;
    absl::flat_hash_map<std::int64_t, Units> units;
  };

  Shard& Of(std::int64_t product) {
    return shards_[base::Reduce(base::Mix(static_cast<std::uint64_t>(product), 0), kShards)];
  }

  const Units products_;
  std::array<Shard, kShards> shards_;
  Units promised_ = 0;
  std::uint32_t inside_ = 0;
};

// One thread at the floor.
class FloorCaller {
 public:
  FloorCaller(Floor& floor, const Draws& draws, std::uint32_t index, std::uint32_t callers)
      : floor_(floor), draws_(draws), at_(draws.size() / callers * index) {
    floor.Enter();
  }

  // kEpochOrders orders.
  void Epoch() {
    for (std::uint64_t i = 0; i < kEpochOrders; ++i) {
      const Draw draw = draws_[at_];
      if (++at_ == draws_.size()) at_ = 0;
      taken_ += floor_.Take(std::int64_t{draw.product} + 1, draw.qty) ? Units{draw.qty} : 0;
    }
  }

  [[nodiscard]] std::string Leave() { return floor_.Leave(taken_); }

 private:
  Floor& floor_;
  const Draws& draws_;
  std::size_t at_;
  Units taken_ = 0;
};

// So many of them.
[[nodiscard]] inline Crowd<FloorCaller> FloorCallers(Floor& floor, Spread spread, std::uint32_t callers) {
  Crowd<FloorCaller> crowd;
  for (std::uint32_t i = 0; i < callers; ++i) {
    crowd.Add(std::make_unique<FloorCaller>(floor, Draws::Of(spread, floor.products()), i, callers));
  }
  return crowd;
}

}  // namespace flexstock::bench
