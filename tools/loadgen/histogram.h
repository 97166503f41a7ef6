// Histogram: how long did calls take, the slowest one included?
//
// Log-linear, as in Gil Tene's HdrHistogram: values below 2048 have a counter each; above, every octave is cut into
// 1024 equal counters. So a value is known to three significant digits over the whole range, and recording is a shift
// and an add:
//
//   value                       counters          width of one
//   0 .. 2047                   2048              1 ns
//   2048 .. 4095                1024              2 ns
//   4096 .. 8191                1024              4 ns
//   ...
//   2^36 .. 2^37 - 1 (137 s)    1024              2^26 ns
//
// Promised: v <= ValueAt(...) <= v + v / 1024, where v is the exact quantile of what was recorded. Minimum and maximum
// are kept exactly. Longer than kTop is counted as kTop, but still seen by Max().
//
// Threads  None. One histogram a thread, merged at the end; merging is addition, so nothing is lost by it.
// Memory   229 kB, of which a run touches the few pages that its values fall into.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <memory>

namespace flexstock::loadgen {

class Histogram {
 public:
  static constexpr int kStepBits = 10;  // 1024 steps an octave
  static constexpr int kTopBits = 37;   // 2^37 ns: above 100 s
  static constexpr std::uint64_t kTop = (std::uint64_t{1} << kTopBits) - 1;
  static constexpr std::size_t kCounters = std::size_t{kTopBits - kStepBits + 1} << kStepBits;

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

  // The counter of a value <= kTop, and the highest value that falls into a counter.
  [[nodiscard]] static constexpr std::size_t Index(std::uint64_t value) {
    const int octave = std::max(0, static_cast<int>(std::bit_width(value)) - (kStepBits + 1));
    return (static_cast<std::size_t>(octave) << kStepBits) + (value >> octave);
  }
  [[nodiscard]] static constexpr std::uint64_t Highest(std::size_t index) {
    const std::size_t octave = std::max<std::size_t>(index >> kStepBits, 1) - 1;
    return ((index - (octave << kStepBits) + 1) << octave) - 1;
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

static_assert(Histogram::Index(Histogram::kTop) == Histogram::kCounters - 1);
static_assert(Histogram::Highest(Histogram::kCounters - 1) == Histogram::kTop);
static_assert(Histogram::kTop > 100'000'000'000, "100 seconds in nanoseconds");

}  // namespace flexstock::loadgen
