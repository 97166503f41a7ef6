// The default clock: the wall clock, read by way of the time-stamp counter where there is one to rely on.
#include <time.h>

#include <cstdint>

#include "engine/time/counter.h"
#include "engine/time/counter_clock.h"
#include "flexstock/clock.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace flexstock {
namespace {

std::int64_t WallNs() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class WallClock final : public Clock {
 public:
  Millis NowMs() override { return WallNs() / 1'000'000; }
};

#if defined(__x86_64__)

struct Stamps {
  static std::uint64_t Count() { return __rdtsc(); }
  static std::int64_t WallNs() { return flexstock::WallNs(); }
};

#endif

}  // namespace

Clock& SystemClock() {
#if defined(__x86_64__)
  static Clock& clock = []() -> Clock& {
    if (!time::CountsStamps()) return *new WallClock;
    return *new time::CounterClock<Stamps>(time::CountsAMs());
  }();
#else
  static Clock& clock = *new WallClock;
#endif
  return clock;
}

}  // namespace flexstock
