// The key index against std::map: growth, erasing, crowded buckets, and what a key costs.
#include "engine/keys/key_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "tests/model/seed.h"

namespace flexstock::keys {
namespace {

// An index and what it should hold. Takes the stripe's lock as the engine does.
class Twins {
 public:
  explicit Twins(std::uint64_t seed) : index(seed, slab), random(seed) { EXPECT_TRUE(slab.Open(kSlots)); }

  // A fresh key; of one stripe only, if so wished.
  OrderKey NewKey(std::uint32_t stripe = KeyIndex::kStripes) {
    for (;;) {
      const OrderKey key{.hi = random() % 4, .lo = random()};
      if (stripe == KeyIndex::kStripes || KeyIndex::StripeOf(index.Hash(key)) == stripe) return key;
    }
  }

  void Insert(OrderKey key) {
    const std::uint32_t slot = NewSlot();
    const std::uint64_t hash = index.Hash(key);
    {
      const lock::Held held(index.LockOf(KeyIndex::StripeOf(hash)));
      ASSERT_TRUE(index.MakeRoom(hash, 1));
      slab[slot] = key;
      index.Insert(hash, slot);
    }
    held_[key] = slot;
    keys.push_back(key);
  }

  void EraseOne() {
    const std::size_t at = random() % keys.size();
    const std::uint64_t hash = index.Hash(keys[at]);
    {
      const lock::Held held(index.LockOf(KeyIndex::StripeOf(hash)));
      index.Erase(hash, held_.at(keys[at]));
    }
    free_.push_back(held_.at(keys[at]));
    held_.erase(keys[at]);
    keys[at] = keys.back();
    keys.pop_back();
  }

  void Look(OrderKey key) {
    const std::uint64_t hash = index.Hash(key);
    index.Prefetch(hash);
    std::uint32_t slot = 0;
    bool found = false;
    {
      const lock::Held held(index.LockOf(KeyIndex::StripeOf(hash)));
      found = index.Find(key, hash, &slot);
    }
    const auto expected = held_.find(key);
    ASSERT_EQ(found, expected != held_.end());
    if (!found) return;
    ASSERT_EQ(slot, expected->second);
  }

  void Check() {
    index.Verify();
    ASSERT_EQ(index.size(), held_.size());
    for (const auto& [key, slot] : held_) Look(key);
  }

  // A slot that holds no key, the one given back last first.
  std::uint32_t NewSlot() {
    if (free_.empty()) free_.push_back(used_++);
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  static constexpr std::size_t kSlots = std::size_t{1} << 21;
  memory::Slab<OrderKey> slab;
  KeyIndex index;
  std::mt19937_64 random;
  std::vector<OrderKey> keys;

 private:
  std::map<OrderKey, std::uint32_t> held_;  // to the slot
  std::vector<std::uint32_t> free_;
  std::uint32_t used_ = 0;
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
  constexpr std::size_t kFull = 128;  // of 160 places
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

// Callers choose keys, and know the source: no half of a key is worth anything without the seed.
TEST(KeyIndexTest, NoHalfOfAKeyHidesTheOther) {
  constexpr std::uint64_t kFactors[] = {0, 0x9e3779b97f4a7c15u, 0xe7037ed1a0b428dbu, ~std::uint64_t{0}};
  for (const std::uint64_t seed : model::Seeds(1, 5)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    Twins twins(seed);
    for (const std::uint64_t half : kFactors) {
      for (const bool is_lo : {false, true}) {
        std::set<std::uint64_t> hashes;
        for (std::uint64_t i = 1; i <= 1'000; ++i) {
          hashes.insert(twins.index.Hash(is_lo ? OrderKey{.hi = i, .lo = half} : OrderKey{.hi = half, .lo = i}));
        }
        EXPECT_EQ(hashes.size(), 1'000u) << std::hex << half << (is_lo ? " as lo" : " as hi");
      }
    }
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
      const std::uint32_t slot = twins.NewSlot();
      twins.slab[slot] = key;
      twins.index.Insert(hash, slot);
    }
    EXPECT_EQ(twins.index.bytes(), bytes) << keys;
    twins.index.Verify();
  }
}

TEST(KeyIndexTest, AKeyTakesAtMost32Bytes) {
  constexpr std::uint64_t kKeys = 1'000'000;
  memory::Slab<OrderKey> slab;
  KeyIndex index(9, slab);
  ASSERT_TRUE(index.Reserve(kKeys));
  EXPECT_LE(index.bytes() + kKeys * sizeof(OrderKey), 32 * kKeys);
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
