#include "bench/caller.h"

#include <atomic>
#include <span>
#include <type_traits>

#include "engine/base/mix.h"

namespace flexstock::bench {
namespace {

constexpr std::uint64_t kBatchMax = 64;
static_assert(kEpochOrders % kBatchMax == 0);

// Callers of one process never share a key, whatever stage they are on.
std::uint64_t NextName() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);  // relaxed: only its own value matters
}

}  // namespace

Caller::Caller(Stage& stage, const Draws& draws, const Way& way, std::uint32_t index, std::uint32_t callers)
    : stage_(stage),
      draws_(draws),
      way_(way),
      refs_(way.by_ref ? stage.RefsOf(draws, way.first).data() : nullptr),
      at_(draws.size() / callers * index),
      name_(NextName()),
      at_ms_(way.own_clock ? kNow : stage.now()) {
  stage.Enter();
}

template <typename Request>
Request Caller::Next() {
  const Draw draw = draws_[at_];
  Request request;
  if constexpr (std::is_same_v<Request, PlaceOrderByRef>) {
    request.product = refs_[at_];
  } else {
    request.product = static_cast<ProductId>(way_.first + draw.product + 1);
  }
  if (++at_ == draws_.size()) at_ = 0;
  ++orders_;
  request.customer = static_cast<CustomerId>(orders_);
  request.qty = draw.qty;
  if (way_.keyed) request.key = {.hi = base::Mix(orders_, name_), .lo = name_ << 40 | orders_};
  return request;
}

void Caller::Note(const PlaceResult& result, Units qty) {
  ledger_.failed += result.code != way_.answer ? 1 : 0;
  if (!result.ok()) return;
  ++ledger_.answered;
  ledger_.taken += result.state != OrderState::kAwaitingAcceptance ? qty : 0;
}

template <typename Request>
PlaceResult Caller::PlaceNext() {
  const auto request = Next<Request>();
  const PlaceResult result = stage_.engine().Place(request, at_ms_);
  Note(result, request.qty);
  return result;
}

template <typename Request>
void Caller::PlaceOneByOne() {
  for (std::uint64_t i = 0; i < kEpochOrders; ++i) PlaceNext<Request>();
}

template <typename Request>
void Caller::PlaceBatches() {
  std::array<Request, kBatchMax> requests;
  std::array<PlaceResult, kBatchMax> results;
  const std::span<Request> batch = std::span(requests).first(way_.batch);
  for (std::uint64_t i = 0; i < kEpochOrders; i += way_.batch) {
    for (Request& request : batch) request = Next<Request>();
    stage_.engine().PlaceMany(std::span<const Request>(batch), results, at_ms_);
    for (std::size_t n = 0; n < batch.size(); ++n) Note(results[n], batch[n].qty);
  }
}

void Caller::PlaceAll() {
  if (way_.batch == 1) {
    way_.by_ref ? PlaceOneByOne<PlaceOrderByRef>() : PlaceOneByOne<PlaceOrder>();
  } else {
    way_.by_ref ? PlaceBatches<PlaceOrderByRef>() : PlaceBatches<PlaceOrder>();
  }
}

void Caller::Epoch() {
  PlaceAll();
  PassOn();
}

PlaceResult Caller::One() {
  const PlaceResult result = PlaceNext<PlaceOrder>();
  if (orders_ % kEpochOrders == 0) PassOn();
  return result;
}

void Caller::PassOn() {
  const Millis now_ms = stage_.Pass(1);
  if (!way_.own_clock) at_ms_ = now_ms;
  stage_.DeliverSome(room_, &ledger_);
}

void Caller::EpochOfOneInstant() {
  at_ms_ = stage_.now();
  PlaceAll();
  stage_.Deliver(room_, &ledger_);
}

void Caller::WarmUp() {
  constexpr int kEpochs = 64;
  for (int i = 0; i < kEpochs || !stage_.steady(); ++i) Epoch();
}

Crowd<Caller> Callers(Stage& stage, Spread spread, const Way& way, std::uint32_t callers) {
  Crowd<Caller> crowd;
  for (std::uint32_t i = 0; i < callers; ++i) {
    crowd.Add(std::make_unique<Caller>(stage, Draws::Of(spread, stage.setting().products), way, i, callers));
    crowd.callers().back()->WarmUp();
  }
  return crowd;
}

}  // namespace flexstock::bench
