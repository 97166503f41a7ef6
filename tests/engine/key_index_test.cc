// The key index against std::map: growth, erasing, crowded buckets, and what a key costs.
#include "engine/keys/key_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "tests/model/seed.h"

namespace flexstock::keys {
namespace {

using shard::OrderPlace;

// An index and what it should hold. Takes the stripe's lock as the engine does.
class Twins {
 public:
  explicit Twins(std::uint64_t seed) : index(seed), random(seed) {}

  // A fresh key; of one stripe only, if so wished.
  OrderKey NewKey(std::uint32_t stripe = KeyIndex::kStripes) {
    for (;;) {
      const OrderKey key{.hi = random() % 4, .lo = random()};
      if (stripe == KeyIndex::kStripes || KeyIndex::StripeOf(index.Hash(key)) == stripe) return key;
    }
  }

  void Insert(OrderKey key) {
    const OrderPlace place{static_cast<std::uint32_t>(random() % 1024),
                           static_cast<std::uint32_t>(random() % (1u << shard::kSlotBits))};
    const std::uint64_t hash = index.Hash(key);
    {
      const lock::Held held(index.LockOf(KeyIndex::StripeOf(hash)));
      ASSERT_TRUE(index.MakeRoom(hash, 1));
      index.Insert(key, hash, place);
    }
    held_[key] = place;
    keys.push_back(key);
  }

  void EraseOne() {
    const std::size_t at = random() % keys.size();
    const std::uint64_t hash = index.Hash(keys[at]);
    {
      const lock::Held held(index.LockOf(KeyIndex::StripeOf(hash)));
      index.Erase(keys[at], hash);
    }
    held_.erase(keys[at]);
    keys[at] = keys.back();
    keys.pop_back();
  }

  void Look(OrderKey key) {
    const std::uint64_t hash = index.Hash(key);
    index.Prefetch(hash);
    OrderPlace place{};
    bool found = false;
    {
      const lock::Held held(index.LockOf(KeyIndex::StripeOf(hash)));
      found = index.Find(key, hash, &place);
    }
    const auto expected = held_.find(key);
    ASSERT_EQ(found, expected != held_.end());
    if (!found) return;
    ASSERT_EQ(place.shard, expected->second.shard);
    ASSERT_EQ(place.slot, expected->second.slot);
  }

  void Check() {
    index.Verify();
    ASSERT_EQ(index.size(), held_.size());
    for (const auto& [key, place] : held_) Look(key);
  }

  KeyIndex index;
  std::mt19937_64 random;
  std::vector<OrderKey> keys;

 private:
  std::map<OrderKey, OrderPlace> held_;
};

TEST(KeyIndexTest, DoesWhatAMapDoes) {
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    Twins twins(seed);
    for (int step = 0; step < 20'000; ++step) {
      const bool grows = step / 4000 % 2 == 0;
      if (twins.keys.empty() || twins.random() % 8 < (grows ? 6u : 2u)) {
        twins.Insert(twins.NewKey());
      } else {
        twins.EraseOne();
      }
      twins.Look(twins.NewKey());  // absent
      if (!twins.keys.empty()) twins.Look(twins.keys[twins.random() % twins.keys.size()]);
    }
    twins.Check();
    if (HasFatalFailure()) return;
  }
}

TEST(KeyIndexTest, EmptyKnowsNoKey) {
  Twins twins(1);
  for (int i = 0; i < 1000; ++i) twins.Look(twins.NewKey());
  EXPECT_EQ(twins.index.size(), 0u);
  twins.index.Verify();
}

// Keys that differ in one bit only, in one half only.
TEST(KeyIndexTest, TellsNeighboursApart) {
  Twins twins(3);
  for (int bit = 0; bit < 64; ++bit) {
    twins.Insert({.hi = std::uint64_t{1} << bit, .lo = 0});
    twins.Insert({.hi = 0, .lo = std::uint64_t{1} << bit});
  }
  twins.Look({.hi = 3, .lo = 0});
  twins.Look({.hi = 0, .lo = 3});
  twins.Check();
}

// A stripe filled to the brim, its keys coming and going for long: a look for an absent key must still end. (Every
// bucket may then have been passed by a key that is still there.)
TEST(KeyIndexTest, CrowdedStripeStillEndsItsLooks) {
  constexpr std::size_t kFull = 36;  // of 48 places
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    Twins twins(seed);
    std::vector<OrderKey> absent;
    for (int i = 0; i < 32; ++i) absent.push_back(twins.NewKey(7));
    for (int step = 0; step < 5'000; ++step) {
      if (twins.keys.size() < kFull) {
        twins.Insert(twins.NewKey(7));
      } else {
        twins.EraseOne();
      }
      for (const OrderKey key : absent) twins.Look(key);
      if (HasFatalFailure()) return;
    }
    twins.Check();
  }
}

