// A deadline armed and disarmed, a million others armed (bench/deadlines.h says how time goes).
#include "bench/deadlines.h"
#include "bench/latest.h"
#include "bench/report.h"
#include "bench/size.h"

namespace flexstock::bench {
namespace {

void AnswerFor(benchmark::State& state, std::uint64_t armed, void (Deadlines::*answer)(std::uint64_t)) {
  const auto deadlines = Latest<Deadlines>(armed);
  while (state.KeepRunningBatch(kEpochOrders)) ((*deadlines).*answer)(kEpochOrders);
  state.SetItemsProcessed(state.iterations());
  Finish(state, deadlines->Right() ? "" : "deadlines are missing");
}

}  // namespace

void RegisterBenchmarks() {
  const std::uint64_t armed = Sized(1'000'000);
  const auto add = [&](const std::string& order, void (Deadlines::*answer)(std::uint64_t)) {
    benchmark::RegisterBenchmark(("BM_ArmDisarm/" + order + "/armed:" + std::to_string(armed)).c_str(),
                                 [=](benchmark::State& state) { AnswerFor(state, armed, answer); });
  };
  add("anywhere", &Deadlines::AnswerAnywhere);
  add("oldest_first", &Deadlines::AnswerOldest);
}

}  // namespace flexstock::bench
