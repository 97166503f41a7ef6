// The few functions that every order goes through, for the compiler to see whole wherever they are used.
#pragma once

#include "engine/shard/shard.h"

namespace flexstock::shard {

// The next order's slot is fetched before it is needed, and as something that will not be looked at again soon: orders
// pass by in great number, and must not push the table and the products out of the caches. (kNil is fetched, too, and
// never read.)
inline std::uint32_t Shard::TakeSlot() {
  if (free_head_ != kNil) {
    const std::uint32_t slot = free_head_;
    free_head_ = orders_[slot].next;
    --free_count_;
    __builtin_prefetch(orders_ + free_head_, 1, 0);
    return slot;
  }
  if (fresh_orders_.size() == 0 && !GrowOrders(1)) return kNil;
  const std::uint32_t slot = fresh_orders_.first++;
  orders_[slot].generation = 1;
  __builtin_prefetch(orders_ + fresh_orders_.first + 8, 1, 0);
  return slot;
}

inline void Shard::LinkPending(std::uint32_t slot) {
  Order& order = orders_[slot];
  ProductAside& product = asides()[order.product];
  order.pending_prev = product.pending_tail;
  order.pending_next = kNil;
  (product.pending_tail == kNil ? product.pending_head : orders_[product.pending_tail].pending_next) = slot;
  product.pending_tail = slot;
  ++products_[order.product].pending;
}

inline void Shard::Enter(std::uint32_t slot, OrderState state, Millis when_ms) {
  Order& order = orders_[slot];
  order.state = state;
  order.when_ms = when_ms;
  if (!IsWaiting(state)) {
    // Orders settle in order of time, so the queue is in order of forgetting.
    if (settled_.empty()) WakeBy(Later(when_ms, around_.options->retention_ms));
    settled_.Push({.slot = slot & 0x3fff'ffffu, .nth = order.settlings & 3u});
    return;
  }
  if (wheel_->armed() == 0) (void)wheel_->PopDue(now_);  // nothing to fire: brings the wheel's time near
  wheel_->Arm(slot);
  WakeBy(wheel_->WakeBy(when_ms));
  if (state == OrderState::kAwaitingAcceptance) LinkPending(slot);
}

// In place: a change built elsewhere and copied would be read before its stores have left the processor's buffers.
inline Change& Shard::NextChange() {
  if (changes_.empty()) {
    // relaxed: the committer takes this shard's lock before it looks.
    around_.dirty[index_ / 64].fetch_or(std::uint64_t{1} << (index_ % 64), std::memory_order_relaxed);
  }
  return changes_.Append(epoch_);
}

inline void Shard::Tell(EventType type, std::uint32_t slot, std::uint32_t flags) {
  const Order& order = orders_[slot];
  Change& change = NextChange();
  change.order = IdOf(order);
  change.key = KeyOf(order);
  change.customer = order.customer;
  change.at_ms = now_;
  change.deadline_ms = IsWaiting(order.state) ? order.when_ms : 0;
  change.image = Change::Image(order.qty, order.accepted, order.taken);
  change.product = order.product;
  change.told = Change::Told(type, order.units(), flags, ProductMode{});
}

}  // namespace flexstock::shard
