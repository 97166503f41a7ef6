#include "bench/report.h"

#include "bench/latest.h"

namespace flexstock::bench {
namespace {

bool any_problem = false;

}  // namespace

void Finish(benchmark::State& state, const std::string& problem) {
  if (problem.empty()) return;
  state.SkipWithError(problem.c_str());
  any_problem = true;
}

bool AnyProblem() { return any_problem; }

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
