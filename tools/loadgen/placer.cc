#include "tools/loadgen/placer.h"

namespace flexstock::loadgen {
namespace {

Call KindOf(std::size_t outcome) {
  switch (static_cast<Outcome>(outcome)) {
    case Outcome::kConfirmed:
    case Outcome::kAwaitingPayment:
      return Call::kPlaceTaken;
    case Outcome::kAwaitingAcceptance:
      return Call::kPlacePending;
    case Outcome::kDuplicate:
      return Call::kPlaceDuplicate;
    default:
      return Call::kPlaceRefused;
  }
}

}  // namespace

std::span<const PlaceResult> Placer::Place(std::span<const PlaceOrder> orders, std::span<const std::uint32_t> products,
                                           Millis at_ms) {
  results_.resize(orders.size());
  if (orders.size() == 1) {
    PlaceOne(orders.front(), at_ms);
  } else {
    PlaceBatch(orders, at_ms);
  }
  for (std::size_t i = 0; i < orders.size(); ++i) Note(orders[i], products[i], results_[i]);
  return results_;
}

void Placer::PlaceOne(const PlaceOrder& order, Millis at_ms) {
  for (;;) {
    const std::uint32_t seen = floor_.gate.Enter();
    const std::uint64_t from = floor_.stopwatch.Ticks();
    results_.front() = floor_.engine.Place(order, at_ms);
    const std::uint64_t ns = floor_.stopwatch.Since(from);
    if (results_.front().code != Code::kOverloaded) {
      notebook_.timings[IndexOf(KindOf(OutcomeOf(results_.front())))].Record(ns);
      Sample(results_.front(), from);
      return;
    }
    notebook_.tally.Overloaded();
    floor_.gate.AwaitRoom(seen);
  }
}

void Placer::PlaceBatch(std::span<const PlaceOrder> orders, Millis at_ms) {
  again_.assign(orders.begin(), orders.end());
  again_at_.resize(orders.size());
  for (std::size_t i = 0; i < orders.size(); ++i) again_at_[i] = i;
  while (!again_.empty()) {
    again_results_.resize(again_.size());
    const std::uint32_t seen = floor_.gate.Enter();
    const std::uint64_t from = floor_.stopwatch.Ticks();
    floor_.engine.PlaceMany(std::span<const PlaceOrder>(again_), again_results_, at_ms);
    notebook_.timings[IndexOf(Call::kPlaceBatch)].Record(floor_.stopwatch.Since(from));
    std::size_t left = 0;
    for (std::size_t i = 0; i < again_.size(); ++i) {
      results_[again_at_[i]] = again_results_[i];
      Sample(again_results_[i], from);
      if (again_results_[i].code != Code::kOverloaded) continue;
      again_[left] = again_[i];
      again_at_[left++] = again_at_[i];
    }
    again_.resize(left);
    again_at_.resize(left);
    if (left == 0) return;
    notebook_.tally.Overloaded();
    floor_.gate.AwaitRoom(seen);
  }
}

void Placer::Sample(const PlaceResult& result, std::uint64_t from) {
  if (floor_.durable == nullptr || !result.ok() || result.duplicate || --until_sample_ != 0) return;
  until_sample_ = kDurableEvery;
  floor_.durable->Watch(floor_.engine, result.epoch, from);
}

void Placer::Note(const PlaceOrder& order, std::uint32_t product, const PlaceResult& result) {
  const std::size_t outcome = OutcomeOf(result);
  notebook_.tally.Placed(outcome);
  switch (static_cast<Outcome>(outcome)) {
    case Outcome::kConfirmed:
      return notebook_.books.Confirmed(product, order.qty);
    case Outcome::kAwaitingPayment:
      return notebook_.books.Held(product, order.qty);
    case Outcome::kAwaitingAcceptance:
      return notebook_.books.Asked(product);
    default:
      return;  // a duplicate or a refusal moves no unit
  }
}

}  // namespace flexstock::loadgen
