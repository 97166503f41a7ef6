#include "tools/loadgen/shopper.h"

#include <algorithm>
#include <span>

namespace flexstock::loadgen {
namespace {

// True of an order that stock could not serve, whatever became of it.
bool FoundTooLittle(const PlaceResult& result) {
  return result.state == OrderState::kAwaitingAcceptance || result.code == Code::kInsufficientStock ||
         result.code == Code::kSoldOut || result.code == Code::kBacklogFull;
}

}  // namespace

Shopper::Shopper(const Floor& floor, const Demand& demand, Rng rng, Notebook& notebook)
    : floor_(floor),
      demand_(demand),
      popularity_(demand.products, demand.zipf),
      rng_(rng),
      placer_(floor, notebook),
      notebook_(notebook),
      orders_(demand.batch),
      products_(demand.batch) {}

void Shopper::Run(std::uint64_t orders, const std::atomic<bool>& stop) {
  const std::uint64_t start = floor_.stopwatch.Ticks();
  // Relaxed: the flag carries no other memory with it; the run's thread is joined afterwards.
  while (orders > 0 && !stop.load(std::memory_order_relaxed)) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(orders, demand_.batch));
    for (std::size_t i = 0; i < size; ++i) Choose(i);
    const auto answers = placer_.Place(std::span(orders_).first(size), std::span(products_).first(size), kNow);
    orders -= size;
    if (notebook_.short_after_ns == kNever && std::any_of(answers.begin(), answers.end(), FoundTooLittle)) {
      notebook_.short_after_ns = floor_.stopwatch.Since(start);
    }
    if (!demand_.keys) continue;
    answers_.assign(answers.begin(), answers.end());
    for (std::size_t i = 0; i < size; ++i) {
      if (rng_.Unit() < demand_.retries) SendAgain(i, answers_[i]);
    }
  }
}

void Shopper::Choose(std::size_t i) {
  const std::uint64_t rank = demand_.products == 1 ? 1 : popularity_(rng_);
  products_[i] = static_cast<std::uint32_t>(rank - 1);
  orders_[i] = {.product = ProductId{static_cast<std::int64_t>(rank)},
                .customer = CustomerId{static_cast<std::int64_t>(rng_.Below(demand_.customers)) + 1},
                .qty = static_cast<Units>(rng_.Below(static_cast<std::uint64_t>(demand_.qty_max))) + 1};
  if (demand_.keys) orders_[i].key = {rng_.Next(), rng_.Next()};
}

void Shopper::SendAgain(std::size_t i, const PlaceResult& first) {
  const PlaceResult second =
      placer_.Place(std::span(orders_).subspan(i, 1), std::span(products_).subspan(i, 1), kNow).front();
  // A refused order was not remembered: sending it again is a new order. A placed one must be recognised.
  if (first.ok() && !(second.ok() && second.duplicate && second.order == first.order)) ++notebook_.twice_sold;
}

}  // namespace flexstock::loadgen
