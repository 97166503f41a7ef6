// How an order changes its state: lists, units, customer limits and the event, always together.
#include "engine/shard/shard.h"

namespace flexstock::shard {

void Shard::Become(std::uint32_t slot, OrderState state, Millis when_ms, std::uint32_t accepted, std::uint32_t taken,
                   EventType type) {
  Order& order = orders_[slot];
  Product& product = products_[order.product];
  const bool limited = PolicyOf(product).customer_limit != 0;
  if (limited) Count(order, -1);

  const auto units_in = [&](OrderState in) -> Units* {
    if (in == OrderState::kAwaitingPayment) return &product.held;
    return in == OrderState::kConfirmed || in == OrderState::kPickedUp ? &product.sold : nullptr;
  };
  if (Units* left = units_in(order.status())) *left -= order.taken;
  order.accepted = accepted;
  order.taken = taken;
  if (Units* entered = units_in(state)) *entered += taken;
  Enter(slot, state, when_ms);

  if (limited) Count(order, +1);
  Tell(type, slot);
}

void Shard::Settle(std::uint32_t slot, OrderState state, EventType type) {
  Leave(slot);
  Become(slot, state, now_, orders_[slot].accepted, orders_[slot].taken, type);
}

void Shard::AwaitPayment(std::uint32_t slot, std::uint32_t accepted, std::uint32_t taken) {
  const Policy& policy = PolicyOf(products_[orders_[slot].product]);
  Leave(slot);
  Become(slot, OrderState::kAwaitingPayment, Later(now_, policy.payment_window_ms), accepted, taken,
         EventType::kPaymentRequested);
}

void Shard::Leave(std::uint32_t slot) {
  const OrderState state = orders_[slot].status();
  if (!IsWaiting(state)) {
    UnlinkSettled(slot);
    return;
  }
  wheel_->Disarm(slot);
  if (state == OrderState::kAwaitingAcceptance) UnlinkPending(slot);
}

void Shard::Enter(std::uint32_t slot, OrderState state, Millis when_ms) {
  Order& order = orders_[slot];
  order.state = static_cast<std::uint32_t>(state) & 15u;
  order.when_ms = when_ms;
  if (!IsWaiting(state)) {
    LinkSettled(slot);
    return;
  }
  if (wheel_->armed() == 0) (void)wheel_->PopDue(now_);  // nothing to fire: brings the wheel's time near
  wheel_->Arm(slot);
  WakeBy(wheel_->WakeBy(when_ms));
  if (state == OrderState::kAwaitingAcceptance) LinkPending(slot);
}

// ---- After a command, for each of its products --------------------------------------------------------------------

void Shard::Conclude(std::uint32_t slot, Before before) {
  const Product& product = products_[slot];
  const bool went_live = before.mode == ProductMode::kDraft && product.draft == 0;
  if (product.available > before.available || went_live) FillFromStock(slot);
  TellMode(slot, before.mode);
}

void Shard::FillFromStock(std::uint32_t slot) {
  Product& product = products_[slot];
  if (product.draft != 0 || PolicyOf(product).fill_on_restock == FillOnRestock::kOff) return;
  while (product.pending_head != kNil) {
    const std::uint32_t oldest = product.pending_head;
    const std::uint32_t qty = orders_[oldest].qty;
    if (qty > product.available) return;  // the oldest waits for all its units, and the others for it
    product.available -= qty;
    AwaitPayment(oldest, qty, qty);
  }
}

// ---- Events -------------------------------------------------------------------------------------------------------

void Shard::Append(const Change& change) {
  if (changes_.empty()) {
    // relaxed: the committer takes this shard's lock before it looks.
    around_.dirty[index_ / 64].fetch_or(std::uint64_t{1} << (index_ % 64), std::memory_order_relaxed);
  }
  changes_.Append(epoch_, change);
}

void Shard::Tell(EventType type, std::uint32_t slot) {
  const Order& order = orders_[slot];
  Append({.order = IdOf(order),
          .key = KeyOf(order),
          .customer = order.customer,
          .at_ms = now_,
          .deadline_ms = IsWaiting(order.status()) ? order.when_ms : 0,
          .product = order.product,
          .qty = order.units() & 0xff'ffffu,
          .type = static_cast<std::uint32_t>(type) & 0xffu,
          .mode = 0,
          .padding = 0});
}

void Shard::TellMode(std::uint32_t slot, ProductMode before) {
  const ProductMode mode = products_[slot].mode();
  if (mode == before) return;
  Append({.order = MakeOrderId({index_, 0}, 0),
          .key = {},
          .customer = 0,
          .at_ms = now_,
          .deadline_ms = 0,
          .product = slot,
          .qty = 0,
          .type = static_cast<std::uint32_t>(EventType::kProductMode),
          .mode = static_cast<std::uint32_t>(mode),
          .padding = 0});
}

// ---- Customer limits ----------------------------------------------------------------------------------------------

Units Shard::UnitsOf(std::uint32_t product, std::int64_t customer) const {
  const auto found = customer_units_.find(CustomerOfProduct{customer, product});
  return found == customer_units_.end() ? 0 : found->second;
}

void Shard::Count(const Order& order, Units sign) {
  if (!Counts(order.status())) return;
  const auto [found, fresh] = customer_units_.try_emplace(CustomerOfProduct{order.customer, order.product}, 0);
  found->second += sign * Units{order.units()};
  if (found->second == 0) customer_units_.erase(found);
}

// A product got a limit, or lost it. Rare, and O(orders of the shard).
void Shard::CountAll(std::uint32_t product, bool limited) {
  absl::erase_if(customer_units_, [&](const auto& entry) { return entry.first.second == product; });
  if (!limited) return;
  for (std::uint32_t slot = 0; slot < slots_used_; ++slot) {
    if (orders_[slot].product == product) Count(orders_[slot], +1);
  }
}

// ---- Lists --------------------------------------------------------------------------------------------------------

void Shard::LinkPending(std::uint32_t slot) {
  Order& order = orders_[slot];
  Product& product = products_[order.product];
  order.pending_prev = product.pending_tail;
  order.pending_next = kNil;
  (product.pending_tail == kNil ? product.pending_head : orders_[product.pending_tail].pending_next) = slot;
  product.pending_tail = slot;
  ++product.pending;
}

void Shard::UnlinkPending(std::uint32_t slot) {
  const Order& order = orders_[slot];
  Product& product = products_[order.product];
  (order.pending_prev == kNil ? product.pending_head : orders_[order.pending_prev].pending_next) = order.pending_next;
  (order.pending_next == kNil ? product.pending_tail : orders_[order.pending_next].pending_prev) = order.pending_prev;
  --product.pending;
}

// Orders settle in order of time, so the list is in order of forgetting.
void Shard::LinkSettled(std::uint32_t slot) {
  Order& order = orders_[slot];
  order.prev = settled_tail_;
  order.next = kNil;
  if (settled_tail_ == kNil) {
    settled_head_ = slot;
    WakeBy(Later(order.when_ms, around_.options->retention_ms));
  } else {
    orders_[settled_tail_].next = slot;
  }
  settled_tail_ = slot;
}

void Shard::UnlinkSettled(std::uint32_t slot) {
  const Order& order = orders_[slot];
  (order.prev == kNil ? settled_head_ : orders_[order.prev].next) = order.next;
  (order.next == kNil ? settled_tail_ : orders_[order.next].prev) = order.prev;
}

}  // namespace flexstock::shard
