#include "engine/keys/key_index.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/mix.h"
#include "engine/memory/slab.h"

namespace flexstock::keys {
namespace {

constexpr std::uint64_t kBucketsMin = 64;

// The 8 highest bits of a hash chose the stripe; the others choose the bucket.
std::uint64_t HomeOf(std::uint64_t hash, std::uint64_t bucket_count) { return base::Reduce(hash << 8, bucket_count); }

std::uint64_t NextOf(std::uint64_t bucket, std::uint64_t bucket_count) {
  return bucket + 1 == bucket_count ? 0 : bucket + 1;
}

// At most 3/4 of the places are used.
std::uint64_t KeysMax(std::uint64_t bucket_count) { return bucket_count * 9 / 4; }

}  // namespace

KeyIndex::KeyIndex(std::uint64_t seed) : seed_(seed), stripes_(std::make_unique<Stripe[]>(kStripes)) {}

KeyIndex::~KeyIndex() {
  for (std::uint32_t i = 0; i < kStripes; ++i) {
    // relaxed, here and below: the stripe's lock, or being alone, orders the accesses.
    const std::uint64_t count = stripes_[i].bucket_count.load(std::memory_order_relaxed);
    if (count != 0) memory::Unreserve(stripes_[i].buckets.load(std::memory_order_relaxed), count * sizeof(Bucket));
  }
}

std::uint64_t KeyIndex::Hash(OrderKey key) const {
  return base::Mix(base::Mix(key.hi ^ seed_, key.lo), key.lo + seed_);
}

bool KeyIndex::Reserve(std::uint64_t keys) {
  if (keys == 0) return true;
  // Six standard deviations above an even share.
  const std::uint64_t share = keys / kStripes;
  std::uint64_t slack = 1;
  while (slack * slack < share) ++slack;
  const std::uint64_t buckets = std::max(kBucketsMin, (share + 6 * slack) * 4 / 9 + 1);
  for (std::uint32_t i = 0; i < kStripes; ++i) {
    if (!Resize(stripes_[i], buckets)) return false;
    memory::Populate(stripes_[i].buckets.load(std::memory_order_relaxed), buckets * sizeof(Bucket));
  }
  return true;
}

void KeyIndex::Prefetch(std::uint64_t hash) const {
  const Stripe& stripe = stripes_[StripeOf(hash)];
  __builtin_prefetch(&stripe, 1);
  const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
  __builtin_prefetch(stripe.buckets.load(std::memory_order_relaxed) + HomeOf(hash, count), 1);
}

bool KeyIndex::Find(OrderKey key, std::uint64_t hash, shard::OrderPlace* place) const {
  const Stripe& stripe = stripes_[StripeOf(hash)];
  const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
  if (count == 0) return false;
  const Bucket* buckets = stripe.buckets.load(std::memory_order_relaxed);
  // Bounded: as keys come and go, it can happen that every bucket was passed by some key.
  std::uint64_t at = HomeOf(hash, count);
  for (std::uint64_t looked = 0; looked < count; ++looked, at = NextOf(at, count)) {
    const Bucket& bucket = buckets[at];
    for (int i = 0; i < kKeysABucket; ++i) {
      if (bucket.keys[i] != key) continue;
      const std::uint64_t packed = std::uint64_t{bucket.high[i]} << 32 | bucket.low[i];
      *place = {static_cast<std::uint32_t>(packed >> shard::kSlotBits),
                static_cast<std::uint32_t>(packed & ((1u << shard::kSlotBits) - 1))};
      return true;
    }
    if (bucket.passed == 0) return false;
  }
  return false;
}

bool KeyIndex::MakeRoom(std::uint64_t hash, std::uint64_t count) {
  Stripe& stripe = stripes_[StripeOf(hash)];
  if (stripe.keys + count <= stripe.keys_max) [[likely]]
    return true;
  const std::uint64_t buckets = stripe.bucket_count.load(std::memory_order_relaxed);
  return Resize(stripe, std::max(kBucketsMin + count, buckets + buckets / 2));
}

void KeyIndex::Insert(OrderKey key, std::uint64_t hash, shard::OrderPlace place) {
  Stripe& stripe = stripes_[StripeOf(hash)];
  FLEXSTOCK_CHECK(stripe.keys < stripe.keys_max);
  const std::uint64_t packed = std::uint64_t{place.shard} << shard::kSlotBits | place.slot;
  Put(stripe.buckets.load(std::memory_order_relaxed), stripe.bucket_count.load(std::memory_order_relaxed), key, hash,
      static_cast<std::uint32_t>(packed), static_cast<std::uint8_t>(packed >> 32));
  ++stripe.keys;
}

void KeyIndex::Put(Bucket* buckets, std::uint64_t count, OrderKey key, std::uint64_t hash, std::uint32_t low,
                   std::uint8_t high) {
  for (std::uint64_t at = HomeOf(hash, count);; at = NextOf(at, count)) {
    Bucket& bucket = buckets[at];
    for (int i = 0; i < kKeysABucket; ++i) {
      if (bucket.keys[i].given()) continue;
      bucket.keys[i] = key;
      bucket.low[i] = low;
      bucket.high[i] = high;
      return;
    }
    if (bucket.passed != kManyPassed) ++bucket.passed;
  }
}

void KeyIndex::Erase(OrderKey key, std::uint64_t hash) {
  Stripe& stripe = stripes_[StripeOf(hash)];
  const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
  Bucket* buckets = stripe.buckets.load(std::memory_order_relaxed);
  for (std::uint64_t at = HomeOf(hash, count);; at = NextOf(at, count)) {
    Bucket& bucket = buckets[at];
    for (int i = 0; i < kKeysABucket; ++i) {
      if (bucket.keys[i] != key) continue;
      bucket.keys[i] = OrderKey{};
      --stripe.keys;
      return;
    }
    // The key lies further on, so it was counted here when it passed.
    FLEXSTOCK_CHECK(bucket.passed != 0);
    if (bucket.passed != kManyPassed) --bucket.passed;
  }
}

// Moves a stripe into `bucket_count` new buckets, in order of the old ones: homes rise with the hash, so both are
// walked once from end to end.
bool KeyIndex::Resize(Stripe& stripe, std::uint64_t bucket_count) const {
  auto* fresh = static_cast<Bucket*>(memory::Reserve(bucket_count * sizeof(Bucket)));
  if (fresh == nullptr) return false;
  const std::uint64_t old_count = stripe.bucket_count.load(std::memory_order_relaxed);
  Bucket* old = stripe.buckets.load(std::memory_order_relaxed);
  for (std::uint64_t from = 0; from < old_count; ++from) {
    for (int i = 0; i < kKeysABucket; ++i) {
      const OrderKey key = old[from].keys[i];
      if (key.given()) Put(fresh, bucket_count, key, Hash(key), old[from].low[i], old[from].high[i]);
    }
  }
  stripe.buckets.store(fresh, std::memory_order_relaxed);
  stripe.bucket_count.store(bucket_count, std::memory_order_relaxed);
  stripe.keys_max = KeysMax(bucket_count);
  if (old_count != 0) memory::Unreserve(old, old_count * sizeof(Bucket));
  return true;
}

std::uint64_t KeyIndex::size() const {
  std::uint64_t keys = 0;
  for (std::uint32_t i = 0; i < kStripes; ++i) {
    const lock::Held held(stripes_[i].lock);
    keys += stripes_[i].keys;
  }
  return keys;
}

std::uint64_t KeyIndex::bytes() const {
  std::uint64_t buckets = 0;
  for (std::uint32_t i = 0; i < kStripes; ++i) buckets += stripes_[i].bucket_count.load(std::memory_order_relaxed);
  return buckets * sizeof(Bucket) + kStripes * sizeof(Stripe);
}

void KeyIndex::Verify() const {
  for (std::uint32_t s = 0; s < kStripes; ++s) {
    const Stripe& stripe = stripes_[s];
    const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
    const Bucket* buckets = stripe.buckets.load(std::memory_order_relaxed);
    std::uint64_t keys = 0;
    std::unique_ptr<std::uint64_t[]> passed = std::make_unique<std::uint64_t[]>(count);
    for (std::uint64_t at = 0; at < count; ++at) {
      for (int i = 0; i < kKeysABucket; ++i) {
        const OrderKey key = buckets[at].keys[i];
        if (!key.given()) continue;
        ++keys;
        const std::uint64_t hash = Hash(key);
        FLEXSTOCK_CHECK(StripeOf(hash) == s);
        for (std::uint64_t from = HomeOf(hash, count); from != at; from = NextOf(from, count)) ++passed[from];
        shard::OrderPlace place{};
        FLEXSTOCK_CHECK(Find(key, hash, &place));
        FLEXSTOCK_CHECK((std::uint64_t{place.shard} << shard::kSlotBits | place.slot) ==
                        (std::uint64_t{buckets[at].high[i]} << 32 | buckets[at].low[i]));
      }
    }
    FLEXSTOCK_CHECK(keys == stripe.keys);
    for (std::uint64_t at = 0; at < count; ++at) {
      FLEXSTOCK_CHECK(buckets[at].passed == kManyPassed || buckets[at].passed == passed[at]);
    }
  }
}

}  // namespace flexstock::keys
