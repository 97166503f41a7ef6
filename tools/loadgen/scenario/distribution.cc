#include "tools/loadgen/scenario/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "tools/loadgen/scenario/normal_quantile.h"

namespace flexstock::loadgen {
namespace {

constexpr std::size_t kGuides = 256;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

double Distribution::Curve::At(double share) const {
  std::size_t i = guide[static_cast<std::size_t>(share * static_cast<double>(kGuides))];
  while (share > knots[i + 1].share) ++i;
  return std::min(knots[i].value + (share - knots[i].share) * slopes[i], knots[i + 1].value);
}

Distribution Distribution::Fixed(double value) { return Distribution(FixedAt{value}); }
Distribution Distribution::Uniform(double min, double max) { return Distribution(Between{min, max}); }
Distribution Distribution::Exponential(double mean) { return Distribution(WithMean{mean}); }
Distribution Distribution::Lognormal(double median, double sigma) { return Distribution(LogOf{median, sigma}); }
Distribution Distribution::Pareto(double min, double shape, double max) {
  return Distribution(PowerTail{min, 1 / shape, max});
}

Distribution Distribution::Quantiles(std::span<const Knot> knots) {
  auto curve = std::make_shared<Curve>();
  curve->knots.assign(knots.begin(), knots.end());
  for (std::size_t i = 0; i + 1 < knots.size(); ++i) {
    curve->slopes.push_back((knots[i + 1].value - knots[i].value) / (knots[i + 1].share - knots[i].share));
  }
  std::uint32_t segment = 0;
  for (std::size_t part = 0; part < kGuides; ++part) {
    while (knots[segment + 1].share < static_cast<double>(part) / static_cast<double>(kGuides)) ++segment;
    curve->guide.push_back(segment);
  }
  return Distribution(std::shared_ptr<const Curve>(std::move(curve)));
}

Distribution Distribution::Weights(std::span<const Weight> weights) {
  std::vector<double> values, shares;
  for (const Weight& weight : weights) {
    values.push_back(weight.value);
    shares.push_back(weight.weight);
  }
  return Distribution(std::make_shared<const Measured>(Measured{std::move(values), AliasTable(shares)}));
}

double Distribution::operator()(Rng& rng) const {
  return std::visit(
      Overloaded{
          [](const FixedAt& fixed) { return fixed.value; },
          [&](const Between& between) { return between.min + rng.Unit() * (between.max - between.min); },
          [&](const WithMean& with) { return -with.mean * std::log1p(-rng.Unit()); },
          // Unit() is a step of 2^-53 too low on average: its middle keeps the normal quantile finite.
          [&](const LogOf& log) { return log.median * std::exp(log.sigma * NormalQuantile(rng.Unit() + 0x1.0p-54)); },
          [&](const PowerTail& tail) {
            return std::min(tail.min * std::pow(1 - rng.Unit(), -tail.inverse_shape), tail.max);
          },
          [&](const std::shared_ptr<const Curve>& curve) { return curve->At(rng.Unit()); },
          [&](const std::shared_ptr<const Measured>& measured) { return measured->values[measured->table(rng)]; },
      },
      shape_);
}

std::int64_t Distribution::Whole(Rng& rng, std::int64_t min, std::int64_t max) const {
  const double drawn = std::ceil((*this)(rng));
  return static_cast<std::int64_t>(std::clamp(drawn, static_cast<double>(min), static_cast<double>(max)));
}

double Distribution::min() const {
  return std::visit(
      Overloaded{
          [](const FixedAt& fixed) { return fixed.value; },
          [](const Between& between) { return between.min; },
          [](const WithMean&) { return 0.0; },
          [](const LogOf&) { return 0.0; },
          [](const PowerTail& tail) { return tail.min; },
          [](const std::shared_ptr<const Curve>& curve) { return curve->knots.front().value; },
          [](const std::shared_ptr<const Measured>& measured) { return std::ranges::min(measured->values); },
      },
      shape_);
}

double Distribution::max() const {
  constexpr double kUnbounded = std::numeric_limits<double>::infinity();
  return std::visit(
      Overloaded{
          [](const FixedAt& fixed) { return fixed.value; },
          [](const Between& between) { return between.max; },
          [](const WithMean&) { return kUnbounded; },
          [](const LogOf&) { return kUnbounded; },
          [](const PowerTail& tail) { return tail.max; },
          [](const std::shared_ptr<const Curve>& curve) { return curve->knots.back().value; },
          [](const std::shared_ptr<const Measured>& measured) { return std::ranges::max(measured->values); },
      },
      shape_);
}

}  // namespace flexstock::loadgen
