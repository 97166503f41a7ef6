// Time, products, and what follows from a change: expiry, fills, events, modes.
#include "tests/model/model.h"

#include <algorithm>
#include <limits>

namespace flexstock::model {
namespace {

// Ids are positive.
template <typename Id>
bool InRange(Id id) {
  return static_cast<std::int64_t>(id) >= 1;
}

bool IsStock(Units units) { return units >= 0 && units <= kStockMax; }

template <typename Field>
bool AtLeast(const std::optional<Field>& field, Field least) {
  return !field || *field >= least;
}

bool InRange(const PolicyChange& change) {
  return AtLeast<Millis>(change.acceptance_window_ms, 1) && AtLeast<Millis>(change.payment_window_ms, 1) &&
         AtLeast<Millis>(change.checkout_hold_ms, 0) && AtLeast<Units>(change.pending_limit, 0) &&
         AtLeast<Units>(change.order_limit, 0) && AtLeast<Units>(change.customer_limit, 0);
}

void Overwrite(const PolicyChange& change, Policy* policy) {
  policy->acceptance_window_ms = change.acceptance_window_ms.value_or(policy->acceptance_window_ms);
  policy->payment_window_ms = change.payment_window_ms.value_or(policy->payment_window_ms);
  policy->checkout_hold_ms = change.checkout_hold_ms.value_or(policy->checkout_hold_ms);
  policy->pending_limit = change.pending_limit.value_or(policy->pending_limit);
  policy->order_limit = change.order_limit.value_or(policy->order_limit);
  policy->customer_limit = change.customer_limit.value_or(policy->customer_limit);
  policy->overflow = change.overflow.value_or(policy->overflow);
  policy->fill_on_restock = change.fill_on_restock.value_or(policy->fill_on_restock);
  policy->late_payment = change.late_payment.value_or(policy->late_payment);
  policy->draw_on_accept = change.draw_on_accept.value_or(policy->draw_on_accept);
}

}  // namespace

Millis Later(Millis instant, Millis length) {
  const Millis end_of_time = std::numeric_limits<Millis>::max();
  return length > end_of_time - instant ? end_of_time : instant + length;
}

// ---- Time -----------------------------------------------------------------------------------------------------------

// A time before the latest one seen counts as the latest; the first latest is 0. Whatever is due by then comes first.
void Model::MoveTo(Millis at_ms) {
  now_ms_ = std::max(now_ms_, at_ms);
  Settle();
}

// Everything due by now happens, the earliest deadline first and of equal ones the order placed first. An expiry may
// give units back, and those may fill another order, whose new deadline may be due too: so look again after each.
// Then whatever settled at least the retention ago is forgotten.
void Model::Settle() {
  for (;;) {
    Order* next = nullptr;
    for (Order& order : orders_) {
      if (!order.waits() || order.deadline_ms > now_ms_) continue;
      if (next == nullptr || order.deadline_ms < next->deadline_ms) next = &order;
    }
    if (next == nullptr) break;
    Expire(*next);
  }
  for (Order& order : orders_) {
    if (!order.waits() && Later(order.entered_ms, retention_ms_) <= now_ms_) order.forgotten = true;
  }
}

// A waiting order whose deadline has passed expires at the deadline, however late anybody looks. What it took returns.
void Model::Expire(Order& order) {
  const Before before = Look(order.product);
  const Millis at_ms = order.deadline_ms;
  GiveBack(order);
  Enter(order,
        order.state == OrderState::kAwaitingAcceptance ? OrderState::kAcceptanceExpired : OrderState::kPaymentExpired,
        at_ms);
  Conclude(before, at_ms);
}

Model::Before Model::Look(ProductId product) const {
  const ProductView view = View(product);
  return {.product = product, .mode = view.mode, .available = view.available};
}

// What follows from a command or an expiry on a product. If available rose, or a draft went live, and the policy says
// so, pending orders are filled, never while the product is a draft. If the mode is another than before, the member is
// told, after all else: once, however often it changed in between.
void Model::Conclude(const Before& before, Millis at_ms) {
  const Product& product = products_.at(before.product);
  const bool rose = product.available > before.available;
  const bool live = product.status == ProductStatus::kLive;
  const bool went_live = live && before.mode == ProductMode::kDraft;
  if (live && (rose || went_live) && product.policy.fill_on_restock == FillOnRestock::kFifo) {
    FillPending(before.product, at_ms);
  }
  const ProductMode mode = Look(before.product).mode;
  if (mode == before.mode) return;
  events_.push_back({.type = EventType::kProductMode,
                     .mode = mode,
                     .at_ms = at_ms,
                     .product = before.product,
                     .member = product.member});
}

// The oldest pending order is accepted whole, from stock (whatever draw_on_accept says), and so on with the next. The
// first one that does not fit ends it: nobody is skipped.
void Model::FillPending(ProductId id, Millis at_ms) {
  Product& product = products_.at(id);
  for (Order& order : orders_) {
    if (order.product != id || order.state != OrderState::kAwaitingAcceptance) continue;
    if (order.qty > product.available) return;
    product.available -= order.qty;
    order.accepted = order.qty;
    order.taken = order.qty;
    Enter(order, OrderState::kAwaitingPayment, at_ms, product.policy.payment_window_ms);
  }
}

// ---- Changes of state
// ------------------------------------------------------------------------------------------------

// The order is in `state` from `at_ms` on. A waiting state gets its deadline here and keeps it, whatever policy comes
// later. Every change of state is told.
void Model::Enter(Order& order, OrderState state, Millis at_ms, Millis window_ms) {
  order.state = state;
  order.entered_ms = at_ms;
  order.deadline_ms = order.waits() ? Later(at_ms, window_ms) : 0;
  switch (state) {
    case OrderState::kNone:
      break;
    case OrderState::kConfirmed:
      Tell(EventType::kOrderConfirmed, order, at_ms);
      Tell(EventType::kPickupRequested, order, at_ms);
      break;
    case OrderState::kAwaitingAcceptance:
      Tell(EventType::kAcceptanceRequested, order, at_ms);
      break;
    case OrderState::kAwaitingPayment:
      Tell(EventType::kPaymentRequested, order, at_ms);
      break;
    case OrderState::kPickedUp:
      Tell(EventType::kOrderPickedUp, order, at_ms);
      break;
    case OrderState::kDeclined:
      Tell(EventType::kOrderDeclined, order, at_ms);
      break;
    case OrderState::kAcceptanceExpired:
      Tell(EventType::kAcceptanceExpired, order, at_ms);
      break;
    case OrderState::kPaymentExpired:
      Tell(EventType::kPaymentExpired, order, at_ms);
      break;
    case OrderState::kCanceled:
      Tell(EventType::kOrderCanceled, order, at_ms);
      break;
    case OrderState::kRefunded:
      Tell(EventType::kOrderRefunded, order, at_ms);
      break;
  }
}

// Units go back once, and exactly as many as were taken. Available may so exceed what a command may set.
void Model::GiveBack(Order& order) {
  products_.at(order.product).available += order.taken;
  order.taken = 0;
}

void Model::Tell(EventType type, const Order& order, Millis at_ms) {
  events_.push_back({.type = type,
                     .at_ms = at_ms,
                     .deadline_ms = order.deadline_ms,
                     .order = order.id,
                     .key = order.key,
                     .product = order.product,
                     .member = products_.at(order.product).member,
                     .customer = order.customer,
                     .qty = order.units()});
}

// ---- Products
// --------------------------------------------------------------------------------------------------------

// Creates the product or changes what is given, all of it at once. Ranges first; then whose product it is.
CommandResult Model::Put(const PutProduct& request, Millis at_ms) {
  MoveTo(at_ms);
  if (!InRange(request.product) || !InRange(request.member) || !InRange(request.policy) ||
      (request.stock && !IsStock(*request.stock))) {
    return {.code = Code::kInvalidArgument};
  }
  if (!products_.contains(request.product)) {
    // A new product has the engine's policy but for what is given, no stock unless given, and is live. That it has a
    // mode now is no change of mode.
    Product product{.member = request.member, .policy = defaults_};
    Overwrite(request.policy, &product.policy);
    product.status = request.status.value_or(ProductStatus::kLive);
    product.available = product.supplied = request.stock.value_or(0);
    products_.emplace(request.product, product);
    return {};
  }
  Product& product = products_.at(request.product);
  if (product.member != request.member) return {.code = Code::kMemberMismatch};
  const Before before = Look(request.product);
  Overwrite(request.policy, &product.policy);
  product.status = request.status.value_or(product.status);
  const Units stock = request.stock.value_or(product.available);
  product.supplied += stock - product.available;
  product.available = stock;
  Conclude(before, now_ms_);
  return {};
}

// Sets available. With `expect`: only if exactly so many are available now. What orders have taken stays taken.
CommandResult Model::Set(const SetStock& request, Millis at_ms) {
  MoveTo(at_ms);
  if (!InRange(request.product) || !IsStock(request.stock) || (request.expect && *request.expect < 0)) {
    return {.code = Code::kInvalidArgument};
  }
  if (!products_.contains(request.product)) return {.code = Code::kUnknownProduct};
  Product& product = products_.at(request.product);
  if (request.expect && *request.expect != product.available) return {.code = Code::kStockConflict};
  const Before before = Look(request.product);
  product.supplied += request.stock - product.available;
  product.available = request.stock;
  Conclude(before, now_ms_);
  return {};
}

// Adds, or takes away. Below nothing: there are not so many. Above the most that a command may set: invalid, also when
// units that came back have already brought it above that. (Written so that no 64-bit sum can overflow.)
CommandResult Model::Adjust(const AdjustStock& request, Millis at_ms) {
  MoveTo(at_ms);
  if (!InRange(request.product)) return {.code = Code::kInvalidArgument};
  if (!products_.contains(request.product)) return {.code = Code::kUnknownProduct};
  Product& product = products_.at(request.product);
  if (request.by < -product.available) return {.code = Code::kInsufficientStock};
  if (request.by > kStockMax - product.available) return {.code = Code::kInvalidArgument};
  const Before before = Look(request.product);
  product.supplied += request.by;
  product.available += request.by;
  Conclude(before, now_ms_);
  return {};
}

// Goes on sale. A product that already is stays as it is.
CommandResult Model::Publish(ProductId product, Millis at_ms) {
  MoveTo(at_ms);
  if (!InRange(product)) return {.code = Code::kInvalidArgument};
  if (!products_.contains(product)) return {.code = Code::kUnknownProduct};
  const Before before = Look(product);
  products_.at(product).status = ProductStatus::kLive;
  Conclude(before, now_ms_);
  return {};
}

// Is taken off sale: it takes no orders; those that it has run on.
CommandResult Model::Unpublish(ProductId product, Millis at_ms) {
  MoveTo(at_ms);
  if (!InRange(product)) return {.code = Code::kInvalidArgument};
  if (!products_.contains(product)) return {.code = Code::kUnknownProduct};
  const Before before = Look(product);
  products_.at(product).status = ProductStatus::kDraft;
  Conclude(before, now_ms_);
  return {};
}

Code Model::Advance(Millis at_ms) {
  MoveTo(at_ms);
  return Code::kOk;
}

}  // namespace flexstock::model
