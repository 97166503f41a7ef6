// Placing, one by one and in batches. A batch gives the answers that its orders would get one by one; what it shares is
// locks and cache misses.
#include <algorithm>
#include <array>

#include "engine/engine_impl.h"

namespace flexstock {
namespace {

using shard::Asked;
using shard::kNil;
using shard::kNoShard;
using shard::Shard;

template <typename Request>
bool IsInRange(const Request& request) {
  return request.qty >= 1 && request.qty <= kQtyMax && static_cast<std::int64_t>(request.customer) >= 1;
}
bool IsProductInRange(const PlaceOrder& request) { return static_cast<std::int64_t>(request.product) >= 1; }
bool IsProductInRange(const PlaceOrderByRef&) { return true; }

std::uint32_t ShardOf(const Engine::Impl& engine, const PlaceOrder& request) { return engine.ShardOf(request.product); }
std::uint32_t ShardOf(const Engine::Impl&, const PlaceOrderByRef& request) { return request.product.shard; }

std::uint32_t Locate(const Shard& shard, const PlaceOrder& request) FLEXSTOCK_REQUIRES(shard.lock) {
  return shard.FindProduct(request.product);
}
std::uint32_t Locate(const Shard& shard, const PlaceOrderByRef& request) FLEXSTOCK_REQUIRES(shard.lock) {
  return shard.IsProduct(request.product.slot) ? request.product.slot : kNil;
}

void PrefetchProduct(const Shard&, const PlaceOrder&) {}  // where it lies is not known yet
void PrefetchProduct(const Shard& shard, const PlaceOrderByRef& request) {
  shard.PrefetchProduct(request.product.slot);
}

template <typename Request>
Asked AskedOf(const Request& request, keys::KeyIndex& keys) {
  Asked asked{.product = kNil,
              .qty = static_cast<std::uint32_t>(request.qty),
              .customer = static_cast<std::int64_t>(request.customer),
              .key = request.key,
              .hash = 0};
  if (request.key.given()) {
    asked.hash = keys.Hash(request.key);
    keys.Prefetch(asked.hash);  // the fetch overlaps with all that comes before the key is looked up
  }
  return asked;
}

}  // namespace

template <typename Request>
PlaceResult Engine::Impl::Place(const Request& request, When when) {
  const bool in_range = IsInRange(request) && IsProductInRange(request) && IsValid(when.position);
  if (!in_range) return Refuse(PlaceResult{.code = Code::kInvalidArgument}, when.position);
  const std::uint32_t index = flexstock::ShardOf(*this, request);
  if (index >= options_.shards) return Refuse(PlaceResult{.code = Code::kUnknownProduct}, when.position);
  when.at_ms = TimeOf(when.at_ms);
  return PlaceOn(index, request, when);
}

// One result, built where the caller has room for it: copying it would wait for its stores.
template <typename Request>
PlaceResult Engine::Impl::PlaceOn(std::uint32_t index, const Request& request, When when) {
  PrefetchProduct(At(index), request);
  Asked asked = AskedOf(request, keys_);
  std::uint32_t foreign = kNoShard;
  const auto product_of = [&](const Shard& shard) FLEXSTOCK_UNCHECKED_LOCKS { return Locate(shard, request); };
  auto result = On<PlaceResult>(index, when.at_ms, nullptr, product_of, [&](Shard& shard) FLEXSTOCK_UNCHECKED_LOCKS {
    asked.product = Locate(shard, request);
    if (asked.product == kNil) {
      Note(when.position, shard.epoch());
      return PlaceResult{.code = Code::kUnknownProduct, .epoch = shard.epoch()};
    }
    PlaceResult placed = shard.Place(asked, &foreign);
    // If another shard has a say, this was not the answer yet.
    if (foreign == kNoShard) Note(when.position, shard.epoch());
    return placed;
  });
  if (foreign != kNoShard) result = PlaceBeside(index, foreign, asked, when);
  return result;
}

// The key names an order of another shard's product. Whether that order is still remembered at this time is for its
// shard to say, so both locks are taken. Rare: somebody used a key twice.
PlaceResult Engine::Impl::PlaceBeside(std::uint32_t index, std::uint32_t foreign, const Asked& asked,
                                      When when) noexcept FLEXSTOCK_UNCHECKED_LOCKS {
  Shard& own = At(index);
  for (Code stuck = Code::kOk;;) {
    Epoch seen = 0;
    {
      const shard::Entered first(At(std::min(index, foreign)));
      const shard::Entered second(At(std::max(index, foreign)));
      const Epoch now_epoch = epoch();
      seen = now_epoch;
      // (That the call came late is counted already.)
      if (own.Arrive(std::max(when.at_ms, own.now()), now_epoch) &&
          At(foreign).Arrive(std::max(own.now(), At(foreign).now()), now_epoch)) {
        std::uint32_t known = kNoShard;
        const PlaceResult result = own.Place(asked, &known);
        if (known == kNoShard || known == foreign) {
          Note(when.position, own.epoch());
          return result;
        }
        foreign = known;  // forgotten there, and placed again elsewhere meanwhile
        continue;
      }
    }
    if (stuck != Code::kOk) return {.code = stuck};
    stuck = MakeWay(seen);
  }
}

template <typename Request>
void Engine::Impl::PlaceMany(std::span<const Request> requests, std::span<PlaceResult> results, Millis at_ms) {
  if (results.size() < requests.size()) {
    std::fill(results.begin(), results.end(), PlaceResult{.code = Code::kInvalidArgument});
    return;
  }
  constexpr std::size_t kChunk = 64;
  std::array<Asked, kChunk> asked;
  std::array<std::uint32_t, kChunk> shard_of;
  std::array<std::uint8_t, kChunk> sequence;  // in which the chunk is placed
  for (std::size_t from = 0; from < requests.size(); from += kChunk) {
    const std::size_t size = std::min(kChunk, requests.size() - from);
    std::size_t count = 0;  // of those in range
    bool keyed = false;
    for (std::size_t i = 0; i < size; ++i) {
      const Request& request = requests[from + i];
      shard_of[i] = IsInRange(request) && IsProductInRange(request) ? flexstock::ShardOf(*this, request) : kNoShard;
      if (shard_of[i] >= options_.shards) {
        const bool in_range = IsInRange(request) && IsProductInRange(request);
        results[from + i] = {.code = in_range ? Code::kUnknownProduct : Code::kInvalidArgument};
        continue;
      }
      sequence[count++] = static_cast<std::uint8_t>(i);
      PrefetchProduct(At(shard_of[i]), request);
      asked[i] = AskedOf(request, keys_);
      keyed = keyed || request.key.given();
    }
    // Orders of different products know nothing of each other, unless by their keys: without keys, those of one shard
    // are brought together, in their order.
    if (!keyed) GatherByShard({sequence.data(), count}, shard_of.data());
    for (std::size_t i = 0; i < count;) {
      std::size_t end = i + 1;
      while (end < count && shard_of[sequence[end]] == shard_of[sequence[i]]) ++end;
      PlaceRun(shard_of[sequence[i]], {sequence.data() + i, end - i}, requests.data() + from, asked.data(),
               results.data() + from, at_ms);
      i = end;
    }
  }
}

// A chain of items for each shard, walked in the order in which the shards first appear. O(n), whatever the number of
// shards.
void Engine::Impl::GatherByShard(std::span<std::uint8_t> sequence, const std::uint32_t* shard_of) {
  std::array<std::uint8_t, 1024> first{};  // item + 1, by shard
  std::array<std::uint8_t, 64> next;
  std::array<std::uint8_t, 64> gathered;
  for (std::size_t i = sequence.size(); i-- > 0;) {
    const std::uint8_t item = sequence[i];
    next[item] = first[shard_of[item]];
    first[shard_of[item]] = static_cast<std::uint8_t>(item + 1);
  }
  std::size_t count = 0;
  for (const std::uint8_t item : sequence) {
    for (std::uint8_t at = first[shard_of[item]]; at != 0; at = next[at - 1]) {
      gathered[count++] = static_cast<std::uint8_t>(at - 1);
    }
    first[shard_of[item]] = 0;
  }
  std::copy_n(gathered.begin(), count, sequence.begin());
}

// Neighbours of one shard: one lock, and all their products are on their way before the first is needed.
template <typename Request>
void Engine::Impl::PlaceRun(std::uint32_t index, std::span<const std::uint8_t> run, const Request* requests,
                            Asked* asked, PlaceResult* results, Millis at_ms) noexcept {
  Shard& shard = At(index);
  std::size_t done = 0;
  for (Code stuck = Code::kOk; done < run.size();) {
    std::uint32_t foreign = kNoShard;
    bool full = false;
    Epoch seen = 0;
    {
      const auto product_of = [&](const Shard& of)
                                  FLEXSTOCK_UNCHECKED_LOCKS { return Locate(of, requests[run[done]]); };
      const shard::Entered entered(shard, product_of);
      for (std::size_t i = done; i < run.size(); ++i) {
        asked[run[i]].product = Locate(shard, requests[run[i]]);
        if (asked[run[i]].product != kNil) shard.PrefetchProduct(asked[run[i]].product);
      }
      while (done < run.size() && foreign == kNoShard) {
        full = !shard.Arrive(at_ms, epoch());
        seen = shard.epoch();
        if (full) break;
        stuck = Code::kOk;
        const std::uint8_t item = run[done++];
        results[item] = asked[item].product == kNil ? PlaceResult{.code = Code::kUnknownProduct, .epoch = shard.epoch()}
                                                    : shard.Place(asked[item], &foreign);
      }
    }
    if (foreign != kNoShard) {
      const std::uint8_t item = run[done - 1];
      results[item] = PlaceBeside(index, foreign, asked[item], at_ms);
    }
    if (!full) continue;
    // As On() does for one: what a commit cannot hand over all of, it may still have taken out of this shard.
    if (stuck != Code::kOk) results[run[done++]] = {.code = stuck};
    stuck = stuck == Code::kOk ? MakeWay(seen) : Code::kOk;
  }
}

template PlaceResult Engine::Impl::Place(const PlaceOrder&, When);
template PlaceResult Engine::Impl::Place(const PlaceOrderByRef&, When);
template void Engine::Impl::PlaceMany(std::span<const PlaceOrder>, std::span<PlaceResult>, Millis);
template void Engine::Impl::PlaceMany(std::span<const PlaceOrderByRef>, std::span<PlaceResult>, Millis);

}  // namespace flexstock
