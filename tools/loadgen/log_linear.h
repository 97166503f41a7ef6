// LogLinear: values by octave, each octave cut into 2^kStepBits equal counters (Gil Tene's HdrHistogram). Which counter
// does a value fall into, and what is the highest value that does?
//
//   value                                counters       width of one
//   0 .. 2^(kStepBits + 1) - 1           one each       1
//   every octave above                   2^kStepBits    2, 4, 8, ...
//
// So a value is known to within 2^-kStepBits of itself.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace flexstock::loadgen {

template <int kSteps>
struct LogLinear {
  static constexpr int kStepBits = kSteps;  // 2^kStepBits steps an octave
  static constexpr int kTopBits = 37;       // in nanoseconds: above 100 s
  static constexpr std::uint64_t kTop = (std::uint64_t{1} << kTopBits) - 1;
  static constexpr std::size_t kCounters = std::size_t{kTopBits - kStepBits + 1} << kStepBits;

  // The counter of a value <= kTop.
  [[nodiscard]] static constexpr std::size_t Index(std::uint64_t value) {
    const int octave = std::max(0, static_cast<int>(std::bit_width(value)) - (kStepBits + 1));
    return (static_cast<std::size_t>(octave) << kStepBits) + (value >> octave);
  }
  // The highest value that falls into a counter.
  [[nodiscard]] static constexpr std::uint64_t Highest(std::size_t index) {
    const std::size_t octave = std::max<std::size_t>(index >> kStepBits, 1) - 1;
    return ((index - (octave << kStepBits) + 1) << octave) - 1;
  }
};

static_assert(LogLinear<10>::Index(LogLinear<10>::kTop) == LogLinear<10>::kCounters - 1);
static_assert(LogLinear<10>::Highest(LogLinear<10>::kCounters - 1) == LogLinear<10>::kTop);

}  // namespace flexstock::loadgen
