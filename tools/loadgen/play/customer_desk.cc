#include "tools/loadgen/play/customer_desk.h"

#include <array>
#include <span>

namespace flexstock::loadgen {

// Takes it out of the map, if it is there.
bool CustomerDesk::Take(Halves* halves, OrderId order, Half* half) {
  const auto found = halves->find(order);
  if (found == halves->end()) return false;
  *half = found->second;
  halves->erase(found);
  return true;
}

void CustomerDesk::Answer(const Event& event) {
  const std::uint32_t product = floor_.catalogue.IndexOf(event.product);
  switch (event.type) {
    case EventType::kPaymentRequested:
      return Asked(event, product);
    case EventType::kPaymentExpired:
      return notebook_.books.Released(product, event.order, event.qty);
    case EventType::kOrderCanceled:
      // Payment was never asked for: it was pending.
      if (pending_.erase(event.order) != 0) return notebook_.books.Unasked(product);
      return notebook_.books.Released(product, event.order, event.qty);
    case EventType::kOrderDeclined:
    case EventType::kAcceptanceExpired:
      pending_.erase(event.order);
      return;
    default:
      return;
  }
}

void CustomerDesk::Asked(const Event& event, std::uint32_t product) {
  notebook_.books.PaymentRequested(product, event.qty);
  Half known;
  if (!Take(&passing_, event.order, &known) && !Take(&pending_, event.order, &known)) {
    passing_[event.order] = {.asked = true, .at_ns = NsOf(event), .qty = event.qty};
    return;
  }
  if (known.fate == Fate::kPay) Later(NsOf(event) + known.at_ns, {Kind::kPay, product, event.order, event.qty});
}

void CustomerDesk::Hear(const Expected& expected) {
  const bool confirmed = expected.state == OrderState::kConfirmed;
  if (expected.fate == Fate::kCancel) {
    Later(expected.placed_ns + expected.after_ns,
          {confirmed ? Kind::kRefund : Kind::kCancel, expected.product, expected.order, expected.qty});
  }
  if (confirmed) return;
  Half known;
  if (!Take(&passing_, expected.order, &known)) {
    auto& halves = expected.state == OrderState::kAwaitingAcceptance ? pending_ : passing_;
    halves[expected.order] = {.fate = expected.fate, .at_ns = expected.after_ns};
    return;
  }
  if (expected.fate == Fate::kPay) {
    Later(known.at_ns + expected.after_ns, {Kind::kPay, expected.product, expected.order, known.qty});
  }
}

Code CustomerDesk::Do(CustomerErrand* errand) {
  Engine& engine = floor_.engine;
  Books& books = notebook_.books;
  switch (errand->kind) {
    case Kind::kPay: {
      const CommandResult paid = Make(Call::kPay, [&] { return engine.Pay(errand->order); });
      if (paid.ok() && !paid.duplicate) books.Paid(errand->product, errand->order, errand->qty);
      return paid.code;
    }
    case Kind::kCancel:
      // Its units are booked when the cancellation is told, as those of an expiry are.
      return Make(Call::kCancel, [&] { return engine.Cancel(errand->order); }).code;
    case Kind::kRefund: {
      const CommandResult back = Make(Call::kRefund, [&] { return engine.Refund(errand->order, /*restock=*/true); });
      if (back.ok() && !back.duplicate) books.Refunded(errand->product, errand->qty);
      return back.code;
    }
  }
  return Code::kOk;
}

void CustomerDesk::Prepare() {
  std::array<Expected, 64> run;
  while (const std::size_t count = expected_.try_dequeue_bulk(run.begin(), run.size())) {
    for (const Expected& expected : std::span(run).first(count)) Hear(expected);
  }
}

}  // namespace flexstock::loadgen
