// Sampled: what a distribution gave when it was drawn from often, as the share of draws that are at most so large.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace flexstock::loadgen {

class Sampled {
 public:
  template <class Draw>
  Sampled(std::size_t draws, Draw draw) {
    values_.reserve(draws);
    for (std::size_t i = 0; i < draws; ++i) values_.push_back(static_cast<double>(draw()));
    std::ranges::sort(values_);
  }

  [[nodiscard]] double ShareUpTo(double value) const {
    const auto end = std::ranges::upper_bound(values_, value);
    return static_cast<double>(end - values_.begin()) / static_cast<double>(values_.size());
  }

  // Kolmogorov and Smirnov's distance from it is more than this once in 10 000 times, if it is drawn from a continuous
  // distribution; even more seldom if from one with steps (Massey 1951: sqrt(ln(2 / 10^-4) / 2) / sqrt(n)).
  [[nodiscard]] double Critical() const { return 2.2253 / std::sqrt(static_cast<double>(values_.size())); }

 private:
  std::vector<double> values_;
};

}  // namespace flexstock::loadgen
