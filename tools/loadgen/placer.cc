#include "tools/loadgen/placer.h"

#include <algorithm>

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
  for (std::size_t i = 0; i < orders.size(); ++i) Note(orders[i].qty, products[i], results_[i]);
  return results_;
}

std::span<const PlaceResult> Placer::PlaceCart(const flexstock::PlaceCart& cart,
                                               std::span<const std::uint32_t> products, Millis at_ms) {
  results_.resize(cart.lines.size());
  Insist([&] { return floor_.engine.Place(cart, results_, at_ms).code; },
         [&] {
           Call worst = Call::kPlaceTaken;
           for (const PlaceResult& result : results_) worst = std::max(worst, KindOf(OutcomeOf(result)));
           return worst;
         });
  for (std::size_t i = 0; i < cart.lines.size(); ++i) {
    // The lines of a refused cart that did not fail themselves were not taken either.
    const bool refused = results_[i].ok() && results_[i].order == kNoOrder;
    if (refused) results_[i].code = Code::kCartRefused;
    Note(cart.lines[i].qty, products[i], results_[i]);
  }
  return results_;
}

template <class Ask, class Kind>
void Placer::Insist(Ask ask, Kind kind) {
  for (;;) {
    const std::uint32_t seen = floor_.gate.Enter();
    const std::uint64_t from = floor_.on_threads ? floor_.stopwatch.Ticks() : 0;
    const Code code = ask();
    const std::uint64_t ns = floor_.on_threads ? floor_.stopwatch.Since(from) : 0;
    if (code != Code::kOverloaded) {
      if (floor_.on_threads) notebook_.timings[IndexOf(kind())].Record(ns);
      for (const PlaceResult& result : results_) Sample(result, from);
      return;
    }
    if (!AwaitRoom(seen)) return;
  }
}

bool Placer::AwaitRoom(std::uint32_t seen) {
  notebook_.tally.Overloaded();
  if (no_room_ == NoRoom::kGiveUp) return false;
  floor_.gate.AwaitRoom(seen);
  return true;
}

void Placer::PlaceOne(const PlaceOrder& order, Millis at_ms) {
  Insist(
      [&] {
        results_.front() = floor_.engine.Place(order, at_ms);
        return results_.front().code;
      },
      [&] { return KindOf(OutcomeOf(results_.front())); });
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
    if (!AwaitRoom(seen)) return;
  }
}

void Placer::Sample(const PlaceResult& result, std::uint64_t from) {
  // (A line of a refused cart that did not fail itself is ok, and no order.)
  const bool placed = result.order != kNoOrder && !result.duplicate;
  if (floor_.durable == nullptr || !result.ok() || !placed || --until_sample_ != 0) return;
  until_sample_ = kDurableEvery;
  floor_.durable->Watch(floor_.engine, result.epoch, from);
}

void Placer::Note(Units qty, std::uint32_t product, const PlaceResult& result) {
  const std::size_t outcome = OutcomeOf(result);
  notebook_.tally.Placed(outcome);
  switch (static_cast<Outcome>(outcome)) {
    case Outcome::kConfirmed:
      return notebook_.books.Confirmed(product, qty);
    case Outcome::kAwaitingPayment:
      return notebook_.books.Held(product, qty);
    case Outcome::kAwaitingAcceptance:
      return notebook_.books.Asked(product);
    default:
      return;  // a duplicate or a refusal moves no unit
  }
}

}  // namespace flexstock::loadgen
