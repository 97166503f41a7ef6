// TraceClock: the time that the trace has reached. A day of orders passes in milliseconds, and a payment window of a
// day still is one day of orders long.
#pragma once

#include <atomic>

#include "flexstock/clock.h"

namespace flexstock::loadgen {

class TraceClock final : public Clock {
 public:
  explicit TraceClock(Millis start_ms) : now_ms_(start_ms) {}

  // Relaxed, here and below: the instant is all that is handed over.
  Millis NowMs() override { return now_ms_.load(std::memory_order_relaxed); }

  // Moves on to `at_ms`, never back. Any thread.
  void Reach(Millis at_ms) {
    Millis now_ms = now_ms_.load(std::memory_order_relaxed);
    while (now_ms < at_ms && !now_ms_.compare_exchange_weak(now_ms, at_ms, std::memory_order_relaxed)) {
    }
  }

 private:
  std::atomic<Millis> now_ms_;
};

}  // namespace flexstock::loadgen
