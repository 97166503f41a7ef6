// Placing orders and carts, and everything that is done to an order afterwards.
#include <algorithm>
#include <map>
#include <set>

#include "tests/model/model.h"

namespace flexstock::model {
namespace {

bool IsQty(Units qty) { return qty >= 1 && qty <= kQtyMax; }

// 1 to 64 lines, whose keys (where a line has one) differ from each other.
bool WellFormed(const PlaceCart& cart) {
  if (cart.lines.empty() || cart.lines.size() > kCartLinesMax) return false;
  std::set<OrderKey> keys;
  return std::all_of(cart.lines.begin(), cart.lines.end(),
                     [&](const CartLine& line) { return !line.key.given() || keys.insert(line.key).second; });
}

PlaceOrder AsOrder(const CartLine& line, CustomerId customer) {
  return {.product = line.product, .customer = customer, .qty = line.qty, .key = line.key};
}

CommandResult Done(OrderState state) { return {.state = state}; }
CommandResult AlreadySo(OrderState state) { return {.duplicate = true, .state = state}; }
CommandResult WrongState(OrderState state) { return {.code = Code::kWrongState, .state = state}; }

}  // namespace

// ---- Placing
// ---------------------------------------------------------------------------------------------------------

PlaceResult Model::Place(const PlaceOrder& request, Millis at_ms) {
  MoveTo(at_ms);
  return PlaceNow(request);
}

// One by one, in order, all at one time.
void Model::PlaceMany(std::span<const PlaceOrder> requests, std::span<PlaceResult> results, Millis at_ms) {
  for (std::size_t i = 0; i < requests.size(); ++i) results[i] = Place(requests[i], at_ms);
}

// Steps 1, 2 and 4, and between them step 3 as far as it refuses: what is wrong with an order whatever the stock is.
// A key that is known for this very order is not refused here; whoever calls has looked for that first.
Code Model::RefusalBeforeStock(const PlaceOrder& request) const {
  if (!IsQty(request.qty) || static_cast<std::int64_t>(request.product) < 1 ||
      static_cast<std::int64_t>(request.customer) < 1) {
    return Code::kInvalidArgument;
  }
  const auto product = products_.find(request.product);
  if (product == products_.end()) return Code::kUnknownProduct;
  if (WithKey(request.key) != nullptr) return Code::kKeyConflict;
  if (product->second.status == ProductStatus::kDraft) return Code::kProductDraft;
  return Code::kOk;
}

// Steps 5 and 6.
Code Model::RefusalByLimits(ProductId product, CustomerId customer, Units qty) const {
  const Policy& policy = products_.at(product).policy;
  if (policy.order_limit != 0 && qty > policy.order_limit) return Code::kOrderLimit;
  if (policy.customer_limit != 0 && CountingUnits(product, customer) + qty > policy.customer_limit) {
    return Code::kCustomerLimit;
  }
  return Code::kOk;
}

// The ten steps of placing. A refusal leaves nothing behind.
PlaceResult Model::PlaceNow(const PlaceOrder& request) {
  // 3: the same order under the same key again is answered with the order as it stands now. (Such an order passes 1
  // and 2, because it did so before; and it comes before 4, a product that has become a draft.)
  if (const Order* same = SamePlacedBefore(request)) {
    PlaceResult result = Placed(*same);
    result.duplicate = true;
    return result;
  }
  // 1 to 4.
  Code refusal = RefusalBeforeStock(request);
  if (refusal != Code::kOk) return {.code = refusal};
  // 5, 6.
  refusal = RefusalByLimits(request.product, request.customer, request.qty);
  if (refusal != Code::kOk) return {.code = refusal};
  // 7: enough is there. That others wait does not matter: waiting holds no units.
  const Product& product = products_.at(request.product);
  if (request.qty <= product.available) return TakeFromStock(request);
  // 8: the stock cannot serve it, and the member is not to be asked.
  if (product.policy.overflow == Overflow::kReject) {
    return {.code = product.available > 0 ? Code::kInsufficientStock : Code::kSoldOut};
  }
  // 9: enough others are waiting for the member.
  if (product.policy.pending_limit != 0 && PendingOrders(request.product) >= product.policy.pending_limit) {
    return {.code = Code::kBacklogFull};
  }
  // 10: the member is asked; no unit moves.
  Order& order = NewOrder(request);
  Enter(order, OrderState::kAwaitingAcceptance, now_ms_, product.policy.acceptance_window_ms);
  return Placed(order);
}

// Step 7: the units leave stock; the order is confirmed, or held at the checkout until it is paid.
PlaceResult Model::TakeFromStock(const PlaceOrder& request) {
  const Before before = Look(request.product);
  Product& product = products_.at(request.product);
  Order& order = NewOrder(request);
  product.available -= request.qty;
  order.taken = request.qty;
  if (product.policy.checkout_hold_ms == 0) {
    Enter(order, OrderState::kConfirmed, now_ms_);
  } else {
    Enter(order, OrderState::kAwaitingPayment, now_ms_, product.policy.checkout_hold_ms);
  }
  Conclude(before, now_ms_);
  return Placed(order);
}

Model::Order& Model::NewOrder(const PlaceOrder& request) {
  return orders_.emplace_back(Order{.id = OrderId{orders_.size() + 1},
                                    .key = request.key,
                                    .product = request.product,
                                    .customer = request.customer,
                                    .qty = request.qty});
}

PlaceResult Model::Placed(const Order& order) {
  return {.state = order.state, .order = order.id, .deadline_ms = order.deadline_ms};
}

// ---- Carts
// -----------------------------------------------------------------------------------------------------------

CartResult Model::Place(const PlaceCart& request, std::span<PlaceResult> lines, Millis at_ms) {
  MoveTo(at_ms);
  if (!WellFormed(request)) {
    for (std::size_t i = 0; i < request.lines.size(); ++i) lines[i] = {.code = Code::kInvalidArgument};
    return {.code = Code::kInvalidArgument};
  }
  if (request.mode == CartMode::kAllOrNothing) return TakeAllOrNothing(request, lines);
  // Split: each line is an order of its own, judged like any other: what is due even now (at the end of time, or with
  // nothing remembered) comes before the next line, too.
  for (std::size_t i = 0; i < request.lines.size(); ++i) {
    Settle();
    lines[i] = PlaceNow(AsOrder(request.lines[i], request.customer));
  }
  return {};
}

CartResult Model::TakeAllOrNothing(const PlaceCart& request, std::span<PlaceResult> lines) {
  std::vector<PlaceOrder> orders;
  for (const CartLine& line : request.lines) orders.push_back(AsOrder(line, request.customer));

  // Every line is known just as it is: this is the earlier cart again.
  if (std::all_of(orders.begin(), orders.end(), [&](const PlaceOrder& o) { return SamePlacedBefore(o) != nullptr; })) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      lines[i] = Placed(*SamePlacedBefore(orders[i]));
      lines[i].duplicate = true;
    }
    return {.duplicate = true};
  }

  // Steps 1 to 4, each line on its own; any key that is known is a conflict now. What the lines that pass want of a
  // product is added up, and steps 5 to 7 judge the sum: all of its lines fail together, or none.
  std::map<ProductId, Units> wanted;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    lines[i] = {.code = RefusalBeforeStock(orders[i])};
    if (lines[i].ok()) wanted[orders[i].product] += orders[i].qty;
  }
  std::map<ProductId, Code> refusals;
  for (const auto& [product, units] : wanted) {
    const Units available = products_.at(product).available;
    Code refusal = RefusalByLimits(product, request.customer, units);
    if (refusal == Code::kOk && units > available) {
      refusal = available > 0 ? Code::kInsufficientStock : Code::kSoldOut;  // never the member, whatever the policy
    }
    refusals[product] = refusal;
  }
  bool refused = false;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    if (lines[i].ok()) lines[i].code = refusals.at(orders[i].product);
    refused = refused || !lines[i].ok();
  }
  if (refused) return {.code = Code::kCartRefused};

  for (std::size_t i = 0; i < orders.size(); ++i) lines[i] = TakeFromStock(orders[i]);
  return {};
}

