#include "engine/keys/key_index.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/mix.h"

namespace flexstock::keys {
namespace {

constexpr std::uint64_t kBucketsMin = 16;

// The 8 highest bits of a hash chose the stripe; the bits after them choose the bucket; the lowest 16 are the
// fingerprint.
std::uint64_t HomeOf(std::uint64_t hash, std::uint64_t bucket_count) { return base::Reduce(hash << 8, bucket_count); }
std::uint16_t FingerprintOf(std::uint64_t hash) { return static_cast<std::uint16_t>(hash); }

std::uint64_t NextOf(std::uint64_t bucket, std::uint64_t bucket_count) {
  return bucket + 1 == bucket_count ? 0 : bucket + 1;
}

// At most 4/5 of the places are used.
std::uint64_t KeysMax(std::uint64_t bucket_count) { return bucket_count * 8; }

}  // namespace

KeyIndex::KeyIndex(std::uint64_t seed, const memory::Slab<OrderKey>& order_keys)
    : seed_(seed),
      lo_seed_(base::Mix(seed, 0)),
      order_keys_(order_keys),
      stripes_(std::make_unique<Stripe[]>(kStripes)) {}

KeyIndex::~KeyIndex() {
  for (std::uint32_t i = 0; i < kStripes; ++i) {
    const Stripe& stripe = stripes_[i];
    // relaxed, here and below: the stripe's lock, or being alone, orders the accesses.
    const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
    if (count == 0 || stripe.reserved) continue;
    memory::Unreserve(stripe.buckets.load(std::memory_order_relaxed), count * sizeof(Bucket));
  }
  if (reserved_ != nullptr) memory::Unreserve(reserved_, reserved_count_ * sizeof(Bucket));
}

std::uint64_t KeyIndex::Hash(OrderKey key) const {
  // Neither half meets a factor of Mix that is known: one could be made 0, and then the other half would not count.
  return base::Mix(base::Mix(key.hi ^ seed_, key.lo ^ lo_seed_), key.lo + seed_);
}

bool KeyIndex::Reserve(std::uint64_t keys) {
  if (keys == 0) return true;
  // Six standard deviations above an even share.
  const std::uint64_t share = keys / kStripes;
  std::uint64_t deviation = 1;
  while (deviation * deviation < share) ++deviation;
  const std::uint64_t buckets = std::max(kBucketsMin, (share + 6 * deviation) / 8 + 1);
  auto* region = static_cast<Bucket*>(memory::Reserve(buckets * kStripes * sizeof(Bucket)));
  if (region == nullptr) return false;
  memory::Populate(region, buckets * kStripes * sizeof(Bucket));
  reserved_ = region;
  reserved_count_ = buckets * kStripes;
  for (std::uint32_t i = 0; i < kStripes; ++i) {
    stripes_[i].buckets.store(region + i * buckets, std::memory_order_relaxed);
    stripes_[i].bucket_count.store(buckets, std::memory_order_relaxed);
    stripes_[i].keys_max = KeysMax(buckets);
    stripes_[i].reserved = true;
  }
  return true;
}

void KeyIndex::Prefetch(std::uint64_t hash) const {
  const Stripe& stripe = stripes_[StripeOf(hash)];
  __builtin_prefetch(&stripe, 1);
  const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
  __builtin_prefetch(stripe.buckets.load(std::memory_order_relaxed) + HomeOf(hash, count), 1);
}

bool KeyIndex::Find(OrderKey key, std::uint64_t hash, std::uint32_t* slot) const {
  const Stripe& stripe = stripes_[StripeOf(hash)];
  const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
  if (count == 0) return false;
  const Bucket* buckets = stripe.buckets.load(std::memory_order_relaxed);
  // Bounded: as keys come and go, it can happen that every bucket was passed by some key.
  std::uint64_t at = HomeOf(hash, count);
  for (std::uint64_t looked = 0; looked < count; ++looked, at = NextOf(at, count)) {
    const Bucket& bucket = buckets[at];
    for (int i = 0; i < kKeysABucket; ++i) {
      if (bucket.fingerprints[i] != FingerprintOf(hash) || bucket.entries[i] == 0) continue;
      if (order_keys_[bucket.entries[i] - 1] != key) continue;
      *slot = bucket.entries[i] - 1;
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
  return Grow(stripe, std::max(kBucketsMin + count / 8, buckets + buckets / 2));
}

void KeyIndex::Insert(std::uint64_t hash, std::uint32_t slot) {
  Stripe& stripe = stripes_[StripeOf(hash)];
  FLEXSTOCK_CHECK(stripe.keys < stripe.keys_max);
  Put(stripe.buckets.load(std::memory_order_relaxed), stripe.bucket_count.load(std::memory_order_relaxed), hash, slot);
  ++stripe.keys;
}

void KeyIndex::Put(Bucket* buckets, std::uint64_t count, std::uint64_t hash, std::uint32_t slot) {
  for (std::uint64_t at = HomeOf(hash, count);; at = NextOf(at, count)) {
    Bucket& bucket = buckets[at];
    for (int i = 0; i < kKeysABucket; ++i) {
      if (bucket.entries[i] != 0) continue;
      bucket.fingerprints[i] = FingerprintOf(hash);
      bucket.entries[i] = slot + 1;
      return;
    }
    if (bucket.passed != kManyPassed) ++bucket.passed;
  }
}

void KeyIndex::Erase(std::uint64_t hash, std::uint32_t slot) {
  Stripe& stripe = stripes_[StripeOf(hash)];
  const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
  Bucket* buckets = stripe.buckets.load(std::memory_order_relaxed);
  for (std::uint64_t at = HomeOf(hash, count);; at = NextOf(at, count)) {
    Bucket& bucket = buckets[at];
    for (int i = 0; i < kKeysABucket; ++i) {
      if (bucket.entries[i] != slot + 1) continue;
      bucket.entries[i] = 0;
      --stripe.keys;
      return;
    }
    // The key lies further on, so it was counted here when it passed.
    FLEXSTOCK_CHECK(bucket.passed != 0);
    if (bucket.passed != kManyPassed) --bucket.passed;
  }
}

// Moves a stripe into `bucket_count` new buckets. The keys lie scattered over the slab, so those of the next buckets
// are fetched ahead.
bool KeyIndex::Grow(Stripe& stripe, std::uint64_t bucket_count) const {
  auto* fresh = static_cast<Bucket*>(memory::Reserve(bucket_count * sizeof(Bucket)));
  if (fresh == nullptr) return false;
  const std::uint64_t old_count = stripe.bucket_count.load(std::memory_order_relaxed);
  Bucket* old = stripe.buckets.load(std::memory_order_relaxed);
  constexpr std::uint64_t kAhead = 2;
  for (std::uint64_t from = 0; from < old_count; ++from) {
    if (from + kAhead < old_count) {
      for (const std::uint32_t entry : old[from + kAhead].entries) {
        if (entry != 0) __builtin_prefetch(order_keys_.data() + entry - 1);
      }
    }
    for (const std::uint32_t entry : old[from].entries) {
      if (entry != 0) Put(fresh, bucket_count, Hash(order_keys_[entry - 1]), entry - 1);
    }
  }
  stripe.buckets.store(fresh, std::memory_order_relaxed);
  stripe.bucket_count.store(bucket_count, std::memory_order_relaxed);
  stripe.keys_max = KeysMax(bucket_count);
  if (old_count != 0 && !stripe.reserved) memory::Unreserve(old, old_count * sizeof(Bucket));
  stripe.reserved = false;
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
  std::uint64_t buckets = reserved_count_;
  for (std::uint32_t i = 0; i < kStripes; ++i) {
    if (!stripes_[i].reserved) buckets += stripes_[i].bucket_count.load(std::memory_order_relaxed);
  }
  return buckets * sizeof(Bucket) + kStripes * sizeof(Stripe);
}

void KeyIndex::Verify() const {
  for (std::uint32_t s = 0; s < kStripes; ++s) {
    const Stripe& stripe = stripes_[s];
    const std::uint64_t count = stripe.bucket_count.load(std::memory_order_relaxed);
    const Bucket* buckets = stripe.buckets.load(std::memory_order_relaxed);
    std::uint64_t keys = 0;
    const auto passed = std::make_unique<std::uint64_t[]>(count);
    for (std::uint64_t at = 0; at < count; ++at) {
      for (const std::uint32_t entry : buckets[at].entries) {
        if (entry == 0) continue;
        ++keys;
        const OrderKey key = order_keys_[entry - 1];
        const std::uint64_t hash = Hash(key);
        FLEXSTOCK_CHECK(key.given() && StripeOf(hash) == s);
        for (std::uint64_t from = HomeOf(hash, count); from != at; from = NextOf(from, count)) ++passed[from];
        std::uint32_t slot = 0;
        FLEXSTOCK_CHECK(Find(key, hash, &slot) && slot == entry - 1);
      }
    }
    FLEXSTOCK_CHECK(keys == stripe.keys && keys <= stripe.keys_max);
    for (std::uint64_t at = 0; at < count; ++at) {
      FLEXSTOCK_CHECK(buckets[at].passed == kManyPassed || buckets[at].passed == passed[at]);
    }
  }
}

}  // namespace flexstock::keys
