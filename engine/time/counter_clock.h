// CounterClock: a wall clock at the price of a counter. clock_gettime costs about as much as placing an order, so the time
// between two readings of it is taken from the processor's time-stamp counter.
//
// The wall clock's millisecond ends at a known count of the counter: until then a call is a counter read and a compare.
// After it, the wall clock is read anew. So the answer is the wall clock's, at most a counter's drift over one
// millisecond off, and steps of the wall clock (NTP, an administrator) are seen within a millisecond. A counter that has
// run back, as one may while the machine sleeps, is far from that count, and the wall clock is read as well.
//
// `Source`: static Count() and WallNs().  Any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "flexstock/clock.h"

namespace flexstock::time {

template <typename Source>
class CounterClock final : public Clock {
 public:
  explicit CounterClock(double counts_a_ms)
      : counts_a_ms_(counts_a_ms), most_left_(static_cast<std::uint64_t>(counts_a_ms) + 1) {}

  Millis NowMs() override {
    // acquire: partner of the release in Read; the millisecond read next is this end's, or a later one that has begun.
    const std::uint64_t until = until_.load(std::memory_order_acquire);
    // 1 to a millisecond's counts are left; 0 and what is behind it wraps.
    if (until - Source::Count() - 1 < most_left_) return now_ms_.load(std::memory_order_relaxed);
    return Read();
  }

 private:
  Millis Read() {
    // One thread at a time may write; the others take what they read.
    const bool writes = !writing_.test_and_set(std::memory_order_acquire);
    const std::uint64_t count = Source::Count();
    const std::int64_t ns = Source::WallNs();
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

  const double counts_a_ms_;
  const std::uint64_t most_left_;
  std::atomic_flag writing_ = ATOMIC_FLAG_INIT;
  std::atomic<std::uint64_t> until_{0};
  std::atomic<Millis> now_ms_{0};
};

}  // namespace flexstock::time
