// ChiSquare: are these counts those of that distribution?
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace flexstock::loadgen {

struct ChiSquare {
  double statistic = 0;
  double critical = 0;  // exceeded by chance once in 10 000 times
};

// What a chi-square variable of so many degrees of freedom exceeds once in 10 000 times: Wilson and Hilferty's
// approximation; 3.719 is the normal quantile of 1 - 10^-4.
inline double ChiSquareCritical(double freedom) {
  const double root = 1 - 2 / (9 * freedom) + 3.719 * std::sqrt(2 / (9 * freedom));
  return freedom * root * root * root;
}

// Pearson's test of drawn counts. Neighbours are put together until 20 or more are expected of them.
inline ChiSquare Pearson(const std::vector<std::uint64_t>& drawn, const std::vector<double>& probabilities) {
  double draws = 0;
  for (const std::uint64_t count : drawn) draws += static_cast<double>(count);
  double statistic = 0, expected = 0, observed = 0, expected_left = draws;
  int cells = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    expected += probabilities[i] * draws;
    observed += static_cast<double>(drawn[i]);
    const bool last = i + 1 == probabilities.size();
    if (!last && (expected < 20 || expected_left - expected < 20)) continue;
    statistic += (observed - expected) * (observed - expected) / expected;
    expected_left -= expected;
    expected = observed = 0;
    ++cells;
  }
  return {statistic, ChiSquareCritical(std::max(cells - 1, 1))};
}

}  // namespace flexstock::loadgen
