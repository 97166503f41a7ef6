#include "tools/journal/limits.h"

#include <algorithm>

namespace flexstock::journal_tool {
namespace {

class StandingClock final : public Clock {
 public:
  Millis NowMs() override { return 0; }
};

Clock& NoClock() {
  static StandingClock clock;
  return clock;
}

void Raise(std::uint64_t* max, std::uint32_t slot) { *max = std::max(*max, slot + std::uint64_t{1}); }

}  // namespace

void Limits::Forgotten(const Seen& order, Millis by_ms) {
  if (order.settled_ms >= 0) retention_ms_ = std::min(retention_ms_, std::max<Millis>(by_ms - order.settled_ms, 0));
}

// What the slot and the key had before was forgotten, or the order could not have been placed.
void Limits::Meet(std::uint32_t slot, const Seen& order) {
  Seen& before = slots_[slot];
  Forgotten(before, order.placed_ms);
  before = order;
  if (!order.key.given()) return;
  const auto [known, is_new] = keys_.try_emplace({order.key.hi, order.key.lo}, slot);
  if (is_new || known->second == slot) return;
  const Seen& other = slots_[known->second];
  if (other.key != order.key) {
    known->second = slot;  // its slot went to another order, and that is noted
  } else if (other.placed_ms > order.placed_ms) {
    Forgotten(order, other.placed_ms);
  } else {
    Forgotten(other, order.placed_ms);
    known->second = slot;
  }
}

// The parts of a snapshot are not of one instant: an order and the next one of its key may both be in it.
void Limits::OnOrders(std::uint32_t /*shard*/, std::span<const shard::SlotImage> orders) {
  constexpr int kPlacedShift = 16;  // see shard::Order::placed
  for (const shard::SlotImage& image : orders) {
    const shard::Order& order = image.order;
    Raise(&orders_max_, image.slot);
    if (order.state == OrderState::kNone) {
      slots_[image.slot] = {.generation = order.generation - 1};
    } else {
      Meet(image.slot, {.generation = order.generation,
                        .placed_ms = static_cast<Millis>(order.placed >> kPlacedShift),
                        .settled_ms = shard::IsWaiting(order.state) ? -1 : order.when_ms,
                        .key = image.key});
    }
  }
}

void Limits::OnProducts(std::uint32_t /*shard*/, std::span<const shard::ProductImage> products) {
  for (const shard::ProductImage& image : products) Raise(&products_max_, image.slot);
}

void Limits::OnRecord(const ChangeAt& /*at*/, const shard::Record& record, std::size_t /*bytes*/) {
  if (record.type == shard::kSuperseded) return;
  if (!record.is_order() || record.placed) Raise(&products_max_, record.product);
  if (!record.is_order()) return;
  Raise(&orders_max_, record.slot);
  const std::uint32_t known = slots_[record.slot].generation;
  if (record.generation < known) return;  // the snapshot has what came of it
  if (record.placed && record.generation > known) {
    Meet(record.slot, {.generation = record.generation, .placed_ms = record.at_ms, .key = record.key});
  }
  const OrderState state = shard::StateOf(record.type);
  Seen& order = slots_[record.slot];
  if (state != OrderState::kNone && record.generation == order.generation) {
    order.settled_ms = shard::IsWaiting(state) ? -1 : record.at_ms;
  }
}

Options Limits::OptionsFor(const std::string& path, const Scanned& scanned, Storage& storage) const {
  Options options;
  options.shards = scanned.directory.like.shards;
  options.orders_max = orders_max_;
  options.products_max = products_max_;
  options.retention_ms = retention_ms_;
  options.audiences = {};
  options.events_max = 1024;
  options.clock = &NoClock();
  options.journal_dir = path;
  options.journal_segment_bytes = scanned.directory.like.bytes;
  options.storage = &storage;
  options.background = false;
  return options;
}

}  // namespace flexstock::journal_tool
