// Who takes the shard's lock, and who waits for it.
#include "engine/shard/contention.h"

#include <algorithm>

#include "engine/shard/shard.h"
#include "engine/time/counter.h"

namespace flexstock::shard {
namespace {

using Entry = HeavyHitters::Entry;

// nullptr: the product has none.
const Entry* EntryOf(const HeavyHitters& hitters, std::uint32_t product) {
  const auto entries = hitters.entries();
  const auto found = std::ranges::find(entries, product, &Entry::product);
  return found == entries.end() ? nullptr : &*found;
}

// What `hitters` know of the product, in `unit`s.
Bounds BoundsOf(const HeavyHitters& hitters, std::uint32_t product, double unit) {
  const Entry* const found = EntryOf(hitters, product);
  const auto in_units = [unit](std::uint64_t count) {
    return static_cast<std::uint64_t>(static_cast<double>(count) * unit);
  };
  if (found == nullptr) return {.least = 0, .most = in_units(hitters.missed_most())};
  return {.least = in_units(found->count - found->over), .most = in_units(found->count)};
}

}  // namespace

[[gnu::cold]] std::uint64_t Shard::WaitForLock() FLEXSTOCK_UNCHECKED_LOCKS {
  const std::uint64_t begin = watched_ != 0 ? time::Count() : 0;
  lock.Wait();
  ++contention_.waits;
  if (watched_ == 0) return 0;
  const auto waited = static_cast<std::int64_t>(time::Count() - begin);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(waited, 1));
}

[[gnu::cold]] void Shard::Look(std::uint32_t product, bool sampled, std::uint64_t waited) {
  if (waited != 0) {
    contention_.wait_counts += waited;
    if (product != kNil) contention_.by_wait.Add(product, waited);
  }
  if (sampled) {
    until_look_ = static_cast<std::uint16_t>(around_.options->contention_sample);
    ++contention_.looks;
    if (product != kNil) contention_.by_acquisition.Add(product, 1);
  }
}

[[gnu::cold]] std::uint32_t Shard::FindProductOf(OrderId order) const {
  const Order* const found = FindOrder(order);
  return found == nullptr ? kNil : found->product;
}

void Shard::Append(ContentionReport* report) const {
  const std::uint64_t sample = around_.options->contention_sample;
  const double ns_a_count = 1e6 / time::CountsAMs();
  report->shards.push_back(
      {.acquisitions = contention_.looks * sample + (sample - until_look_),
       .waits = contention_.waits,
       .wait_ns = static_cast<std::uint64_t>(static_cast<double>(contention_.wait_counts) * ns_a_count)});
  const auto append = [&](std::uint32_t product) FLEXSTOCK_REQUIRES(lock) {
    const Entry* const waited_for = EntryOf(contention_.by_wait, product);
    report->hottest.push_back(
        {.product = static_cast<ProductId>(names()[product].product),
         .shard = index_,
         .acquisitions = BoundsOf(contention_.by_acquisition, product, static_cast<double>(sample)),
         .wait_ns = BoundsOf(contention_.by_wait, product, ns_a_count),
         .waits = waited_for == nullptr ? 0 : waited_for->times});
  };
  for (const Entry& entry : contention_.by_wait.entries()) append(entry.product);
  for (const Entry& entry : contention_.by_acquisition.entries()) {
    if (EntryOf(contention_.by_wait, entry.product) == nullptr) append(entry.product);
  }
}

}  // namespace flexstock::shard
