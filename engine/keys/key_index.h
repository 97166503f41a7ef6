// KeyIndex: which order has this key? For the whole engine: one key names one order, whatever product it is placed for.
//
// A look-up of a key that is not there, the usual case, costs one cache line. Keys themselves are kept once, in a slab
// by order slot; the index has for each a fingerprint of 16 bits and the slot, ten to a bucket:
//
//   +----------------------+----------------------+--------+------+
//   | fingerprint 0..9  20 | slot 0..9         40 | passed | free |     64 bytes
//   +----------------------+----------------------+--------+------+
//
// A key that finds its bucket full goes to the next. `passed` counts the keys that went past a bucket, so a look-up
// stops where none did, and erasing leaves no tombstones (the counting of F14, Bronson & Shi 2019). At most 4/5 full: 8
// bytes a key; 12 after growing by half; and 16 in the slab. Buckets are chosen by a keyed hash: callers choose keys
// and must not be able to choose buckets.
//
// Threads   Split into stripes with a lock each. A stripe's lock is a leaf: it may be taken with shard locks held, and
//           nothing but further stripes, in rising order, is taken while it is held. It also guards the slab's keys
//           that the stripe leads to: they are written before Insert and stay until Erase, both under it.
// Memory    Grows by half a stripe at a time, under that stripe's lock; Reserve() ahead and it does not.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/lock/yield_lock.h"
#include "engine/memory/slab.h"
#include "flexstock/types.h"

namespace flexstock::keys {

class KeyIndex {
 public:
  // `order_keys`: by order slot. Slots are below 2^30.
  KeyIndex(std::uint64_t seed, const memory::Slab<OrderKey>& order_keys);
  ~KeyIndex();
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;

  // Makes and touches room for so many keys in all, if they spread evenly. Before any other thread calls. False: no
  // memory.
  [[nodiscard]] bool Reserve(std::uint64_t keys);

  // A hash that tells stripe, bucket and fingerprint.
  [[nodiscard]] std::uint64_t Hash(OrderKey key) const;
  [[nodiscard]] static std::uint32_t StripeOf(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 56); }
  static constexpr std::uint32_t kStripes = 256;

  // Starts fetching the key's bucket. Any thread, no lock: a hint that may be out of date and then only misses.
  void Prefetch(std::uint64_t hash) const;

  [[nodiscard]] lock::YieldLock& LockOf(std::uint32_t stripe) { return stripes_[stripe].lock; }

  // The caller holds LockOf(StripeOf(hash)) in these four.
  // The slot of the order with that key, true; or false.
  [[nodiscard]] bool Find(OrderKey key, std::uint64_t hash, std::uint32_t* slot) const;
  // Room for `count` more keys in that stripe. False: the system has no memory, and nothing changed.
  [[nodiscard]] bool MakeRoom(std::uint64_t hash, std::uint64_t count);
  // The key is in the slab at `slot`, not in the index, and there is room.
  void Insert(std::uint64_t hash, std::uint32_t slot);
  // It is in the index.
  void Erase(std::uint64_t hash, std::uint32_t slot);

  [[nodiscard]] std::uint64_t size() const;
  // Bytes taken from the system, without the slab.
  [[nodiscard]] std::uint64_t bytes() const;
  // Checks that every key is found where it lies and that `passed` counts are right. No other thread may be calling.
  void Verify() const;

 private:
  static constexpr int kKeysABucket = 10;
  static constexpr std::uint8_t kManyPassed = 255;  // counted no further, and never down again

  struct alignas(64) Bucket {
    std::uint16_t fingerprints[kKeysABucket];
    std::uint32_t entries[kKeysABucket];  // slot + 1; 0: free
    std::uint8_t passed;
  };
  static_assert(sizeof(Bucket) == 64);

  struct alignas(64) Stripe {
    lock::YieldLock lock;
    std::uint64_t keys = 0;
    std::uint64_t keys_max = 0;  // grows beyond
    bool reserved = false;       // its buckets are part of reserved_
    // Published for Prefetch, which holds no lock; relaxed: a stale pair only prefetches the wrong line.
    std::atomic<Bucket*> buckets{nullptr};
    std::atomic<std::uint64_t> bucket_count{0};
  };

  static void Put(Bucket* buckets, std::uint64_t count, std::uint64_t hash, std::uint32_t slot);
  [[nodiscard]] bool Grow(Stripe& stripe, std::uint64_t bucket_count) const;

  const std::uint64_t seed_, lo_seed_;
  const memory::Slab<OrderKey>& order_keys_;
  std::unique_ptr<Stripe[]> stripes_;
  Bucket* reserved_ = nullptr;  // one region for all stripes, so that huge pages serve it
  std::uint64_t reserved_count_ = 0;
};

}  // namespace flexstock::keys
