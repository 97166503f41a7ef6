// The shard's memory and time.
#include "engine/shard/shard.h"

#include <algorithm>

namespace flexstock::shard {

Shard::Shard(std::uint32_t index, const Surroundings& around)
    : changes_(around.options->changes_max), policies_(around.options->policy), index_(index), around_(around) {}

bool Shard::Open() {
  const Options& options = *around_.options;
  if (!products_.Open(options.products_max) || !names_.Open(options.products_max) || !orders_.Open(options.orders_max) ||
      !order_keys_.Open(options.orders_max)) {
    return false;
  }
  const Entered entered(*this);
  wheel_.emplace(orders_.data());
  // A little more than an even share: products spread by hash.
  const auto share = [&](std::uint64_t total) { return total / options.shards + total / options.shards / 8; };
  if (const std::uint64_t products = share(options.products_reserve); products != 0) {
    (void)GrowProducts(products);
    products_by_id_.reserve(products_granted_);
  }
  if (const std::uint64_t orders = share(options.orders_reserve); orders != 0) (void)GrowOrders(orders);
  if (options.keys_reserve != 0) order_keys_.Populate(0, slots_granted_);
  return true;
}

// ---- Memory -------------------------------------------------------------------------------------------------------

bool Shard::GrowOrders(std::uint64_t wanted) {
  const std::uint32_t granted = around_.orders->Take(wanted);
  if (granted == 0) return false;
  orders_.Populate(slots_granted_, granted);
  slots_granted_ += granted;
  return true;
}

bool Shard::GrowProducts(std::uint64_t wanted) {
  const std::uint32_t granted = around_.products->Take(wanted);
  if (granted == 0) return false;
  if (wanted != 0) {
    products_.Populate(products_granted_, granted);
    names_.Populate(products_granted_, granted);
  }
  products_granted_ += granted;
  return true;
}

bool Shard::MakeRoom(std::uint32_t orders) {
  while (free_count_ + (slots_granted_ - slots_used_) < orders) {
    if (!GrowOrders(0)) return false;
  }
  return true;
}

std::uint32_t Shard::TakeSlot() {
  if (free_head_ != kNil) {
    const std::uint32_t slot = free_head_;
    free_head_ = orders_[slot].next;
    --free_count_;
    __builtin_prefetch(&orders_[free_head_ != kNil ? free_head_ : slot], 1);  // the next order's, before it is needed
    return slot;
  }
  if (slots_used_ == slots_granted_ && !GrowOrders(0)) return kNil;
  const std::uint32_t slot = slots_used_++;
  orders_[slot].generation = 1;
  __builtin_prefetch(orders_.data() + slots_used_ + 1, 1);
  return slot;
}

void Shard::FreeSlot(std::uint32_t slot) {
  Order& order = orders_[slot];
  order.state = static_cast<std::uint32_t>(OrderState::kNone);
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
  ForgetDue();
  Millis wake_by = wheel_->WakeBy();
  if (settled_head_ != kNil) {
    wake_by = std::min(wake_by, Later(orders_[settled_head_].when_ms, around_.options->retention_ms));
  }
  wake_by_.store(wake_by, std::memory_order_relaxed);
  return true;
}

void Shard::ForgetDue() {
  while (settled_head_ != kNil && Later(orders_[settled_head_].when_ms, around_.options->retention_ms) <= now_) {
    Forget(settled_head_);
  }
}

void Shard::Forget(std::uint32_t slot) {
  Order& order = orders_[slot];
  if (order.next != kNil) __builtin_prefetch(&orders_[order.next], 1);  // likely due, too
  UnlinkSettled(slot);
  if (PolicyOf(products_[order.product]).customer_limit != 0) Count(order, -1);
  if (order.keyed != 0) {
    const OrderKey key = order_keys_[slot];
    const std::uint64_t hash = around_.keys->Hash(key);
    const lock::Held stripe(around_.keys->LockOf(keys::KeyIndex::StripeOf(hash)));
    around_.keys->Erase(key, hash);
  }
  FreeSlot(slot);
}

// PopDue has taken it out of the wheel.
void Shard::Expire(std::uint32_t slot) {
  Order& order = orders_[slot];
  if (order.status() == OrderState::kAwaitingAcceptance) {
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
  return {.lock_waits = lock_waits_,
          .time_clamped = time_clamped_,
          .orders = orders_live_,
          .order_slots = slots_granted_,
          .products = products_used_,
          .changes_waiting = changes_.size()};
}

}  // namespace flexstock::shard
