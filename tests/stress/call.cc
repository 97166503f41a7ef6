#include "tests/stress/call.h"

#include <array>
#include <sstream>

namespace flexstock::stress {
namespace {

constexpr std::size_t kNumbersAnOrder = 4;  // code, state, duplicate, deadline

template <typename Number>
std::int64_t AsNumber(Number number) {
  return static_cast<std::int64_t>(number);
}

void Tell(const PlaceResult& result, Call& call) {
  call.answer.insert(call.answer.end(), {AsNumber(result.code), AsNumber(result.state), AsNumber(result.duplicate),
                                         AsNumber(result.deadline_ms)});
  call.orders.push_back(result.order);
}

// The state means something where the call was about it.
void Tell(const CommandResult& result, Call& call) {
  const bool of_state = result.ok() || result.code == Code::kWrongState || result.code == Code::kPaymentLate;
  call.answer = {AsNumber(result.code), of_state ? AsNumber(result.state) : 0, AsNumber(result.duplicate)};
}

void Tell(const OrderView& view, Call& call) {
  call.orders.push_back(view.order);
  call.answer.insert(call.answer.end(), {AsNumber(view.key.lo), AsNumber(view.product), AsNumber(view.customer),
                                         view.qty, view.accepted, view.taken, AsNumber(view.state), view.deadline_ms});
}

void Find(model::Decider& decider, OrderId order, Call& call) {
  if (call.verb == Verb::kFindProduct) {
    ProductView view;
    call.answer = {AsNumber(decider.Find(call.product, &view, call.at_ms)),
                   AsNumber(view.mode),
                   view.available,
                   view.held,
                   view.sold,
                   view.written_off,
                   view.supplied,
                   view.pending};
    return;
  }
  OrderView view;
  const Code code = call.verb == Verb::kFindOrder ? decider.Find(order, &view, call.at_ms)
                                                  : decider.Find(call.key, &view, call.at_ms);
  call.answer = {AsNumber(code)};
  if (code == Code::kOk) Tell(view, call);
}

void PlaceLines(model::Decider& decider, Call& call) {
  std::array<PlaceResult, kCartLinesMax> results;
  const CartResult cart =
      decider.Place({.customer = call.customer, .mode = call.mode, .lines = call.lines}, results, call.at_ms);
  for (std::size_t i = 0; i < call.lines.size(); ++i) Tell(results[i], call);
  call.answer.insert(call.answer.end(), {AsNumber(cart.code), AsNumber(cart.duplicate)});
}

}  // namespace

void Ask(model::Decider& decider, OrderId order, Call& call) {
  const Millis at = call.at_ms;
  switch (call.verb) {
    case Verb::kPlace:
      return Tell(
          decider.Place({.product = call.product, .customer = call.customer, .qty = call.qty, .key = call.key}, at),
          call);
    case Verb::kCart:
      return PlaceLines(decider, call);
    case Verb::kAccept:
      return Tell(decider.Accept(order, at), call);
    case Verb::kAcceptPart:
      return Tell(decider.AcceptPart(order, call.qty, at), call);
    case Verb::kDecline:
      return Tell(decider.Decline(order, at), call);
    case Verb::kPay:
      return Tell(decider.Pay(order, at), call);
    case Verb::kCancel:
      return Tell(decider.Cancel(order, at), call);
    case Verb::kRefund:
      return Tell(decider.Refund(order, call.restock, at), call);
    case Verb::kPickUp:
      return Tell(decider.PickUp(order, at), call);
    case Verb::kSet:
      return Tell(decider.Set({.product = call.product, .stock = call.qty, .expect = call.expect}, at), call);
    case Verb::kAdjust:
      return Tell(decider.Adjust({.product = call.product, .by = call.qty}, at), call);
    case Verb::kPublish:
      return Tell(decider.Publish(call.product, at), call);
    case Verb::kUnpublish:
      return Tell(decider.Unpublish(call.product, at), call);
    case Verb::kFindProduct:
    case Verb::kFindOrder:
    case Verb::kFindKey:
      return Find(decider, order, call);
    case Verb::kPending: {
      std::vector<OrderView> orders;
      call.answer = {AsNumber(decider.Pending(kMember, 100, &orders, at))};
      for (const OrderView& view : orders) Tell(view, call);
      return;
    }
  }
}

bool WasPlaced(const Call& call, std::size_t position) {
  const std::size_t at = position * kNumbersAnOrder;
  return call.orders[position] != kNoOrder && call.answer[at + 2] == 0;
}

std::string Call::ToText() const {
  static constexpr std::array<const char*, kVerbs> kWords = {
      "place", "cart",   "accept",  "accept_part", "decline",      "pay",        "cancel",   "refund", "pick_up",
      "set",   "adjust", "publish", "unpublish",   "find_product", "find_order", "find_key", "pending"};
  std::ostringstream text;
  text << "[" << invoked << ", " << returned << "] thread " << thread << " at " << at_ms << ": "
       << kWords[static_cast<std::size_t>(verb)] << " ticket " << ticket << " product " << AsNumber(product)
       << " customer " << AsNumber(customer) << " qty " << qty << " key " << key.lo;
  if (expect) text << " expect " << *expect;
  if (restock) text << " restock";
  if (verb == Verb::kCart) text << (mode == CartMode::kSplit ? " split" : " all_or_nothing");
  for (const CartLine& line : lines) {
    text << " {product " << AsNumber(line.product) << " qty " << line.qty << " key " << line.key.lo << "}";
  }
  text << " ->";
  for (const std::int64_t number : answer) text << " " << number;
  if (!tickets.empty()) text << " orders";
  for (const Ticket named : tickets) text << " " << named;
  return text.str();
}

}  // namespace flexstock::stress
