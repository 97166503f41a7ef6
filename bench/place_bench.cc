// Placing an order: a customer's click. By what customers want, how many threads serve them, and how much there is to
// choose from. An order's whole life is in the time (bench/stage.h).
#include "bench/floor.h"
#include "bench/latest.h"
#include "bench/report.h"

namespace flexstock::bench {
namespace {

// A gateway that collects what arrives within some microseconds.
void RegisterBatches(const Setting& setting, Spread spread) {
  for (const bool by_ref : {false, true}) {
    for (const std::uint64_t batch : {16, 64}) {
      const std::string operation = by_ref ? "PlaceManyByRef" : "PlaceMany";
      const std::string title = Title(operation, spread, setting.products) + "/batch:" + std::to_string(batch);
      for (const std::uint32_t threads : {1, 2}) {
        RegisterPlace(title, setting, spread, {.by_ref = by_ref, .batch = batch}, threads);
      }
    }
  }
}

// Orders that are remembered for as long as the benchmark runs: no order is forgotten, no slot used again.
void RegisterFresh(std::uint64_t products, Spread spread) {
  const auto run = [=](benchmark::State& state) {
    const auto stage = Latest<Stage>(Setting{.products = products, .retention_ms = 1000});
    auto crowd = Callers(*stage, spread, {}, 1);
    const std::uint64_t epochs = Sized(4096);
    const auto run_once = [&] {
      const double seconds = crowd.Run(epochs, &Caller::EpochOfOneInstant);
      stage->ForgetAll();  // memory ends somewhere
      return seconds;
    };
    (void)run_once();  // touches the memory
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(epochs * kEpochOrders))) {
      state.SetIterationTime(run_once());
    }
    state.SetItemsProcessed(state.iterations());
    Finish(state, crowd.Leave());
  };
  benchmark::RegisterBenchmark((Title("Place", spread, products) + "/never_forgotten/threads:1").c_str(), run)
      ->UseManualTime();
}

// Check-and-decrement alone: what the figures above are a multiple of.
void RegisterFloor(std::uint64_t products, Spread spread, std::uint32_t threads) {
  const auto run = [=](benchmark::State& state) {
    const auto floor = Latest<Floor>(products);
    auto crowd = FloorCallers(*floor, spread, threads);
    RunCrowd(state, crowd);
  };
  benchmark::RegisterBenchmark((Title("Floor", spread, products) + "/threads:" + std::to_string(threads)).c_str(), run)
      ->UseManualTime();
}

}  // namespace

void RegisterBenchmarks() {
  const std::uint64_t few = Sized(1000), many = Sized(100'000), most = Sized(10'000'000);
  for (const std::uint64_t products : {few, many, most}) {
    const Setting setting{.products = products};
    for (const Spread spread : kSpreads) {
      for (const std::uint32_t threads : {1, 2, 8}) {
        RegisterPlace(Title("Place", spread, products), setting, spread, {}, threads);
      }
    }
    for (const std::uint32_t threads : {1, 2}) {
      RegisterPlace(Title("PlaceByRef", Spread::kZipf, products), setting, Spread::kZipf, {.by_ref = true}, threads);
    }
    if (products != few) RegisterBatches(setting, Spread::kZipf);
    if (products == many) RegisterBatches(setting, Spread::kHot);
  }
  for (const Spread spread : kSpreads) RegisterFresh(many, spread);
  const std::string zipf = Title("Place", Spread::kZipf, many);
  RegisterPlace(zipf + "/nobody_told", {.products = many, .audiences = {}}, Spread::kZipf, {}, 1);
  RegisterPlace(zipf + "/system_clock", {.products = many, .retention_ms = 3}, Spread::kZipf, {.own_clock = true}, 1);
  for (const std::uint64_t products : {few, many, most}) {
    for (const Spread spread : kSpreads) {
      for (const std::uint32_t threads : {1, 2, 8}) RegisterFloor(products, spread, threads);
    }
  }
}

}  // namespace flexstock::bench
