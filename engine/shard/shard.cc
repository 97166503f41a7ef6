// The shard's memory and time.
#include <algorithm>
#include <cmath>

#include "engine/shard/hot_path.h"

namespace flexstock::shard {

Shard::Shard(std::uint32_t index, const Surroundings& around)
    : watched_(around.options->contention_sample != 0 ? kWatched : 0),
      until_look_(static_cast<std::uint16_t>(around.options->contention_sample)),
      orders_(around.orders->data()),
      changes_(around.options->changes_max),
      products_(around.products->data()),
      index_(index),
      around_(around),
      wheel_(std::make_unique<wheel::TimerWheel<Order>>(orders_)) {}

void Shard::Reserve() {
  const Options& options = *around_.options;
  const lock::Held uncounted(lock);
  // Six standard deviations above an even share, because products spread by hash; but what one shard takes is no
  // other's, and the last has to find its own.
  const auto share = [&](std::uint64_t total, const auto& pool, const std::vector<memory::Range>& owned) {
    const double even = static_cast<double>(total) / options.shards;
    auto wanted = static_cast<std::uint64_t>(even + (options.shards == 1 ? 0 : 6 * std::sqrt(even)));
    wanted = std::min(wanted, pool.EvenShare(options.shards));
    for (const memory::Range& range : owned) wanted -= std::min<std::uint64_t>(wanted, range.size());
    return wanted;
  };
  if (const std::uint64_t products = share(options.products_reserve, *around_.products, product_ranges_);
      products != 0 && GrowProducts(products)) {
    asides().Populate(fresh_products_.first, fresh_products_.size());
    names().Populate(fresh_products_.first, fresh_products_.size());
    products_by_id_.reserve(fresh_products_.size());
  }
  if (const std::uint64_t orders = share(options.orders_reserve, *around_.orders, order_ranges_);
      orders != 0 && GrowOrders(orders)) {
    if (options.keys_reserve != 0) around_.order_keys->Populate(fresh_orders_.first, fresh_orders_.size());
  }
}

// ---- Memory -------------------------------------------------------------------------------------------------------

bool Shard::GrowOrders(std::uint64_t wanted) {
  // What is left of the last range goes to the free list: only one range is fresh.
  for (; fresh_orders_.size() != 0; ++fresh_orders_.first) {
    orders_[fresh_orders_.first].generation = 1;
    orders_[fresh_orders_.first].next = free_head_;
    free_head_ = fresh_orders_.first;
    ++free_count_;
  }
  const memory::Range taken = around_.orders->Take(wanted, index_);
  if (taken.size() == 0) return false;
  fresh_orders_ = taken;
  order_ranges_.push_back(taken);
  return true;
}

bool Shard::GrowProducts(std::uint64_t wanted) {
  if (!spare_products_.empty() && spare_products_.back().size() >= wanted) {
    fresh_products_ = spare_products_.back();
    spare_products_.pop_back();
    return true;
  }
  const memory::Range taken = around_.products->Take(wanted, index_);
  if (taken.size() == 0) return false;
  fresh_products_ = taken;
  product_ranges_.push_back(taken);
  return true;
}

bool Shard::MakeRoom(std::uint32_t orders) {
  while (free_count_ + fresh_orders_.size() < orders) {
    if (!GrowOrders(orders)) return false;
  }
  return true;
}

void Shard::FreeSlot(std::uint32_t slot) {
  Order& order = orders_[slot];
  order.state = OrderState::kNone;
  --orders_live_;
  // The last generation: no id of this slot may ever mean another order, so the slot is used no more.
  if (order.generation == kGenerationMax) return;
  ++order.generation;
  order.next = free_head_;
  free_head_ = slot;
  ++free_count_;
}

// ---- Time ---------------------------------------------------------------------------------------------------------

bool Shard::HappenUntil(Millis at_ms) {
  for (;;) {
    if (changes_.full()) return false;  // wake_by_ still lies behind: the next Arrive() comes back here
    const std::uint32_t slot = wheel_->PopDue(at_ms);
    if (slot == kNil) break;
    now_ = orders_[slot].when_ms;
    Expire(slot);
  }
  now_ = at_ms;
  ForgetDue<Stripes::kFree>();
  return true;
}

void Shard::HappenNow() {
  if (now_ < wake_by()) return;
  for (std::uint32_t slot = wheel_->PopDue(now_); slot != kNil; slot = wheel_->PopDue(now_)) Expire(slot);
  ForgetDue<Stripes::kHeld>();
}

// Nobody has touched these orders for long: all that forgetting one needs is fetched while those before it are
// forgotten, first its line and its key, then, from the key, its bucket in the index.
template <Shard::Stripes kStripes>
void Shard::ForgetDue() {
  constexpr std::uint64_t kFar = 12, kNear = 4;
  const auto fetch = [&](std::uint64_t ahead) FLEXSTOCK_REQUIRES(lock) {
    const std::uint32_t slot = settled_.Ahead(ahead).slot;
    __builtin_prefetch(orders_ + slot, 1, 0);
    if (keyed_) __builtin_prefetch(around_.order_keys->data() + slot, 0, 0);
  };
  Millis forget_by = kNever;
  std::uint64_t fetched = 1;  // of the queue's first entries
  for (; !settled_.empty(); settled_.Pop(), --fetched) {
    const SettledQueue::Entry entry = settled_.front();
    const Order& order = orders_[entry.slot];
    fetched = std::max<std::uint64_t>(fetched, 1);
    if (order.settlings != entry.nth) continue;  // it has settled again since
    forget_by = Later(order.when_ms, around_.options->retention_ms);
    if (forget_by > now_) break;
    for (; fetched < std::min(kFar, settled_.size()); ++fetched) fetch(fetched);
    if (keyed_ && settled_.size() > kNear) {
      const std::uint32_t slot = settled_.Ahead(kNear).slot;
      around_.keys->Prefetch(around_.keys->Hash((*around_.order_keys)[slot]));
    }
    Forget<kStripes>(entry.slot);
    forget_by = kNever;
  }
  wake_by_.store(std::min(wheel_->WakeBy(), forget_by), std::memory_order_relaxed);
}

template <Shard::Stripes kStripes>
void Shard::Forget(std::uint32_t slot) {
  Order& order = orders_[slot];
  if (order.has(Order::kCounted)) Count(order, -1);
  if (order.has(Order::kKeyed) && !order.has(Order::kOutbid)) {
    const OrderKey key = (*around_.order_keys)[slot];
    const std::uint64_t hash = around_.keys->Hash(key);
    if constexpr (kStripes == Stripes::kHeld) {
      around_.keys->Erase(hash, slot);
    } else {
      const lock::Held stripe(around_.keys->LockOf(keys::KeyIndex::StripeOf(hash)));
      around_.keys->Erase(hash, slot);
    }
  }
  FreeSlot(slot);
}

// PopDue has taken it out of the wheel.
void Shard::Expire(std::uint32_t slot) {
  Order& order = orders_[slot];
  if (order.state == OrderState::kAwaitingAcceptance) {
    UnlinkPending(slot);
    Become(slot, OrderState::kAcceptanceExpired, now_, 0, 0, EventType::kAcceptanceExpired);
    return;  // it held nothing: no unit comes back, no mode changes
  }
  Product& product = products_[order.product];
  const Before before = Now(product);
  product.available += order.taken;
  Become(slot, OrderState::kPaymentExpired, now_, order.accepted, 0, EventType::kPaymentExpired);
  Conclude(order.product, before);
}

ShardStats Shard::Stats() const {
  std::uint64_t order_slots = 0;
  for (const memory::Range& range : order_ranges_) order_slots += range.size();
  return {.lock_waits = contention_.waits,
          .time_clamped = time_clamped_,
          .orders = orders_live_,
          .order_slots = order_slots,
          .products = products_by_id_.size(),
          .changes_waiting = changes_.size()};
}

}  // namespace flexstock::shard
