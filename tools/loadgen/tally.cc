#include "tools/loadgen/tally.h"

#include <numeric>

namespace flexstock::loadgen {

std::size_t OutcomeOf(const PlaceResult& result) {
  if (!result.ok()) return IndexOf(Outcome::kRefusals) + static_cast<std::size_t>(result.code);
  if (result.duplicate) return IndexOf(Outcome::kDuplicate);
  switch (result.state) {
    case OrderState::kConfirmed:
      return IndexOf(Outcome::kConfirmed);
    case OrderState::kAwaitingPayment:
      return IndexOf(Outcome::kAwaitingPayment);
    default:
      return IndexOf(Outcome::kAwaitingAcceptance);
  }
}

std::string_view OutcomeName(std::size_t outcome) {
  constexpr std::array<std::string_view, IndexOf(Outcome::kRefusals)> kPlaced = {"confirmed", "awaiting_payment",
                                                                                 "awaiting_acceptance", "duplicate"};
  return outcome < kPlaced.size() ? kPlaced[outcome] : flexstock::Name(static_cast<Code>(outcome - kPlaced.size()));
}

std::string_view Name(Call call) {
  constexpr std::array<std::string_view, kCalls> kNames = {
      "place_taken", "place_pending", "place_refused", "place_duplicate", "place_batch", "accept", "accept_part",
      "decline",     "pay",           "cancel",        "pick_up",         "refund",      "restock"};
  return kNames[IndexOf(call)];
}

std::uint64_t Totals::all_orders() const { return std::accumulate(orders.begin(), orders.end(), std::uint64_t{0}); }

void Tally::AddTo(Totals* totals) const {
  const auto add = [](std::uint64_t& sum, const Counter& counter) { sum += counter.load(std::memory_order_relaxed); };
  for (std::size_t i = 0; i < kOutcomes; ++i) add(totals->orders[i], orders_[i]);
  for (std::size_t call = 0; call < kCalls; ++call) {
    add(totals->duplicates[call], duplicates_[call]);
    for (std::size_t code = 0; code < kCodes; ++code) add(totals->answers[call][code], answers_[call][code]);
  }
  for (std::size_t audience = 0; audience < kAudiences; ++audience) {
    for (std::size_t type = 0; type < kEventTypes; ++type) add(totals->events[audience][type], events_[audience][type]);
  }
  add(totals->overloaded, overloaded_);
}

}  // namespace flexstock::loadgen
