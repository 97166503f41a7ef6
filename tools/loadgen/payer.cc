#include "tools/loadgen/payer.h"

namespace flexstock::loadgen {

Payer::Payer(const Floor& floor, const PayerHabits& habits, Rng rng, Notebook& notebook)
    : Consumer(floor, Audience::kCustomer, notebook), habits_(habits), rng_(rng) {}

void Payer::Answer(const Event& event) {
  const std::uint32_t product = floor_.catalogue.IndexOf(event.product);
  switch (event.type) {
    case EventType::kPaymentRequested:
      notebook_.books.PaymentRequested(product, event.qty);
      Decide(event, product);
      break;
    case EventType::kPaymentExpired:
    case EventType::kOrderCanceled:
      notebook_.books.Released(product, event.order, event.qty);
      break;
    default:
      break;
  }
}

void Payer::Decide(const Event& event, std::uint32_t product) {
  const double mood = rng_.Unit();
  if (mood < habits_.pay) {
    const CommandResult paid = Insist(Call::kPay, [&] { return floor_.engine.Pay(event.order); });
    if (paid.ok() && !paid.duplicate) notebook_.books.Paid(product, event.order, event.qty);
  } else if (mood < habits_.pay + habits_.cancel) {
    // Its units are booked when the cancellation is told, as those of an expiry are.
    [[maybe_unused]] const CommandResult canceled =
        Insist(Call::kCancel, [&] { return floor_.engine.Cancel(event.order); });
  }
}

}  // namespace flexstock::loadgen
