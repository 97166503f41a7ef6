// StoppableClock: the system's time until the run ends, then that instant for ever.
//
// After the last order the books are compared with the engine. If deadlines went on passing meanwhile, units would come
// back between the last event read and the last product looked at, and an intact run would look broken.
#pragma once

#include <atomic>

#include "flexstock/clock.h"

namespace flexstock::loadgen {

class StoppableClock final : public Clock {
 public:
  // Relaxed: an instant is all that is handed over. A call that read the running clock just before Stop may carry a
  // time a little later than the stopped one: the engine's time then stands at the later.
  Millis NowMs() override {
    const Millis stopped_at = stopped_at_.load(std::memory_order_relaxed);
    return stopped_at == kRunning ? system_.NowMs() : stopped_at;
  }

  void Stop() { stopped_at_.store(system_.NowMs(), std::memory_order_relaxed); }

 private:
  static constexpr Millis kRunning = -1;
  Clock& system_ = SystemClock();
  std::atomic<Millis> stopped_at_{kRunning};
};

}  // namespace flexstock::loadgen
