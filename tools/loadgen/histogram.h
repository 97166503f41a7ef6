// Histogram: how long did calls take, the slowest one included?
//
// Log-linear (log_linear.h) with 1024 steps an octave: a value is known to three significant digits over the whole
// range, and recording is a shift and an add.
//
// Promised: v <= ValueAt(...) <= v + v / 1024, where v is the exact quantile of what was recorded. Minimum and maximum
// are kept exactly. Longer than kTop is counted as kTop, but still seen by Max().
//
// Threads  None. One histogram a thread, merged at the end; merging is addition, so nothing is lost by it.
// Memory   229 kB, of which a run touches the few pages that its values fall into.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "tools/loadgen/log_linear.h"

namespace flexstock::loadgen {

class Histogram : public LogLinear<10> {
 public:
  void Record(std::uint64_t value) {
    ++counters_[Index(std::min(value, kTop))];
    ++count_;
    max_ = std::max(max_, value);
    min_ = std::min(min_, value);
  }

  void Merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }  // 0 if nothing was recorded
  [[nodiscard]] std::uint64_t min() const { return count_ == 0 ? 0 : min_; }

  // The quantile by nearest rank: the smallest value that at least `ppm` of a million recorded ones do not exceed.
  // 500'000 is the median, 999'000 the 99.9th percentile. Parts per million and not a double, so that the rank is
  // exact.
  [[nodiscard]] std::uint64_t ValueAt(std::uint32_t ppm) const;

  // visit(highest value of the counter, how many) for every counter that is not 0, smallest first.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (std::size_t i = 0; i < kCounters; ++i) {
      if (counters_[i] != 0) visit(Highest(i), counters_[i]);
    }
  }

 private:
  // calloc-like: pages that no value falls into stay untouched.
  struct Free {
    void operator()(std::uint64_t* counters) const;
  };
  static std::uint64_t* Zeroes();

  std::unique_ptr<std::uint64_t[], Free> counters_{Zeroes()};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  std::uint64_t min_ = std::numeric_limits<std::uint64_t>::max();
};

static_assert(Histogram::kTop > 100'000'000'000, "100 seconds in nanoseconds");

}  // namespace flexstock::loadgen
