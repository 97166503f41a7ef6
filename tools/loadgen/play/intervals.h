// Intervals: a run cut into pieces of equal length, as charts over time show it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace flexstock::loadgen {

class Intervals {
 public:
  // Of a length that people count in, so that there are about 240: 1, 2 or 5 times a power of ten, or so many minutes.
  explicit Intervals(double seconds) {
    constexpr double kMost = 240;
    const double least = seconds / kMost;
    double length = 1e-3;
    for (const double step : {1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2,  0.1,   0.2,   0.5,   1.0,    2.0,
                              5.0,  10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0}) {
      length = step;
      if (step >= least) break;
    }
    if (least > length) length *= std::ceil(least / length);
    length_ns_ = static_cast<std::uint64_t>(length * 1e9 + 0.5);
    const auto run_ns = static_cast<std::uint64_t>(seconds * 1e9);
    count_ = std::max<std::size_t>(1, (run_ns + length_ns_ - 1) / length_ns_);
  }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] double seconds() const { return static_cast<double>(length_ns_) * 1e-9; }
  // What comes behind the end is the last one's.
  [[nodiscard]] std::size_t IndexOf(std::uint64_t at_ns) const {
    return std::min<std::size_t>(at_ns / length_ns_, count_ - 1);
  }
  [[nodiscard]] std::uint64_t EndNs(std::size_t index) const { return (index + 1) * length_ns_; }

 private:
  std::uint64_t length_ns_;
  std::size_t count_;
};

}  // namespace flexstock::loadgen
