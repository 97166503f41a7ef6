// Slots of one pool for many shards: each is handed out once, and its owner is known.
#include "engine/memory/pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace flexstock::memory {
namespace {

TEST(PoolTest, GivesEverySlotOnceAndNoMore) {
  for (const std::uint64_t max : {1u, 2u, 7u, 64u, 1000u, 1'000'000u}) {
    for (const std::uint32_t shards : {1u, 7u, 64u, 1024u}) {
      Pool<std::uint64_t> pool(max, shards);
      ASSERT_TRUE(pool.Open());
      std::vector<int> given(max);
      for (std::uint32_t shard = 0;; shard = (shard + 1) % shards) {
        const Range range = pool.Take(1, shard);
        if (range.size() == 0) break;
        for (std::uint32_t slot = range.first; slot < range.end; ++slot) {
          ++given.at(slot);
          ASSERT_TRUE(pool.IsOwner(slot, shard));
          ASSERT_FALSE(pool.IsOwner(slot, shard + 1));
          ASSERT_EQ(pool[slot], 0u);
        }
      }
      for (const int times : given) ASSERT_EQ(times, 1);
      EXPECT_EQ(pool.Take(1, 0).size(), 0u);
      EXPECT_EQ(pool.Take(1000, 0).size(), 0u);
    }
  }
}

TEST(PoolTest, GivesAtLeastWhatIsWanted) {
  Pool<std::uint64_t> pool(1 << 20, 64);
  ASSERT_TRUE(pool.Open());
  EXPECT_EQ(pool.Take(1, 0).size(), 1024u);  // a lot
  EXPECT_EQ(pool.Take(1025, 0).size(), 2048u);
  EXPECT_EQ(pool.Take(1 << 20, 0).size(), (1u << 20) - 3072);  // what is left
}

// A journal keeps the lots of the engine that made it; an engine with more room takes as much at a time as its like.
TEST(PoolTest, TakesManySmallLotsAtATime) {
  Pool<std::uint64_t> pool(1 << 20, 64);
  pool.SetLotBits(1);
  ASSERT_TRUE(pool.Open());
  EXPECT_EQ(pool.Take(1, 0).size(), 1024u);
  EXPECT_EQ(pool.Take(1025, 0).size(), 1026u);
  Pool<std::uint64_t> smaller(640, 64);
  smaller.SetLotBits(3);
  ASSERT_TRUE(smaller.Open());
  EXPECT_EQ(smaller.Take(1, 0).size(), 8u);
}

TEST(PoolTest, LotLeavesEnoughForAllShards) {
  Pool<std::uint64_t> pool(640, 64);
  ASSERT_TRUE(pool.Open());
  EXPECT_EQ(pool.Take(1, 0).size(), 1u);
}

TEST(PoolTest, NobodyOwnsWhatWasNotGiven) {
  Pool<std::uint64_t> pool(100, 1);
  ASSERT_TRUE(pool.Open());
  const Range range = pool.Take(1, 0);
  for (const std::uint32_t slot : {range.end, 99u, 100u, 101u, 1u << 30, 0xffff'ffffu}) {
    EXPECT_FALSE(pool.IsOwner(slot, 0)) << slot;
  }
}

TEST(PoolTest, ThreadsShareItExactly) {
  constexpr std::uint64_t kMax = 100'000;
  Pool<std::uint64_t> pool(kMax, 1024);
  ASSERT_TRUE(pool.Open());
  std::vector<std::uint64_t> totals(4);
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < totals.size(); ++i) {
    threads.emplace_back([&pool, &totals, i] {
      for (;;) {
        const Range range = pool.Take(1, i);
        if (range.size() == 0) return;
        for (std::uint32_t slot = range.first; slot < range.end; ++slot) pool[slot] += i + 1;
        totals[i] += range.size();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(totals[0] + totals[1] + totals[2] + totals[3], kMax);
  for (std::uint32_t slot = 0; slot < kMax; ++slot) {
    ASSERT_TRUE(pool.IsOwner(slot, static_cast<std::uint32_t>(pool[slot]) - 1)) << slot;
  }
}

}  // namespace
}  // namespace flexstock::memory
