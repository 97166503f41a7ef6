#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/loadgen/chi_square.h"
#include "tests/model/seed.h"
#include "tools/loadgen/scenario/arrivals.h"

namespace flexstock::loadgen {
namespace {

template <class Course>
Phase PhaseOf(double seconds, Course course) {
  return {.name = "", .seconds = seconds, .course = std::move(course)};
}

Scenario ScenarioOf(std::vector<Phase> phases, double total = 0) {
  Scenario scenario;
  scenario.arrivals = {.total = total, .phases = std::move(phases)};
  return scenario;
}

std::vector<std::uint64_t> All(const Scenario& scenario, std::uint64_t seed, double rate_scale = 1) {
  Arrivals arrivals(scenario, seed, rate_scale);
  std::vector<std::uint64_t> all;
  for (std::uint64_t at_ns = 0; arrivals.Next(&at_ns);) all.push_back(at_ns);
  std::uint64_t none = 0;
  EXPECT_FALSE(arrivals.Next(&none)) << "nobody comes after the end";
  return all;
}

// How many arrived in each of so many even parts of the run.
std::vector<std::uint64_t> Counts(const std::vector<std::uint64_t>& arrivals, double seconds, std::size_t parts) {
  std::vector<std::uint64_t> counts(parts);
  for (const std::uint64_t at_ns : arrivals) {
    ++counts.at(static_cast<std::size_t>(static_cast<double>(at_ns) / 1e9 / seconds * static_cast<double>(parts)));
  }
  return counts;
}

const BurstyRate kBursty = {
    .rate = 200, .sources = 50, .on = {.min_s = 1, .shape = 1.4}, .off = {.min_s = 3, .shape = 1.4}};

// Rates whose integral is written down here once more, by hand.
struct Known {
  const char* name;
  Phase phase;
  double (*rate)(double s);
};

std::vector<Known> AllKnown() {
  return {
      {"steady", PhaseOf(100, SteadyRate{.rate = 500}), [](double) { return 500.0; }},
      {"up", PhaseOf(100, RampRate{.from = 0, .to = 1'000}), [](double s) { return 10 * s; }},
      {"down", PhaseOf(100, RampRate{.from = 1'000, .to = 0}), [](double s) { return 1'000 - 10 * s; }},
      {"spike", PhaseOf(100, SpikeRate{.base = 50, .peak = 5'000, .decay_s = 10}),
       [](double s) { return 50 + 4'950 * std::exp(-s / 10); }},
      {"dip", PhaseOf(100, SpikeRate{.base = 800, .peak = 10, .decay_s = 30}),
       [](double s) { return 800 - 790 * std::exp(-s / 30); }},
      {"day", PhaseOf(100, DiurnalRate{.rate = 500, .weights = {1, 3, 0, 4}}),
       [](double s) {
         if (s < 25) return 250 * (1 + s / 12.5);
         if (s < 50) return 250 * (3 - 3 * (s - 25) / 25);
         return s < 75 ? 250 * 4 * (s - 50) / 25 : 250 * (4 - 3 * (s - 75) / 25);
       }},
  };
}

// The exact shares of 40 even parts, by Simpson's rule.
std::vector<double> Shares(const Known& known, double* total) {
  constexpr int kParts = 40, kSteps = 50;
  std::vector<double> shares(kParts);
  const double part_s = known.phase.seconds / kParts, step_s = part_s / kSteps;
  for (int i = 0; i < kParts * kSteps; ++i) {
    const double s = i * step_s;
    shares[static_cast<std::size_t>(i / kSteps)] +=
        (known.rate(s) + 4 * known.rate(s + step_s / 2) + known.rate(s + step_s)) * step_s / 6;
  }
  *total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= *total;
  return shares;
}

TEST(ArrivalsTest, ComeAsOftenAndWhenTheRateSays) {
  for (const Known& known : AllKnown()) {
    double total = 0;
    const std::vector<double> shares = Shares(known, &total);
    EXPECT_NEAR(ExpectedArrivals(known.phase), total, 1e-6 * total) << known.name;
    for (const std::uint64_t seed : model::Seeds(1, 5)) {
      SCOPED_TRACE(testing::Message() << known.name << ", FLEXSTOCK_SEED=" << seed);
      const auto arrivals = All(ScenarioOf({known.phase}), seed);
      EXPECT_TRUE(std::ranges::is_sorted(arrivals));
      EXPECT_NEAR(static_cast<double>(arrivals.size()), total, 3.9 * std::sqrt(total));  // once in 10 000 times
      const ChiSquare test = Pearson(Counts(arrivals, known.phase.seconds, 40), shares);
      EXPECT_LT(test.statistic, test.critical);
    }
  }
}

TEST(ArrivalsTest, TheChiSquareTellsOneCourseFromAnother) {
  const std::vector<Known> all = AllKnown();
  for (const Known& drawn : all) {
    const auto counts = Counts(All(ScenarioOf({drawn.phase}), 1), 100, 40);
    for (const Known& other : all) {
      double total = 0;
      const ChiSquare test = Pearson(counts, Shares(other, &total));
      if (&other != &drawn) {
        EXPECT_GT(test.statistic, test.critical) << drawn.name << " for " << other.name;
      }
    }
  }
}

// Variance over mean of the counts in windows, times the windows less one, is chi-square for a Poisson process.
double Dispersion(const std::vector<std::uint64_t>& counts) {
  const double mean = std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  double sum = 0;
  for (const std::uint64_t count : counts)
    sum += (static_cast<double>(count) - mean) * (static_cast<double>(count) - mean);
  return sum / mean;
}

TEST(ArrivalsTest, SteadyOnesAreAPoissonProcess) {
  const Scenario scenario = ScenarioOf({PhaseOf(2'000, SteadyRate{.rate = 100})});
  for (const std::uint64_t seed : model::Seeds(1, 3)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    const auto arrivals = All(scenario, seed);
    for (const std::size_t windows : {20'000u, 2'000u, 200u}) {
      const double statistic = Dispersion(Counts(arrivals, 2'000, windows));
      const auto freedom = static_cast<double>(windows - 1);
      EXPECT_LT(statistic, ChiSquareCritical(freedom)) << windows;
      EXPECT_GT(statistic, 2 * freedom - ChiSquareCritical(freedom)) << windows;  // as far below, nearly
    }
  }
}

// 1 + half the slope of the variance-time plot: the variance of the windows' means over the windows' length.
double Hurst(const std::vector<std::uint64_t>& arrivals, double seconds) {
  double x_sum = 0, y_sum = 0, xx_sum = 0, xy_sum = 0, n = 0;
  for (double length_s = 1; length_s <= 64; length_s *= 2) {
    const auto windows = static_cast<std::size_t>(seconds / length_s);
    const auto counts = Counts(arrivals, seconds, windows);
    const double mean = static_cast<double>(arrivals.size()) / static_cast<double>(windows);
    const double variance = Dispersion(counts) * mean / static_cast<double>(windows - 1);
    const double x = std::log(length_s), y = std::log(variance / (length_s * length_s));
    x_sum += x, y_sum += y, xx_sum += x * x, xy_sum += x * y, ++n;
  }
  return 1 + (n * xy_sum - x_sum * y_sum) / (n * xx_sum - x_sum * x_sum) / 2;
}

TEST(ArrivalsTest, BurstsLookAlikeAtEveryScaleAndPoissonArrivalsDoNot) {
  constexpr double kSeconds = 16'384;
  const Scenario bursty = ScenarioOf({PhaseOf(kSeconds, kBursty)});
  const Scenario steady = ScenarioOf({PhaseOf(kSeconds, SteadyRate{.rate = 50})});
  for (const std::uint64_t seed : model::Seeds(1, 5)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    EXPECT_GT(Hurst(All(bursty, seed), kSeconds), 0.7);
    EXPECT_NEAR(Hurst(All(steady, seed), kSeconds), 0.5, 0.05);
  }
}

TEST(ArrivalsTest, BurstsHaveTheirRateFromTheFirstSecondOn) {
  // 4000 short runs together: bursts of one run are too long for their mean to settle.
  double first = 0, last = 0;
  const Scenario scenario = ScenarioOf({PhaseOf(10, kBursty)});
  for (const std::uint64_t seed : model::Seeds(1, 4'000)) {
    const auto counts = Counts(All(scenario, seed), 10, 10);
    first += static_cast<double>(counts.front()) / 4'000;
    last += static_cast<double>(counts.back()) / 4'000;
  }
  // The count of a second has a standard deviation below 35, so the mean of 4000 one below 0.56.
  EXPECT_NEAR(first, 200, 3.9 * 0.56);
  EXPECT_NEAR(last, 200, 3.9 * 0.56);
}

TEST(ArrivalsTest, ARecordedSecondGetsBackWhatWasCountedInIt) {
  const std::vector<std::uint32_t> counts = {3, 0, 0, 7, 1, 0, 250, 2};
  const Scenario scenario = ScenarioOf({PhaseOf(8, RecordedRate{.counts = counts})});
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    const auto played = Counts(All(scenario, seed), 8, 8);
    EXPECT_EQ(std::vector<std::uint32_t>(played.begin(), played.end()), counts) << "FLEXSTOCK_SEED=" << seed;
  }
}

TEST(ArrivalsTest, ARecordedSeriesPlayedFasterOrDenserKeepsItsShape) {
  const std::vector<std::uint32_t> counts = {3, 0, 7, 1};
  const Scenario scenario = ScenarioOf({PhaseOf(0.4, RecordedRate{.counts = counts, .rate = 1'000})});
  const auto played = Counts(All(scenario, 1), 0.4, 4);
  EXPECT_NEAR(static_cast<double>(played[0]), 400 * 3 / 11.0, 1);
  EXPECT_EQ(played[1], 0u);
  EXPECT_NEAR(static_cast<double>(played[2]), 400 * 7 / 11.0, 1);
  EXPECT_NEAR(static_cast<double>(played[3]), 400 * 1 / 11.0, 1);
}

TEST(ArrivalsTest, PhasesFollowEachOtherAndAPauseIsQuiet) {
  const Scenario scenario = ScenarioOf({PhaseOf(10, SteadyRate{.rate = 100}), PhaseOf(10, SteadyRate{.rate = 0}),
                                        PhaseOf(10, RampRate{.from = 0, .to = 100})});
  const auto counts = Counts(All(scenario, 1), 30, 3);
  EXPECT_NEAR(static_cast<double>(counts[0]), 1'000, 3.9 * std::sqrt(1'000));
  EXPECT_EQ(counts[1], 0u);
  EXPECT_NEAR(static_cast<double>(counts[2]), 500, 3.9 * std::sqrt(500));
  EXPECT_EQ(ExpectedArrivals(scenario), 1'500);
  EXPECT_EQ(scenario.seconds(), 30);
}

TEST(ArrivalsTest, APhaseThatChangesDoesNotShiftTheNext) {
  const auto later = [](double first_rate) {
    std::vector<std::uint64_t> arrivals =
        All(ScenarioOf({PhaseOf(10, SteadyRate{.rate = first_rate}), PhaseOf(10, SteadyRate{.rate = 100})}), 1);
    std::erase_if(arrivals, [](std::uint64_t at_ns) { return at_ns < 10'000'000'000; });
    return arrivals;
  };
  EXPECT_GT(later(5).size(), 800u);
  EXPECT_EQ(later(5), later(500));
}

TEST(ArrivalsTest, TotalAndScaleMultiplyEveryRate) {
  const std::vector<Phase> phases = {PhaseOf(10, SteadyRate{.rate = 1}),
                                     PhaseOf(10, SpikeRate{.base = 1, .peak = 5, .decay_s = 3}), PhaseOf(10, kBursty),
                                     PhaseOf(10, RecordedRate{.counts = {2, 5}})};
  const Scenario scenario = ScenarioOf(phases, 40'000);
  EXPECT_EQ(ExpectedArrivals(scenario), 40'000);
  const double as_written = ExpectedArrivals(ScenarioOf(phases));
  const auto counts = Counts(All(scenario, 1, 2), 40, 4);
  const auto expected = [&](std::size_t phase) { return ExpectedArrivals(phases[phase]) * 80'000 / as_written; };
  EXPECT_NEAR(static_cast<double>(counts[0]), expected(0), 3.9 * std::sqrt(expected(0)));
  EXPECT_NEAR(static_cast<double>(counts[1]), expected(1), 3.9 * std::sqrt(expected(1)));
  EXPECT_NEAR(static_cast<double>(counts[2]), expected(2), expected(2) / 2);  // bursts
  EXPECT_NEAR(static_cast<double>(counts[3]), expected(3), 1);
}

TEST(ArrivalsTest, ASeedGivesTheSameArrivalsAndAnotherSeedOthers) {
  std::vector<Phase> phases = {PhaseOf(5, kBursty), PhaseOf(5, RecordedRate{.counts = {20, 50}})};
  for (const Known& known : AllKnown()) phases.push_back(known.phase);
  const Scenario scenario = ScenarioOf(phases);
  EXPECT_EQ(All(scenario, 1), All(scenario, 1));
  EXPECT_NE(All(scenario, 1), All(scenario, 2));
}

}  // namespace
}  // namespace flexstock::loadgen
