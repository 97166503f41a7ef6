// What every benchmark program says of the run, and how its benchmarks end.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "bench/caller.h"
#include "bench/crowd.h"
#include "bench/size.h"

namespace flexstock::bench {

// Each program registers its own; main.cc calls it.
void RegisterBenchmarks();

// "BM_Place/zipf/products:100000".
[[nodiscard]] inline std::string Title(const std::string& operation, Spread spread, std::uint64_t products) {
  return "BM_" + operation + "/" + std::string(Name(spread)) + "/products:" + std::to_string(products);
}

// The end of a benchmark. `problem`: what Leave() said.
void Finish(benchmark::State& state, const std::string& problem);
// The library itself would end well whatever went wrong.
[[nodiscard]] bool AnyProblem();

// BM_TITLE/threads:N: callers place in one way on the stage of the setting. Time is wall clock an order, all together.
void RegisterPlace(const std::string& title, const Setting& setting, Spread spread, const Way& way,
                   std::uint32_t threads);

// Lets a crowd work until the library has seen enough. Each iteration is one order.
template <typename Caller>
void RunCrowd(benchmark::State& state, Crowd<Caller>& crowd) {
  const std::uint64_t epochs = Sized(1024);
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(epochs * kEpochOrders))) {
    state.SetIterationTime(crowd.Run(epochs, &Caller::Epoch));
  }
  state.SetItemsProcessed(state.iterations());
  Finish(state, crowd.Leave());
}

}  // namespace flexstock::bench
