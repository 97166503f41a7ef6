// Distribution: a quantity that is drawn anew each time: how long a customer takes to pay, how many units are ordered.
//
//   Fixed        always the same
//   Uniform      evenly between two bounds
//   Exponential  by its mean
//   Lognormal    by its median and the standard deviation of its logarithm
//   Pareto       by its least value and its shape; cut at a most, so that one draw cannot outlast a run
//   Quantiles    measured: the piecewise linear curve through (share of draws at most so large, value)
//   Weights      measured: some values, each as likely as its weight says
//
// Whole numbers  Whole() rounds up. So a table of quantiles whose knots are whole is exact at each of them: as many
//                draws are at most the knot's value as the knot says, and those between two knots are spread evenly
//                over the whole numbers that end with the upper one.
// Randomness     One draw takes one number of the Rng (Fixed none), which is the only source. Fixed, Uniform, Quantiles
//                and Weights use nothing but sums, products and quotients, which IEEE 754 fixes to the bit (where the
//                compiler contracts none into fused ones: x86-64 has none unless asked for). Exponential, Lognormal and
//                Pareto call log, exp and pow of the C library, whose last bit may differ between libraries.
// Cost           O(1): quantiles are found through a guide table (Chen & Asau 1974), weights through an alias table.
// Threads        None may write; any may draw, each with its own Rng.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "tools/loadgen/rng.h"
#include "tools/loadgen/scenario/alias_table.h"

namespace flexstock::loadgen {

class Distribution {
 public:
  // `share` of all draws are at most `value`.
  struct Knot {
    double share;
    double value;
  };
  struct Weight {
    double value;
    double weight;
  };

  Distribution() : shape_(FixedAt{0}) {}

  static Distribution Fixed(double value);
  // min <= max.
  static Distribution Uniform(double min, double max);
  // mean >= 0.
  static Distribution Exponential(double mean);
  // median > 0, sigma >= 0.
  static Distribution Lognormal(double median, double sigma);
  // 0 < min <= max, shape > 0. What is above max is drawn as max.
  static Distribution Pareto(double min, double shape, double max);
  // At least two; shares from exactly 0 to exactly 1, rising strictly; values never fall.
  static Distribution Quantiles(std::span<const Knot> knots);
  // At least one; weights >= 0, one of them > 0.
  static Distribution Weights(std::span<const Weight> weights);

  double operator()(Rng& rng) const;
  // Rounded up, and moved to the nearer bound where it lies outside.
  std::int64_t Whole(Rng& rng, std::int64_t min, std::int64_t max) const;

  // No draw is below.
  [[nodiscard]] double min() const;
  // No draw is above; infinite for Exponential and Lognormal.
  [[nodiscard]] double max() const;

 private:
  struct FixedAt {
    double value;
  };
  struct Between {
    double min, max;
  };
  struct WithMean {
    double mean;
  };
  struct LogOf {
    double median, sigma;
  };
  struct PowerTail {
    double min, inverse_shape, max;
  };
  // The curve and, for each of kGuides even parts of [0, 1), the segment in which that part begins.
  struct Curve {
    std::vector<Knot> knots;
    std::vector<double> slopes;
    std::vector<std::uint32_t> guide;

    [[nodiscard]] double At(double share) const;
  };
  struct Measured {
    std::vector<double> values;
    AliasTable table;
  };
  // The tables are shared by copies: a scenario is copied more often than it is read.
  using Shape = std::variant<FixedAt, Between, WithMean, LogOf, PowerTail, std::shared_ptr<const Curve>,
                             std::shared_ptr<const Measured>>;

  explicit Distribution(Shape shape) : shape_(std::move(shape)) {}

  Shape shape_;
};

}  // namespace flexstock::loadgen
