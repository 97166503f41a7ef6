// PausingClock: an engine that stands still for a while, for tests: whoever asks what time it is, and every call does,
// is kept until the pause is over.
#pragma once

#include <chrono>
#include <thread>

#include "tools/loadgen/play/scenario_clock.h"

namespace flexstock::loadgen {

class PausingClock final : public Clock {
 public:
  // From `at_ns` of scenario time on, for `ms` of real time; 0: never.
  PausingClock(ScenarioClock& clock, std::uint64_t at_ns, std::uint64_t ms) : clock_(clock), at_ns_(at_ns), ms_(ms) {}

  Millis NowMs() override {
    if (ms_ == 0 || !clock_.runs()) return clock_.NowMs();
    const auto end_ns = at_ns_ + static_cast<std::uint64_t>(static_cast<double>(ms_) * 1e6 * clock_.speed());
    // A clock that is stopped meanwhile would never reach the end.
    for (std::uint64_t now = clock_.NowNs(); clock_.runs() && at_ns_ <= now && now < end_ns; now = clock_.NowNs()) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return clock_.NowMs();
  }

 private:
  ScenarioClock& clock_;
  const std::uint64_t at_ns_, ms_;
};

}  // namespace flexstock::loadgen
