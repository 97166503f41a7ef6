// LiveHistogram: latencies of one interval of a run, coarse and small, readable while they are written.
//
// Log-linear with 16 steps an octave: a value is known to within 7%, which a chart over time does not show. 2.2 kB, so
// a thread can have one an interval; the whole run's exact quantiles are Histogram's.
//
// Threads  One writes, any read: relaxed atomics, each an ordinary load, add and store, as in tally.h.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "tools/loadgen/log_linear.h"

namespace flexstock::loadgen {

class LiveHistogram : public LogLinear<4> {
 public:
  using Counters = std::array<std::uint64_t, kCounters>;

  void Record(std::uint64_t value) {
    std::atomic<std::uint32_t>& counter = counters_[Index(std::min(value, kTop))];
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (value > max_.load(std::memory_order_relaxed)) max_.store(value, std::memory_order_relaxed);
  }

  // Adds what has been recorded so far, and raises the maximum. Any thread.
  void AddTo(Counters* counters, std::uint64_t* max) const {
    for (std::size_t i = 0; i < kCounters; ++i) (*counters)[i] += counters_[i].load(std::memory_order_relaxed);
    *max = std::max(*max, max_.load(std::memory_order_relaxed));
  }

  // The quantile of what was added, by nearest rank, as in Histogram; `max` is the highest recorded. 0 of nothing.
  [[nodiscard]] static std::uint64_t ValueAt(const Counters& counters, std::uint64_t max, std::uint32_t ppm) {
    std::uint64_t count = 0;
    for (const std::uint64_t counter : counters) count += counter;
    if (count == 0) return 0;
    const std::uint64_t rank = std::max<std::uint64_t>(1, (count * ppm + 999'999) / 1'000'000);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kCounters; ++i) {
      seen += counters[i];
      if (seen >= rank) return i == kCounters - 1 ? max : std::min(Highest(i), max);
    }
    return max;
  }

 private:
  std::array<std::atomic<std::uint32_t>, kCounters> counters_{};
  std::atomic<std::uint64_t> max_{0};
};

}  // namespace flexstock::loadgen
