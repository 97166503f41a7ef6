// KeyIndex: which order has this key? For the whole engine: one key names one order, whatever product it is placed for.
//
// A lookup costs one cache line: keys lie in buckets of 64 bytes, three to a bucket,
//
//   +-----------+-----------+-----------+----------------------+--------+
//   | key 0  16 | key 1  16 | key 2  16 | place 0, 1, 2   5 each| passed |
//   +-----------+-----------+-----------+----------------------+--------+
//
// and one that finds its bucket full goes to the next. `passed` counts the keys that went past a bucket, so a lookup
// stops where none did, and erasing leaves no tombstones (the counting of F14, Bronson & Shi 2019). At most 3/4
// full: 28.4 bytes a key; after growing by half, 42.7. Buckets are chosen by a keyed hash: callers choose keys and must
// not be able to choose buckets.
//
// Threads   Split into stripes with a lock each. A stripe's lock is a leaf: it may be taken with shard locks held, and
//           nothing but further stripes, in rising order, is taken while it is held.
// Memory    Grows by half a stripe at a time, under that stripe's lock; Reserve() ahead and it does not.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/lock/yield_lock.h"
#include "engine/shard/order.h"
#include "flexstock/types.h"

namespace flexstock::keys {

class KeyIndex {
 public:
  explicit KeyIndex(std::uint64_t seed);
  ~KeyIndex();
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;

  // Makes and touches room for so many keys in all, if they spread evenly. Before any other thread calls. False: no
  // memory.
  [[nodiscard]] bool Reserve(std::uint64_t keys);

  // A hash that tells stripe and bucket.
  [[nodiscard]] std::uint64_t Hash(OrderKey key) const;
  [[nodiscard]] static std::uint32_t StripeOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 56); }
  static constexpr std::uint32_t kStripes = 256;

  // Starts fetching the key's bucket. Any thread, no lock: a hint that may be out of date and then only misses.
  void Prefetch(std::uint64_t hash) const;

  [[nodiscard]] lock::YieldLock& LockOf(std::uint32_t stripe) { return stripes_[stripe].lock; }

  // The caller holds LockOf(StripeOf(hash)) in these four.
  // The key's place, true; or false.
  [[nodiscard]] bool Find(OrderKey key, std::uint64_t hash, shard::OrderPlace* place) const;
  // Room for `count` more keys in that stripe. False: the system has no memory, and nothing changed.
  [[nodiscard]] bool MakeRoom(std::uint64_t hash, std::uint64_t count);
  // The key is given and not there, and there is room.
  void Insert(OrderKey key, std::uint64_t hash, shard::OrderPlace place);
  // The key is there.
  void Erase(OrderKey key, std::uint64_t hash);

  [[nodiscard]] std::uint64_t size() const;
  // Bytes taken from the system.
  [[nodiscard]] std::uint64_t bytes() const;
  // Checks that every key is found where it lies and that `passed` counts are right. No other thread may be calling.
  void Verify() const;

 private:
  static constexpr int kKeysABucket = 3;
  static constexpr std::uint8_t kManyPassed = 255;  // counted no further, and never down again

  struct alignas(64) Bucket {
    OrderKey keys[kKeysABucket];  // all zero: free
    std::uint32_t low[kKeysABucket];
    std::uint8_t high[kKeysABucket];
    std::uint8_t passed;
  };
  static_assert(sizeof(Bucket) == 64);

  struct alignas(64) Stripe {
    lock::YieldLock lock;
    std::uint64_t keys = 0;
    std::uint64_t keys_max = 0;  // grows beyond
    // Published for Prefetch, which holds no lock; relaxed: a stale pair only prefetches the wrong line.
    std::atomic<Bucket*> buckets{nullptr};
    std::atomic<std::uint64_t> bucket_count{0};
  };

  static void Put(Bucket* buckets, std::uint64_t count, OrderKey key, std::uint64_t hash, std::uint32_t low,
                  std::uint8_t high);
  [[nodiscard]] bool Resize(Stripe& stripe, std::uint64_t bucket_count) const;

  std::uint64_t seed_;
  std::unique_ptr<Stripe[]> stripes_;
};

}  // namespace flexstock::keys
