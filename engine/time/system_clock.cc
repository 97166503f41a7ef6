// The default clock. clock_gettime costs about as much as placing an order, so on x86-64 the time between two readings
// of it is taken from the processor's time-stamp counter.
#include <time.h>

#include <atomic>
#include <cstdint>

#include "engine/time/counter.h"
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

// The wall clock's millisecond ends at a known count of the time-stamp counter: until then a call is a counter read and
// a compare. After it, the wall clock is read anew. So the answer is the wall clock's, at most a counter's drift over
// one millisecond off, and steps of the wall clock (NTP, an administrator) are seen within a millisecond.
class CounterClock final : public Clock {
 public:
  Millis NowMs() override {
    // acquire: partner of the release in Read; the millisecond read next is this end's, or a later one that has begun.
    const std::uint64_t until = until_.load(std::memory_order_acquire);
    if (__rdtsc() < until) return now_ms_.load(std::memory_order_relaxed);
    return Read();
  }

 private:
  Millis Read() {
    // One thread at a time may write; the others take what they read.
    const bool writes = !writing_.test_and_set(std::memory_order_acquire);
    const std::uint64_t count = __rdtsc();
    const std::int64_t ns = WallNs();
    const Millis now_ms = ns / 1'000'000;
    if (!writes) return now_ms;
    const double left_of_ms = static_cast<double>(1'000'000 - ns % 1'000'000) / 1e6;
    // An end of 0 first, so that a writer that is descheduled here leaves no millisecond with another's end.
    until_.store(0, std::memory_order_relaxed);  // ordered before the next store by its release
    now_ms_.store(now_ms, std::memory_order_release);
    until_.store(count + static_cast<std::uint64_t>(left_of_ms * counts_a_ms_), std::memory_order_release);
    writing_.clear(std::memory_order_release);  // partner: test_and_set above
    return now_ms;
  }

  const double counts_a_ms_ = time::CountsAMs();
  std::atomic_flag writing_ = ATOMIC_FLAG_INIT;
  std::atomic<std::uint64_t> until_{0};
  std::atomic<Millis> now_ms_{0};
};

#endif

}  // namespace

Clock& SystemClock() {
#if defined(__x86_64__)
  static Clock& clock = []() -> Clock& {
    if (!time::CountsStamps()) return *new WallClock;
    return *new CounterClock;
  }();
#else
  static Clock& clock = *new WallClock;
#endif
  return clock;
}

}  // namespace flexstock