// Somebody who knew the seed could choose keys of one bucket: slower, and still right. More keys pass it than are
// counted.
TEST(KeyIndexTest, OneBucketForAllKeysIsStillRight) {
  Twins twins(5);
  constexpr std::uint64_t kSameHome = std::uint64_t{1} << 11;  // of a stripe's hashes, the lowest 2^-11 part
  ASSERT_TRUE(twins.index.Reserve(200'000));
  while (twins.keys.size() < 600) {
    const OrderKey key = twins.NewKey();
    const std::uint64_t hash = twins.index.Hash(key);
    if (KeyIndex::StripeOf(hash) % 64 == 0 && hash << 8 < (~std::uint64_t{0} / kSameHome)) twins.Insert(key);
  }
  twins.Check();
  for (int i = 0; i < 300; ++i) twins.EraseOne();
  twins.Check();
  for (int i = 0; i < 300; ++i) twins.Insert(twins.NewKey());
  twins.Check();
  while (!twins.keys.empty()) twins.EraseOne();
  twins.Check();
}

TEST(KeyIndexTest, ReservedDoesNotGrow) {
  for (const std::uint64_t keys : {1u, 1000u, 100'000u, 1'000'000u}) {
    Twins twins(keys);
    ASSERT_TRUE(twins.index.Reserve(keys));
    const std::uint64_t bytes = twins.index.bytes();
    for (std::uint64_t i = 0; i < keys; ++i) {
      const OrderKey key{.hi = 0, .lo = i + 1};
      const std::uint64_t hash = twins.index.Hash(key);
      ASSERT_TRUE(twins.index.MakeRoom(hash, 1));
      twins.index.Insert(key, hash, {0, static_cast<std::uint32_t>(i)});
    }
    EXPECT_EQ(twins.index.bytes(), bytes) << keys;
    twins.index.Verify();
  }
}

TEST(KeyIndexTest, AKeyTakesAtMost32Bytes) {
  constexpr std::uint64_t kKeys = 1'000'000;
  KeyIndex index(9);
  ASSERT_TRUE(index.Reserve(kKeys));
  EXPECT_LE(index.bytes(), 32 * kKeys);
}

TEST(KeyIndexTest, RoomIsMadeForAWholeCart) {
  Twins twins(11);
  for (int cart = 0; cart < 20; ++cart) {
    std::vector<OrderKey> cart_keys;
    for (std::size_t line = 0; line < kCartLinesMax; ++line) cart_keys.push_back(twins.NewKey(3));
    ASSERT_TRUE(twins.index.MakeRoom(twins.index.Hash(cart_keys.front()), kCartLinesMax));
    const std::uint64_t bytes = twins.index.bytes();
    for (const OrderKey key : cart_keys) twins.Insert(key);
    EXPECT_EQ(twins.index.bytes(), bytes);
  }
  twins.Check();
}

}  // namespace
}  // namespace flexstock::keys
