// Play: a scenario, run in one of three ways (play_options.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/loadgen/play/gateway.h"
#include "tools/loadgen/play/play_options.h"
#include "tools/loadgen/play/timeline.h"
#include "tools/loadgen/result.h"
#include "tools/loadgen/scenario/scenario.h"

namespace flexstock::loadgen {

struct HotProduct {
  ProductId product;
  ProductDemand demand;
  Units available = 0;  // in the end
};

struct Played {
  PlayMode mode = PlayMode::kVirtual;
  double run_seconds = 0;   // of the axis of time: real seconds; in virtual time, the scenario's
  double speed = 1;         // seconds of the scenario in one of them
  double wall_seconds = 0;  // it took
  double interval_s = 0;    // of run_seconds
  Result result;
  std::vector<std::uint64_t> offered;  // customers who came, by interval
  std::vector<IntervalFigures> intervals;
  // By interval, nanoseconds from coming to being answered; empty in virtual time.
  std::vector<LiveHistogram::Counters> latency;
  std::vector<std::uint64_t> latency_max;
  std::vector<HotProduct> hottest;  // by orders, falling; at most 20
  ContentionReport contention;      // empty unless it was asked for
};

// Empty, or why it did not come about.
[[nodiscard]] std::string Play(const Scenario& scenario, const PlayOptions& options, Played* played);

}  // namespace flexstock::loadgen
