// Clock: the engine's only source of time. Replay and simulation bring their own.
#pragma once

#include "flexstock/types.h"

namespace flexstock {

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since the Unix epoch, >= 0. Called by any thread. May stand still; if it runs back, the engine's
  // time stands still until it has caught up.
  [[nodiscard]] virtual Millis NowMs() = 0;
};

// The system's wall clock, true to the millisecond and cheap: on x86-64 with an invariant time-stamp counter a call is
// a counter read, and clock_gettime once a millisecond; elsewhere it is clock_gettime. Lives for ever. Any thread.
[[nodiscard]] Clock& SystemClock();

}  // namespace flexstock
