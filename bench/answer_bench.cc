// What comes after placing: the member accepts, the customer pays. At once, while the order is still in the cache; or
// later, one of a million that wait, in no order: that is how people answer.
#include <algorithm>
#include <random>

#include "bench/latest.h"
#include "bench/report.h"
#include "bench/size.h"

namespace flexstock::bench {
namespace {

struct Answer {
  const char* operation;
  CommandResult (Engine::*call)(OrderId, When);
  OrderState waits;    // the state that an order enters when it is placed
  OrderState becomes;  // and when it is answered
  Setting setting;
};

// Places so many orders and gives their ids.
void PlaceWaiting(Stage& stage, const Draws& draws, const Answer& answer, std::span<Event> room, Ledger* ledger,
                  std::vector<OrderId>* orders) {
  for (std::size_t i = 0; i < orders->size(); ++i) {
    const Draw draw = draws[i % draws.size()];
    const PlaceResult placed = stage.engine().Place({.product = static_cast<ProductId>(draw.product + 1),
                                                     .customer = static_cast<CustomerId>(i + 1),
                                                     .qty = draw.qty},
                                                    stage.now());
    (*orders)[i] = placed.order;
    ledger->answered += placed.ok() ? 1 : 0;
    ledger->failed += placed.state != answer.waits ? 1 : 0;
    ledger->taken += placed.state == OrderState::kAwaitingPayment ? draw.qty : 0;
    if ((i + 1) % kEpochOrders != 0) continue;
    stage.Pass(1);
    stage.Deliver(room, ledger);
  }
}

void AnswerFor(benchmark::State& state, const Answer& answer, std::uint64_t waiting, bool shuffled) {
  const auto stage = Latest<Stage>(answer.setting);
  const Draws& draws = Draws::Of(Spread::kZipf, answer.setting.products);
  std::vector<Event> room(256);
  std::vector<OrderId> orders(waiting);
  std::mt19937_64 rng(1);
  Ledger ledger;
  stage->Enter();
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(waiting))) {
    state.PauseTiming();
    stage->ForgetAll();
    PlaceWaiting(*stage, draws, answer, room, &ledger, &orders);
    if (shuffled) std::shuffle(orders.begin(), orders.end(), rng);
    state.ResumeTiming();
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const CommandResult answered = (stage->engine().*answer.call)(orders[i], stage->now());
      ledger.answered += answered.ok() ? 1 : 0;
      ledger.failed += answered.state != answer.becomes || answered.duplicate ? 1 : 0;
      if ((i + 1) % kEpochOrders != 0) continue;
      stage->Pass(1);
      stage->Deliver(room, &ledger);
    }
  }
  state.SetItemsProcessed(state.iterations());
  Finish(state, stage->Leave(ledger));
}

}  // namespace

void RegisterBenchmarks() {
  const std::uint64_t products = Sized(100'000), many = Sized(1'000'000);
  // Nothing in stock, so that the member is asked. Remembered for longer than a run takes.
  const Setting empty{.products = products, .stock = 0, .retention_ms = 60'000, .orders_reserve = many};
  Setting held{.products = products, .retention_ms = 60'000, .orders_reserve = many};
  held.policy.checkout_hold_ms = 600'000;
  const Answer answers[] = {
      {"Accept", &Engine::Accept, OrderState::kAwaitingAcceptance, OrderState::kAwaitingPayment, empty},
      {"Pay", &Engine::Pay, OrderState::kAwaitingPayment, OrderState::kConfirmed, held},
  };
  for (const Answer& answer : answers) {
    const std::string title = Title(answer.operation, Spread::kZipf, products);
    const auto add = [&](const std::string& when, std::uint64_t waiting, bool shuffled) {
      benchmark::RegisterBenchmark((title + when).c_str(),
                                   [=](benchmark::State& state) { AnswerFor(state, answer, waiting, shuffled); });
    };
    add("/at_once", kEpochOrders, false);
    add("/later", many, true);
  }
}

}  // namespace flexstock::bench
