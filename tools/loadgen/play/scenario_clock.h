// ScenarioClock: the time of a scenario, from 0 on, at whatever speed it is played: a day may pass in ten seconds, and
// a payment window of half an hour is then a fifth of a second long, for everybody alike.
//
// Virtual: it stands where it was set. Played: it runs from Start on. After Stop it stands for ever and the scenario is
// over, so that no deadline passes while the books are compared.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "flexstock/clock.h"
#include "tools/loadgen/stopwatch.h"

namespace flexstock::loadgen {

class ScenarioClock final : public Clock {
 public:
  explicit ScenarioClock(const Stopwatch& stopwatch) : stopwatch_(stopwatch) {}

  // Of scenario time. Any thread, as NowMs.
  [[nodiscard]] std::uint64_t NowNs() const {
    // acquire: partner of Start's release: the beginning and the speed are there.
    const std::uint64_t standing = standing_ns_.load(std::memory_order_acquire);
    if (standing != kRuns) return standing;
    return static_cast<std::uint64_t>(static_cast<double>(stopwatch_.Since(start_ticks_)) * speed_);
  }
  Millis NowMs() override { return static_cast<Millis>(NowNs() / kNsAMs); }

  // Runs from 0 on, `speed` seconds of the scenario a second. Once, before anybody depends on it.
  void Start(double speed) {
    speed_ = speed;
    start_ticks_ = stopwatch_.Ticks();
    standing_ns_.store(kRuns, std::memory_order_release);
  }
  // Stands where it is, for ever.
  void Stop() {
    standing_ns_.store(NowNs(), std::memory_order_relaxed);
    over_.store(true, std::memory_order_relaxed);  // no other memory comes with it
  }
  // Virtual time: stands at `at_ns`, which is not before what it showed.
  void Set(std::uint64_t at_ns) { standing_ns_.store(at_ns, std::memory_order_relaxed); }
  // True once it was stopped.
  [[nodiscard]] bool over() const { return over_.load(std::memory_order_relaxed); }
  // True of a clock that runs.
  [[nodiscard]] bool runs() const { return standing_ns_.load(std::memory_order_relaxed) == kRuns; }

  // Real nanoseconds until the scenario reaches `at_ns`; 0 if it has.
  [[nodiscard]] std::uint64_t RealNsUntil(std::uint64_t at_ns) const {
    const std::uint64_t now = NowNs();
    return at_ns <= now ? 0 : static_cast<std::uint64_t>(static_cast<double>(at_ns - now) / speed_);
  }
  [[nodiscard]] double speed() const { return speed_; }

  static constexpr std::uint64_t kNsAMs = 1'000'000;

 private:
  static constexpr std::uint64_t kRuns = std::numeric_limits<std::uint64_t>::max();
  const Stopwatch& stopwatch_;
  std::uint64_t start_ticks_ = 0;
  double speed_ = 1;
  std::atomic<std::uint64_t> standing_ns_{0};
  std::atomic<bool> over_{false};
};

}  // namespace flexstock::loadgen