// ---- The member's answer
// ---------------------------------------------------------------------------------------------

CommandResult Model::Accept(OrderId order, Millis at_ms) {
  MoveTo(at_ms);
  const Order* found = Remembered(order);
  if (found == nullptr) return {.code = Code::kUnknownOrder};
  return AcceptPart(order, found->qty, at_ms);
}

// The member promises `qty` units: 1 to those ordered, which is judged before the state is. With draw_on_accept what
// stock has of them leaves it now; the rest of the promise never enters stock. A part closes the order's remainder.
CommandResult Model::AcceptPart(OrderId id, Units qty, Millis at_ms) {
  MoveTo(at_ms);
  if (!IsQty(qty)) return {.code = Code::kInvalidArgument};
  Order* order = Remembered(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder};
  if (qty > order->qty) return {.code = Code::kInvalidArgument, .state = order->state};
  if (order->state != OrderState::kAwaitingAcceptance) {
    // The same answer again. An order that was never accepted, but taken from stock, has no answer to repeat.
    const bool stands = order->state == OrderState::kAwaitingPayment || order->state == OrderState::kConfirmed ||
                        order->state == OrderState::kPickedUp;
    return stands && order->accepted == qty ? AlreadySo(order->state) : WrongState(order->state);
  }
  const Before before = Look(order->product);
  Product& product = products_.at(order->product);
  order->accepted = qty;
  if (product.policy.draw_on_accept) {
    order->taken = std::min(product.available, qty);
    product.available -= order->taken;
  }
  Enter(*order, OrderState::kAwaitingPayment, now_ms_, product.policy.payment_window_ms);
  Conclude(before, now_ms_);
  return Done(order->state);
}

