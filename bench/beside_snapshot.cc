#include "bench/beside_snapshot.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "bench/apart.h"
#include "bench/caller.h"
#include "bench/die.h"
#include "tools/loadgen/histogram.h"
#include "tools/loadgen/stopwatch.h"

namespace flexstock::bench {
namespace {

constexpr double kPauseMaxNs = 2e6;
constexpr std::uint32_t kP9999 = 999'900;

struct Calls {
  double p9999_ns, max_ns;
};

struct Taken {
  Calls calm, beside;
};

// Places epochs of orders, timed one by one, until that is enough. An epoch's last call ends it, and is no order's.
template <typename Enough>
Calls Place(Caller* caller, const loadgen::Stopwatch& stopwatch, Enough enough) {
  loadgen::Histogram histogram;
  for (std::uint64_t epochs = 0; !enough(epochs); ++epochs) {
    for (std::uint64_t i = 0; i + 1 < kEpochOrders; ++i) {
      const std::uint64_t from = stopwatch.Ticks();
      if (caller->One().code == Code::kReadOnly) Die("the journal has failed");
      histogram.Record(stopwatch.Since(from));
    }
    (void)caller->One();
  }
  return {static_cast<double>(histogram.ValueAt(kP9999)), static_cast<double>(histogram.max())};
}

Taken Run(const Setting& setting, std::uint64_t orders) {
  Stage stage(setting);
  Caller caller(stage, Draws::Of(Spread::kUniform, setting.products), {}, 0, 1);
  for (std::uint64_t i = 0; i < orders / kEpochOrders; ++i) caller.Epoch();
  const loadgen::Stopwatch stopwatch;
  const std::uint64_t calm_epochs = orders / kEpochOrders / 10 + 1;
  const Calls calm = Place(&caller, stopwatch, [&](std::uint64_t epochs) { return epochs == calm_epochs; });

  std::atomic<bool> taken{false};
  std::string problem;
  std::thread snapshot([&] {
    problem = stage.engine().Snapshot();
    taken.store(true);
  });
  // At least one epoch, however quick it was.
  const Calls beside = Place(&caller, stopwatch, [&](std::uint64_t epochs) { return epochs != 0 && taken.load(); });
  snapshot.join();
  if (!problem.empty()) Die(problem);
  if (problem = caller.Leave(); !problem.empty()) Die(problem);
  return {calm, beside};
}

}  // namespace

std::vector<Outcome> BesideSnapshot::Measure(int rounds) const {
  static const Comparison kQuantile{"a call while a snapshot is taken, p99.99 / in calm", Figure::kTime, 0, false,
                                    nullptr};
  static const Comparison kPause{"a call while a snapshot is taken, p99.99", Figure::kAlone, kPauseMaxNs, false,
                                 nullptr};
  static const Comparison kLongest{"the longest call while a snapshot is taken / in calm", Figure::kTime, 0, false,
                                   nullptr};
  std::vector<Outcome> outcomes;
  for (const Comparison* comparison : {&kPause, &kQuantile, &kLongest}) {
    outcomes.push_back({.comparison = comparison, .rounds = {}, .problem = {}});
  }
  for (int round = 0; round < rounds; ++round) {
    const Setting setting{.products = products,
                          .retention_ms = kRemembered,
                          .background = true,
                          .journal_dir = directory + "/beside" + std::to_string(round),
                          .journal_segment_bytes = segment_bytes};
    const Taken taken = Apart([&] { return Run(setting, orders); });
    std::filesystem::remove_all(setting.journal_dir);
    outcomes[0].rounds.push_back({.a_ns = taken.beside.p9999_ns});
    outcomes[1].rounds.push_back({.a_ns = taken.beside.p9999_ns, .b_ns = taken.calm.p9999_ns});
    outcomes[2].rounds.push_back({.a_ns = taken.beside.max_ns, .b_ns = taken.calm.max_ns});
  }
  return outcomes;
}

}  // namespace flexstock::bench
