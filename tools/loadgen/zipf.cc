#include "tools/loadgen/zipf.h"

#include <algorithm>
#include <cmath>

namespace flexstock::loadgen {
namespace {

// ln(1 + x) / x and (e^x - 1) / x, which tend to 1 at x = 0: they carry theta through 1 without a special case.
double LogRatio(double x) { return std::abs(x) > 1e-8 ? std::log1p(x) / x : 1 - x * (0.5 - x / 3); }
double ExpRatio(double x) { return std::abs(x) > 1e-8 ? std::expm1(x) / x : 1 + x * 0.5 * (1 + x / 3); }

}  // namespace

Zipf::Zipf(std::uint64_t n, double theta) : n_(static_cast<double>(n)), theta_(theta) {
  area_first_ = Integral(1.5) - 1;
  area_last_ = Integral(n_ + 0.5);
  accept_ = 2 - Inverse(Integral(2.5) - Density(2));
}

std::uint64_t Zipf::operator()(Rng& rng) const {
  for (;;) {
    const double area = area_last_ + rng.Unit() * (area_first_ - area_last_);
    const double x = Inverse(area);
    const double rank = std::clamp(std::floor(x + 0.5), 1.0, n_);
    if (rank - x <= accept_ || area >= Integral(rank + 0.5) - Density(rank)) return static_cast<std::uint64_t>(rank);
  }
}

double Zipf::Density(double x) const { return std::exp(-theta_ * std::log(x)); }

double Zipf::Integral(double x) const {
  const double log_x = std::log(x);
  return ExpRatio((1 - theta_) * log_x) * log_x;
}

double Zipf::Inverse(double area) const {
  // Rounding may push the argument of log1p below -1 at the far end of a steep distribution.
  const double scaled = std::max(area * (1 - theta_), -1.0);
  return std::exp(LogRatio(scaled) * area);
}

}  // namespace flexstock::loadgen
