// What members, customers and logistics do with an order: one function a command, the rule beside it.
#include <algorithm>

#include "engine/shard/hot_path.h"

namespace flexstock::shard {
const Order* Shard::FindOrder(OrderId id) const {
  const std::uint32_t slot = PlaceOf(id).slot;
  if (!around_.orders->IsOwner(slot, index_)) return nullptr;
  const Order& order = orders_[slot];
  return order.generation == GenerationOf(id) && order.state != OrderState::kNone ? &order : nullptr;
}

CommandResult Shard::Done(OrderState state) const { return {.state = state, .epoch = epoch_}; }

// The command does not apply in this state: either what it would bring about stands already, or it is wrong.
CommandResult Shard::NotAgain(const Order& order, bool stands) const {
  return {.code = stands ? Code::kOk : Code::kWrongState, .duplicate = stands, .state = order.state, .epoch = epoch_};
}

CommandResult Shard::Accept(OrderId id, std::uint32_t qty) {
  Order* order = FindOrder(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder, .epoch = epoch_};
  const std::uint32_t accepted = qty == 0 ? order->qty : qty;
  if (accepted > order->qty) return {.code = Code::kInvalidArgument, .state = order->state, .epoch = epoch_};
  if (order->state != OrderState::kAwaitingAcceptance) {
    return NotAgain(*order, order->accepted == accepted && Counts(order->state));
  }
  Product& product = products_[order->product];
  const Before before = Now(product);
  const Units taken = PolicyOf(product).draw_on_accept ? std::min<Units>(product.available, accepted) : 0;
  product.available -= taken;
  AwaitPayment(SlotOf(*order), accepted, static_cast<std::uint32_t>(taken));
  Conclude(order->product, before);
  return Done(OrderState::kAwaitingPayment);
}

CommandResult Shard::Decline(OrderId id) {
  Order* order = FindOrder(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder, .epoch = epoch_};
  if (order->state != OrderState::kAwaitingAcceptance) {
    return NotAgain(*order, order->state == OrderState::kDeclined);
  }
  Settle(SlotOf(*order), OrderState::kDeclined, EventType::kOrderDeclined);
  return Done(OrderState::kDeclined);
}

CommandResult Shard::Cancel(OrderId id) {
  Order* order = FindOrder(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder, .epoch = epoch_};
  if (!IsWaiting(order->state)) {
    return NotAgain(*order, order->state == OrderState::kCanceled);
  }
  Product& product = products_[order->product];
  const Before before = Now(product);
  product.available += order->taken;
  Leave(SlotOf(*order));
  Become(SlotOf(*order), OrderState::kCanceled, now_, order->accepted, 0, EventType::kOrderCanceled);
  Conclude(order->product, before);
  return Done(OrderState::kCanceled);
}

CommandResult Shard::Pay(OrderId id) {
  Order* order = FindOrder(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder, .epoch = epoch_};
  Product& product = products_[order->product];
  const Policy& policy = PolicyOf(product);
  switch (order->state) {
    case OrderState::kAwaitingPayment:
      Settle(SlotOf(*order), OrderState::kConfirmed, EventType::kOrderConfirmed);
      return Done(OrderState::kConfirmed);
    case OrderState::kConfirmed:
    case OrderState::kPickedUp:
      return NotAgain(*order, true);
    case OrderState::kPaymentExpired: {
      const std::uint32_t units = order->units();
      const bool allowed =
          policy.customer_limit == 0 || UnitsOf(order->product, order->customer) + units <= policy.customer_limit;
      if (policy.late_payment != LatePayment::kRereserve || product.draft != 0 || product.available < units ||
          !allowed) {
        break;
      }
      const Before before = Now(product);
      product.available -= units;
      Leave(SlotOf(*order));
      Become(SlotOf(*order), OrderState::kConfirmed, now_, order->accepted, units, EventType::kOrderConfirmed);
      Conclude(order->product, before);
      return Done(OrderState::kConfirmed);
    }
    case OrderState::kCanceled:
      break;
    default:
      return NotAgain(*order, false);
  }
  // Somebody paid for a closed order: the money has to go back, and is told once.
  if (!order->has(Order::kRefundTold)) {
    order->marks |= Order::kRefundTold;
    Tell(EventType::kRefundDue, SlotOf(*order));
  }
  const bool late = order->state == OrderState::kPaymentExpired;
  return {.code = late ? Code::kPaymentLate : Code::kWrongState, .state = order->state, .epoch = epoch_};
}

CommandResult Shard::Refund(OrderId id, bool restock) {
  Order* order = FindOrder(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder, .epoch = epoch_};
  if (order->state != OrderState::kConfirmed && order->state != OrderState::kPickedUp) {
    return NotAgain(*order, order->state == OrderState::kRefunded);
  }
  Product& product = products_[order->product];
  const Before before = Now(product);
  (restock ? product.available : asides()[order->product].written_off) += order->taken;
  Leave(SlotOf(*order));
  Become(SlotOf(*order), OrderState::kRefunded, now_, order->accepted, 0, EventType::kOrderRefunded,
         restock ? 0 : Change::kWrittenOff);
  Conclude(order->product, before);
  return Done(OrderState::kRefunded);
}

CommandResult Shard::PickUp(OrderId id) {
  Order* order = FindOrder(id);
  if (order == nullptr) return {.code = Code::kUnknownOrder, .epoch = epoch_};
  if (order->state != OrderState::kConfirmed) {
    return NotAgain(*order, order->state == OrderState::kPickedUp);
  }
  Settle(SlotOf(*order), OrderState::kPickedUp, EventType::kOrderPickedUp);
  return Done(OrderState::kPickedUp);
}

}  // namespace flexstock::shard
