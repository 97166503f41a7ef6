// Zipf: which product does the next customer want? Rank k of n with probability proportional to 1 / k^theta.
//
// theta 0 is uniform, 0.99 is what YCSB made customary, 1 is Zipf's own law, 2 is one hot product and a long tail.
//
// Rejection-inversion: W. Hoermann and G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
// distributions", ACM TOMACS 6 (3), 1996. Exact for every theta >= 0 (not the approximation by Gray et al. that YCSB
// uses, which needs theta != 1), O(1) time and memory whatever n is: a table of 10 million weights would compete with
// the engine for the cache. It inverts the integral H of the continuous density x^-theta over (0.5, n + 0.5] and
// rounds; the few points whose unit bar sticks out of its own weight are drawn again (fewer than 1.3 draws on average).
#pragma once

#include <cstdint>

#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {

class Zipf {
 public:
  // n >= 1, theta >= 0.
  Zipf(std::uint64_t n, double theta);

  // A rank, 1 .. n; 1 is the most wanted.
  std::uint64_t operator()(Rng& rng) const;

 private:
  [[nodiscard]] double Density(double x) const;   // x^-theta
  [[nodiscard]] double Integral(double x) const;  // of Density, from 1 to x
  [[nodiscard]] double Inverse(double area) const;

  double n_;
  double theta_;
  double area_first_;  // H(1.5) - 1: the bar of rank 1 begins here
  double area_last_;   // H(n + 0.5)
  double accept_;      // a point this little below its rank's middle is under the bar for certain
};

}  // namespace flexstock::loadgen
