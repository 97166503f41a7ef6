// Stage: what all three ways to play a scenario share: the market with its desks, the gateways, and what becomes of
// them in the end.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "tools/loadgen/play/customer_desk.h"
#include "tools/loadgen/play/gateway.h"
#include "tools/loadgen/play/pausing_clock.h"
#include "tools/loadgen/play/play.h"
#include "tools/loadgen/play/timeline.h"

namespace flexstock::loadgen {

class Stage {
 public:
  // The scenario and the options must outlive it.
  Stage(const Scenario& scenario, const PlayOptions& options, std::uint32_t gateways);

  // Empty, or why the engine did not open.
  [[nodiscard]] std::string Open();

  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const PlayOptions& options() const { return options_; }
  [[nodiscard]] ScenarioClock& clock() { return clock_; }
  [[nodiscard]] Market& market() { return *market_; }
  [[nodiscard]] Gateway& gateway(std::uint32_t i) { return gateways_[i]; }
  [[nodiscard]] std::uint32_t gateways() const { return gateway_count_; }
  [[nodiscard]] const Intervals& intervals() const { return intervals_; }
  [[nodiscard]] TimelineRecorder& recorder() { return *recorder_; }
  [[nodiscard]] std::uint64_t end_ns() const { return end_ns_; }

  // Latencies that have been recorded of an interval so far; any time.
  void AddLatency(std::size_t interval, LiveHistogram::Counters* counters, std::uint64_t* max) const;

  // The clock is stopped, everything that is due happens, and the books are closed. Empty, or how the journal failed.
  [[nodiscard]] std::string Close(Played* played);

 private:
  [[nodiscard]] std::vector<HotProduct> Hottest();

  const Scenario& scenario_;
  const PlayOptions& options_;
  const std::uint32_t gateway_count_;
  const Stopwatch stopwatch_;
  ScenarioClock clock_{stopwatch_};
  const Intervals intervals_;
  const std::uint64_t end_ns_;
  PausingClock engine_clock_;
  std::unique_ptr<Market> market_;
  CustomerDesk* customers_ = nullptr;  // the market's
  std::deque<Gateway> gateways_;
  std::unique_ptr<TimelineRecorder> recorder_;
};

}  // namespace flexstock::loadgen
