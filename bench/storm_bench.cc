// A storm: a million checkout holds run out in one millisecond, as after a campaign that gave everyone the same. Time
// is that until all have expired, their units are back in stock and their events are in the queue; one thread sees to
// it. Another thread goes on placing orders and measures how long it waits for each: longest_wait_us, and
// calm_longest_us for the same thread just before the storm, which is what the machine alone does to it.
#include <atomic>
#include <chrono>
#include <thread>

#include "bench/latest.h"
#include "bench/report.h"
#include "bench/size.h"
#include "tools/loadgen/histogram.h"
#include "tools/loadgen/stopwatch.h"

namespace flexstock::bench {
namespace {

constexpr Millis kHoldMs = 1000;
constexpr std::uint64_t kCalmOrders = 100'000;

// The customer who has nothing to do with it.
class Bystander {
 public:
  Bystander(Stage& stage, Spread spread) : stage_(stage), draws_(Draws::Of(spread, stage.setting().products)) {}

  // Places at `at_ms` until there are so many, or until `over`.
  void Place(Millis at_ms, std::uint64_t orders, const std::atomic<bool>& over, loadgen::Histogram* waits) {
    for (; orders > 0 && !over.load(std::memory_order_relaxed); --orders) {  // relaxed: sooner or later
      const Draw draw = draws_[at_];
      if (++at_ == draws_.size()) at_ = 0;
      const std::uint64_t from = stopwatch_.Ticks();
      const PlaceResult placed = stage_.engine().Place(
          {.product = static_cast<ProductId>(draw.product + 1), .customer = CustomerId{1}, .qty = draw.qty}, at_ms);
      waits->Record(stopwatch_.Since(from));
      ledger_.answered += placed.ok() ? 1 : 0;
      ledger_.failed += placed.ok() ? 0 : 1;
    }
  }

  [[nodiscard]] const Ledger& ledger() const { return ledger_; }

 private:
  Stage& stage_;
  const Draws& draws_;
  loadgen::Stopwatch stopwatch_;
  std::size_t at_ = 0;
  Ledger ledger_;
};

// Everything placed in one millisecond runs out in one.
void PlaceHolds(Stage& stage, const Draws& draws, std::uint64_t count, std::span<Event> room, Ledger* ledger) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const Draw draw = draws[i % draws.size()];
    const PlaceResult placed = stage.engine().Place({.product = static_cast<ProductId>(draw.product + 1),
                                                     .customer = static_cast<CustomerId>(i + 1),
                                                     .qty = draw.qty},
                                                    stage.now());
    ledger->answered += placed.ok() ? 1 : 0;
    ledger->failed += placed.state != OrderState::kAwaitingPayment ? 1 : 0;
    if ((i + 1) % kEpochOrders == 0) stage.Deliver(room, ledger);
  }
}

void StormFor(benchmark::State& state, const Setting& setting, Spread storm, Spread bystanders,
              std::uint64_t deadlines) {
  const auto stage = Latest<Stage>(setting);
  const Draws& draws = Draws::Of(storm, setting.products);
  std::vector<Event> room(1024);
  Ledger ledger;
  Bystander bystander(*stage, bystanders);
  loadgen::Histogram calm, waits;
  stage->Enter();
  const auto one_storm = [&](loadgen::Histogram* calm_waits, loadgen::Histogram* storm_waits) {
    PlaceHolds(*stage, draws, deadlines, room, &ledger);
    const Millis storm_ms = stage->Pass(kHoldMs);
    std::atomic<bool> over{false}, begun{false};
    std::thread caller([&] {
      bystander.Place(storm_ms - 1, kCalmOrders, over, calm_waits);
      begun.store(true, std::memory_order_release);  // partner: the acquire below
      begun.notify_one();
      bystander.Place(storm_ms, ~std::uint64_t{0}, over, storm_waits);
    });
    begun.wait(false, std::memory_order_acquire);
    const auto from = std::chrono::steady_clock::now();
    ledger.failed += stage->engine().Advance(storm_ms) == Code::kOk ? 0 : 1;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
    over.store(true, std::memory_order_relaxed);  // relaxed: the join orders the rest
    caller.join();
    stage->Deliver(room, &ledger);
    stage->ForgetAll();
    return took.count();
  };
  loadgen::Histogram unused;
  (void)one_storm(&unused, &unused);  // memory that is needed for the first time would be in the figures
  for (auto _ : state) state.SetIterationTime(one_storm(&calm, &waits));
  ledger.Add(bystander.ledger());
  state.counters["calm_longest_us"] = static_cast<double>(calm.max()) / 1000;
  state.counters["longest_wait_us"] = static_cast<double>(waits.max()) / 1000;
  state.counters["p999_wait_us"] = static_cast<double>(waits.ValueAt(999'000)) / 1000;
  state.counters["deadlines/s"] =
      benchmark::Counter(static_cast<double>(deadlines), benchmark::Counter::kIsIterationInvariantRate);
  Finish(state, stage->Leave(ledger));
}

}  // namespace

void RegisterBenchmarks() {
  const std::uint64_t products = Sized(100'000), deadlines = Sized(1'000'000);
  // Queues for every event of a storm and of the orders beside it: what waiting costs is measured, not what full queues
  // do.
  Setting setting{.products = products, .orders_reserve = 2 * deadlines, .events_max = std::uint64_t{1} << 23};
  setting.policy.checkout_hold_ms = kHoldMs;
  const auto add = [&](const std::string& title, Spread storm, Spread bystanders) {
    benchmark::RegisterBenchmark(
        ("BM_Storm/" + title + "/deadlines:" + std::to_string(deadlines)).c_str(),
        [=](benchmark::State& state) { StormFor(state, setting, storm, bystanders, deadlines); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  };
  add("spread", Spread::kUniform, Spread::kUniform);
  add("one_product/caller_elsewhere", Spread::kHot, Spread::kUniform);
  add("one_product/caller_there", Spread::kHot, Spread::kHot);
}

}  // namespace flexstock::bench