CommandResult Model::Decline(OrderId id, Millis at_ms) {
  MoveTo(at_ms);
  Order* order = Remembered(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder};
  if (order->state == OrderState::kDeclined) return AlreadySo(order->state);
  if (order->state != OrderState::kAwaitingAcceptance) return WrongState(order->state);
  Enter(*order, OrderState::kDeclined, now_ms_);
  return Done(order->state);
}

// ---- The customer's
// --------------------------------------------------------------------------------------------------

// A payment in time confirms. One after the deadline confirms too if the product's policy is to rereserve, it is live,
// has all the order's units and the customer may have them. Any other payment for an order that expired or was
// canceled is an error, and money to give back: that is told once an order.
CommandResult Model::Pay(OrderId id, Millis at_ms) {
  MoveTo(at_ms);
  Order* order = Remembered(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder};
  if (order->state == OrderState::kConfirmed || order->state == OrderState::kPickedUp) return AlreadySo(order->state);
  if (order->state == OrderState::kAwaitingPayment) {
    Enter(*order, OrderState::kConfirmed, now_ms_);
    return Done(order->state);
  }
  const bool expired = order->state == OrderState::kPaymentExpired;
  if (!expired && order->state != OrderState::kCanceled) return WrongState(order->state);

  Product& product = products_.at(order->product);
  const Units limit = product.policy.customer_limit;
  const bool allowed = limit == 0 || CountingUnits(order->product, order->customer) + order->units() <= limit;
  if (expired && product.policy.late_payment == LatePayment::kRereserve && product.status == ProductStatus::kLive &&
      product.available >= order->units() && allowed) {
    const Before before = Look(order->product);
    product.available -= order->units();
    order->taken = order->units();
    Enter(*order, OrderState::kConfirmed, now_ms_);
    Conclude(before, now_ms_);
    return Done(order->state);
  }
  if (!order->refund_told) Tell(EventType::kRefundDue, *order, now_ms_);
  order->refund_told = true;
  return expired ? CommandResult{.code = Code::kPaymentLate, .state = order->state} : WrongState(order->state);
}

CommandResult Model::Cancel(OrderId id, Millis at_ms) {
  MoveTo(at_ms);
  Order* order = Remembered(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder};
  if (order->state == OrderState::kCanceled) return AlreadySo(order->state);
  if (!order->waits()) return WrongState(order->state);
  const Before before = Look(order->product);
  GiveBack(*order);
  Enter(*order, OrderState::kCanceled, now_ms_);
  Conclude(before, now_ms_);
  return Done(order->state);
}

// ---- Afterwards
// ------------------------------------------------------------------------------------------------------

// The sale is undone. The units go back on sale, or are written off: gone, and not sold either.
CommandResult Model::Refund(OrderId id, bool restock, Millis at_ms) {
  MoveTo(at_ms);
  Order* order = Remembered(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder};
  if (order->state == OrderState::kRefunded) return AlreadySo(order->state);
  if (order->state != OrderState::kConfirmed && order->state != OrderState::kPickedUp) {
    return WrongState(order->state);
  }
  const Before before = Look(order->product);
  if (restock) {
    GiveBack(*order);
  } else {
    order->written_off = order->taken;
    order->taken = 0;
  }
  Enter(*order, OrderState::kRefunded, now_ms_);
  Conclude(before, now_ms_);
  return Done(order->state);
}

CommandResult Model::PickUp(OrderId id, Millis at_ms) {
  MoveTo(at_ms);
  Order* order = Remembered(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder};
  if (order->state == OrderState::kPickedUp) return AlreadySo(order->state);
  if (order->state != OrderState::kConfirmed) return WrongState(order->state);
  Enter(*order, OrderState::kPickedUp, now_ms_);
  return Done(order->state);
}

}  // namespace flexstock::model
