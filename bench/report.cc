#include "bench/report.h"

#include "bench/latest.h"

namespace flexstock::bench {

void Finish(benchmark::State& state, const std::string& problem) {
  state.SetItemsProcessed(state.iterations());
  if (!problem.empty()) state.SkipWithError(problem.c_str());
}

void RegisterPlace(const std::string& title, const Setting& setting, Spread spread, const Way& way,
                   std::uint32_t threads) {
  const auto run = [=](benchmark::State& state) {
    const auto stage = Latest<Stage>(setting);
    auto crowd = Callers(*stage, spread, way, threads);
    RunCrowd(state, crowd);
  };
  benchmark::RegisterBenchmark((title + "/threads:" + std::to_string(threads)).c_str(), run)->UseManualTime();
}

}  // namespace flexstock::bench
