#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>

#include "tests/loadgen/chi_square.h"
#include "tests/loadgen/sampled.h"
#include "tests/model/seed.h"
#include "tools/loadgen/scenario/distribution.h"
#include "tools/loadgen/scenario/normal_quantile.h"

namespace flexstock::loadgen {
namespace {

constexpr std::size_t kDraws = 200'000;

// The greatest distance between what is drawn and a distribution function, at a thousand places between two ends.
struct Continuous {
  const char* name;
  Distribution distribution;
  double from, to;
  std::function<double(double)> share_up_to;
};

double Distance(const Sampled& sampled, const Continuous& expected) {
  double distance = 0;
  for (int i = 0; i <= 1'000; ++i) {
    const double x = expected.from + (expected.to - expected.from) * i / 1'000;
    distance = std::max(distance, std::abs(sampled.ShareUpTo(x) - expected.share_up_to(x)));
  }
  return distance;
}

double Normal(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

const std::array kKnots = {Distribution::Knot{0, 1}, Distribution::Knot{0.1, 1}, Distribution::Knot{0.5, 4},
                           Distribution::Knot{1, 24}};

std::vector<Continuous> AllContinuous() {
  return {
      {"uniform", Distribution::Uniform(-2, 6), -3, 7, [](double x) { return std::clamp((x + 2) / 8, 0.0, 1.0); }},
      {"exponential", Distribution::Exponential(20), 0, 200, [](double x) { return 1 - std::exp(-x / 20); }},
      {"lognormal", Distribution::Lognormal(20, 1.5), 0.1, 500,
       [](double x) { return Normal(std::log(x / 20) / 1.5); }},
      {"pareto", Distribution::Pareto(2, 1.2, 1e9), 1, 100,
       [](double x) { return x < 2 ? 0 : 1 - std::pow(2 / x, 1.2); }},
      {"quantiles", Distribution::Quantiles(kKnots), 0, 25,
       [](double x) {
         if (x < 1) return 0.0;
         return x < 4 ? 0.1 + 0.4 * (x - 1) / 3 : std::min(0.5 + 0.5 * (x - 4) / 20, 1.0);
       }},
  };
}

TEST(DistributionTest, DrawsAreDistributedAsTheFormulaSays) {
  for (const Continuous& expected : AllContinuous()) {
    for (const std::uint64_t seed : model::Seeds(1, 3)) {
      SCOPED_TRACE(testing::Message() << expected.name << ", FLEXSTOCK_SEED=" << seed);
      Rng rng(seed, 0);
      const Sampled sampled(kDraws, [&] { return expected.distribution(rng); });
      EXPECT_LT(Distance(sampled, expected), sampled.Critical());
    }
  }
}

TEST(DistributionTest, TheDistanceTellsEachFromAllOthersAndFromNeighbours) {
  const std::vector<Continuous> all = AllContinuous();
  Rng rng(1, 0);
  for (const Continuous& drawn : all) {
    const Sampled sampled(kDraws, [&] { return drawn.distribution(rng); });
    for (const Continuous& other : all) {
      if (other.name != drawn.name) {
        EXPECT_GT(Distance(sampled, other), sampled.Critical()) << drawn.name << other.name;
      }
    }
  }
  const Sampled slightly(kDraws, [&] { return Distribution::Exponential(20.5)(rng); });
  EXPECT_GT(Distance(slightly, all[1]), slightly.Critical());
}

TEST(DistributionTest, FixedIsAlwaysTheSameAndDrawsNothing) {
  Rng rng(1, 0), untouched(1, 0);
  EXPECT_EQ(Distribution::Fixed(2.5)(rng), 2.5);
  EXPECT_EQ(Distribution()(rng), 0);
  EXPECT_EQ(rng.Next(), untouched.Next());
}

TEST(DistributionTest, EachDrawTakesOneNumber) {
  std::vector<Continuous> all = AllContinuous();
  const std::array weights = {Distribution::Weight{1, 1}, Distribution::Weight{5, 2}};
  all.push_back({"weights", Distribution::Weights(weights), 0, 0, {}});
  for (const Continuous& one : all) {
    Rng rng(7, 0), beside(7, 0);
    one.distribution(rng);
    beside.Next();
    EXPECT_EQ(rng.Next(), beside.Next()) << one.name;
  }
}

TEST(DistributionTest, WholeQuantilesAreExactAtEachKnotAndEvenBetween) {
  const std::array knots = {Distribution::Knot{0, 0}, Distribution::Knot{0.3, 1}, Distribution::Knot{0.4, 11},
                            Distribution::Knot{0.9, 12}, Distribution::Knot{1, 32}};
  std::vector<double> probabilities = {0.3};  // of 1
  probabilities.insert(probabilities.end(), 10, 0.01);
  probabilities.push_back(0.5);
  probabilities.insert(probabilities.end(), 20, 0.005);
  const Distribution distribution = Distribution::Quantiles(knots);
  for (const std::uint64_t seed : model::Seeds(1, 3)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Rng rng(seed, 0);
    std::vector<std::uint64_t> drawn(probabilities.size());
    for (std::size_t i = 0; i < kDraws; ++i) ++drawn.at(static_cast<std::size_t>(distribution.Whole(rng, 1, 100)) - 1);
    const ChiSquare test = Pearson(drawn, probabilities);
    EXPECT_LT(test.statistic, test.critical);
    // A knot moved by a hundredth is told.
    probabilities[0] = 0.31, probabilities[11] = 0.49;
    const ChiSquare wrong = Pearson(drawn, probabilities);
    EXPECT_GT(wrong.statistic, wrong.critical);
    probabilities[0] = 0.3, probabilities[11] = 0.5;
  }
}

TEST(DistributionTest, QuantilesWithManyKnotsInOneGuideAreFound) {
  std::vector<Distribution::Knot> knots = {{0, 0}};
  for (int i = 1; i < 1'000; ++i) knots.push_back({i * 1e-6, static_cast<double>(i)});
  knots.push_back({1, 1'000});
  Rng rng(1, 0);
  const Sampled sampled(1'000'000,
                        [rng, distribution = Distribution::Quantiles(knots)]() mutable { return distribution(rng); });
  EXPECT_NEAR(sampled.ShareUpTo(999) * 1e6, 999, 4 * std::sqrt(999));
  EXPECT_NEAR(sampled.ShareUpTo(500) * 1e6, 500, 4 * std::sqrt(500));
  EXPECT_EQ(sampled.ShareUpTo(1'000), 1);
}

TEST(DistributionTest, WholeNumbersStayWithinTheirBounds) {
  Rng rng(1, 0);
  const Distribution wide = Distribution::Lognormal(10, 3);
  bool lowest = false, highest = false;
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t drawn = wide.Whole(rng, 3, 20);
    ASSERT_GE(drawn, 3);
    ASSERT_LE(drawn, 20);
    lowest |= drawn == 3;
    highest |= drawn == 20;
  }
  EXPECT_TRUE(lowest && highest);
  EXPECT_EQ(Distribution::Fixed(1e300).Whole(rng, 0, 1'000'000'000'000), 1'000'000'000'000);
  EXPECT_EQ(Distribution::Pareto(1, 0.01, 50)(rng) <= 50, true);
}

TEST(NormalQuantileTest, IsTheInverseOfTheDistributionFunction) {
  EXPECT_EQ(NormalQuantile(0.5), 0);
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-14);
  for (const double p : {1e-300, 1e-20, 1e-12, 1e-6, 0.001, 0.01, 0.07, 0.075, 0.08, 0.2, 0.4, 0.49}) {
    EXPECT_NEAR(Normal(NormalQuantile(p)) / p, 1, 1e-11) << p;
    if (p > 1e-12) {
      EXPECT_NEAR(NormalQuantile(1 - p), -NormalQuantile(p), 1e-3 * p + 1e-4) << p;
    }
  }
}

TEST(AliasTableTest, DrawsEachThingAsOftenAsItsWeightSays) {
  std::vector<std::vector<double>> tables = {{1}, {1, 1}, {3, 1}, {0, 1, 0, 5, 0}, {1e-9, 1}, {7, 7, 7, 7, 7, 7, 7}};
  std::vector<double>& steep = tables.emplace_back();
  for (int i = 1; i <= 5'000; ++i) steep.push_back(1 / std::pow(i, 1.1));
  for (const std::vector<double>& weights : tables) {
    double sum = 0;
    for (const double weight : weights) sum += weight;
    std::vector<double> probabilities;
    for (const double weight : weights) probabilities.push_back(weight / sum);
    const AliasTable table(weights);
    for (const std::uint64_t seed : model::Seeds(1, 2)) {
      SCOPED_TRACE(testing::Message() << weights.size() << " things, FLEXSTOCK_SEED=" << seed);
      Rng rng(seed, 0);
      std::vector<std::uint64_t> drawn(weights.size());
      for (int i = 0; i < 1'000'000; ++i) ++drawn.at(table(rng));
      for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] == 0) {
          EXPECT_EQ(drawn[i], 0u);
        }
      }
      const ChiSquare test = Pearson(drawn, probabilities);
      EXPECT_LT(test.statistic, test.critical);
    }
  }
}

TEST(AliasTableTest, TheChiSquareTellsAWeightThatIsOffByAHundredth) {
  const std::array weights = {1.0, 2.0, 3.0};
  const AliasTable table(weights);
  Rng rng(1, 0);
  std::vector<std::uint64_t> drawn(3);
  for (int i = 0; i < 1'000'000; ++i) ++drawn.at(table(rng));
  const ChiSquare test = Pearson(drawn, {1 / 6.0, 2.02 / 6, 2.98 / 6});
  EXPECT_GT(test.statistic, test.critical);
}

// One step whatever n is: what is counted are random numbers, because time is not a fact.
TEST(AliasTableTest, OneDrawTakesOneNumberFromAnyTable) {
  for (const std::size_t n : {1u, 10u, 1'000'000u}) {
    const std::vector<double> weights(n, 1.0);
    const AliasTable table(weights);
    Rng rng(3, 0), beside(3, 0);
    for (int i = 0; i < 100; ++i) {
      EXPECT_LT(table(rng), n);
      beside.Next();
    }
    EXPECT_EQ(rng.Next(), beside.Next());
  }
}

TEST(DistributionTest, ASeedMeansTheSameDrawsForEver) {
  const std::array weights = {Distribution::Weight{1, 1}, Distribution::Weight{5, 2}, Distribution::Weight{9, 3}};
  Rng rng(1, 2);
  EXPECT_EQ(Distribution::Uniform(0, 1)(rng), 0x1.71fa73eb1acc1p-1);
  EXPECT_EQ(Distribution::Quantiles(kKnots)(rng), 0x1.6849c831e7b1dp+4);
  EXPECT_EQ(Distribution::Weights(weights)(rng), 9);
}

}  // namespace
}  // namespace flexstock::loadgen
