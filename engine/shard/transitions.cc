// How an order changes its state: lists, units, customer limits and the event, always together.
#include "engine/shard/hot_path.h"

namespace flexstock::shard {

void Shard::Become(std::uint32_t slot, OrderState state, Millis when_ms, std::uint32_t accepted, std::uint32_t taken,
                   EventType type, std::uint32_t flags) {
  Order& order = orders_[slot];
  Product& product = products_[order.product];
  const bool counted = order.has(Order::kCounted);
  if (counted) Count(order, -1);

  if (Units* left = product.UnitsIn(order.state)) *left -= order.taken;
  order.accepted = accepted;
  order.taken = taken;
  if (Units* entered = product.UnitsIn(state)) *entered += taken;
  Enter(slot, state, when_ms);

  if (counted) Count(order, +1);
  Tell(type, slot, flags);
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
  const OrderState state = orders_[slot].state;
  if (!IsWaiting(state)) {
    ++orders_[slot].settlings;  // its entry in the settled queue is stale
    return;
  }
  wheel_->Disarm(slot);
  if (state == OrderState::kAwaitingAcceptance) UnlinkPending(slot);
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
  while (asides()[slot].pending_head != kNil) {
    const std::uint32_t oldest = asides()[slot].pending_head;
    const std::uint32_t qty = orders_[oldest].qty;
    if (qty > product.available) return;  // the oldest waits for all its units, and the others for it
    product.available -= qty;
    AwaitPayment(oldest, qty, qty);
  }
}

// ---- Events -------------------------------------------------------------------------------------------------------

void Shard::TellMode(std::uint32_t slot, ProductMode before) {
  const ProductMode mode = products_[slot].mode();
  if (mode == before) return;
  Change& change = NextChange();
  change.order = MakeOrderId({index_, 0}, 0);
  change.key = OrderKey{};
  change.customer = 0;
  change.at_ms = now_;
  change.deadline_ms = 0;
  change.image = 0;
  change.product = slot;
  change.told = Change::Told(EventType::kProductMode, 0, 0, mode);
}

// What no order's change tells. For the journal alone: without one, nobody reads it.
void Shard::TellProduct(std::uint32_t slot) {
  if (!around_.journaled) return;
  const Product& product = products_[slot];
  // In use until it is written: by then the product may have another.
  const std::uint32_t policy = around_.policies->Acquire(PolicyOf(product));
  Change& change = NextChange();
  change.order = MakeOrderId({index_, policy}, product.draft);
  change.key = {.hi = static_cast<std::uint64_t>(names()[slot].product),
                .lo = static_cast<std::uint64_t>(names()[slot].member)};
  change.customer = asides()[slot].supplied;
  change.at_ms = now_;
  change.deadline_ms = asides()[slot].written_off;
  change.image = static_cast<std::uint64_t>(product.available);
  change.product = slot;
  change.told = Change::Told(kProductImage, 0, 0, ProductMode{});
}

// ---- Customer limits ----------------------------------------------------------------------------------------------

Units Shard::UnitsOf(std::uint32_t product, std::int64_t customer) const {
  const auto found = customer_units_.find(CustomerOfProduct{customer, product});
  return found == customer_units_.end() ? 0 : found->second;
}

void Shard::Count(const Order& order, Units sign) {
  if (!Counts(order.state)) return;
  const auto [found, fresh] = customer_units_.try_emplace(CustomerOfProduct{order.customer, order.product}, 0);
  found->second += sign * Units{order.units()};
  if (found->second == 0) customer_units_.erase(found);
}

// A product got a limit, or lost it. Rare, and O(orders of the shard).
void Shard::CountAll(std::uint32_t product, bool limited) {
  absl::erase_if(customer_units_, [&](const auto& entry) { return entry.first.second == product; });
  ForEachOrder([&](std::uint32_t slot) FLEXSTOCK_REQUIRES(lock) {
    if (orders_[slot].product != product || orders_[slot].state == OrderState::kNone) return;
    Order& order = orders_[slot];
    order.marks = static_cast<std::uint8_t>(limited ? order.marks | Order::kCounted : order.marks & ~Order::kCounted);
    if (limited) Count(order, +1);
  });
}

// ---- Lists --------------------------------------------------------------------------------------------------------

void Shard::UnlinkPending(std::uint32_t slot) {
  const Order& order = orders_[slot];
  ProductAside& product = asides()[order.product];
  (order.pending_prev == kNil ? product.pending_head : orders_[order.pending_prev].pending_next) = order.pending_next;
  (order.pending_next == kNil ? product.pending_tail : orders_[order.pending_next].pending_prev) = order.pending_prev;
  --products_[order.product].pending;
}

}  // namespace flexstock::shard
