// Do the ready-made tables give back what they were measured from? The data's own distributions, written beside the
// tables by tools/datasets/measure_online_retail.py, are what draws are compared with; the tables are fits with far
// fewer knots.
//
// Level: a sample of kSampleSize from the data themselves would fail once in 10 000 times. The fits are off by up to
// 0.002, which leaves the rest of the critical distance of 0.007 to chance.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/loadgen/sampled.h"
#include "tests/model/seed.h"
#include "tools/loadgen/scenario/popularity.h"
#include "tools/loadgen/scenario/scenario_reader.h"

namespace flexstock::loadgen {
namespace {

constexpr std::size_t kSampleSize = 100'000;

// [value, share of all that are at most so large]
std::vector<std::pair<double, double>> Source(const std::string& name) {
  std::ifstream file(std::string(MEASURED) + "/" + name + ".json");
  EXPECT_TRUE(file) << name;
  return nlohmann::json::parse(file).at("table").get<std::vector<std::pair<double, double>>>();
}

double Distance(const Sampled& sampled, const std::vector<std::pair<double, double>>& source, double factor = 1) {
  double distance = 0;
  for (const auto& [value, share] : source) {
    distance = std::max(distance, std::abs(sampled.ShareUpTo(std::floor(value * factor)) - share));
  }
  return distance;
}

Scenario ReadyMade(const std::string& name) {
  const auto [scenario, problem] = ReadScenario(std::string(SCENARIOS) + "/" + name + ".json");
  EXPECT_EQ(problem, "");
  return scenario;
}

TEST(MeasuredTest, UnitsOfALineAreTheSources) {
  const auto source = Source("units_per_line");
  ASSERT_GT(source.size(), 200u);
  const Distribution units = ReadyMade("sale-day").baskets.units;
  for (const std::uint64_t seed : model::Seeds(1, 5)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Rng rng(seed, 0);
    const Sampled sampled(kSampleSize, [&] { return units.Whole(rng, 1, kQtyMax); });
    EXPECT_LT(Distance(sampled, source), sampled.Critical());
    EXPECT_GT(Distance(sampled, source, 1.1), sampled.Critical()) << "a tenth more units would pass";
  }
}

TEST(MeasuredTest, LinesOfAnOrderAreTheSources) {
  const auto source = Source("lines_per_order");
  ASSERT_GT(source.size(), 200u);
  const Distribution lines = ReadyMade("marketplace").baskets.lines;
  for (const std::uint64_t seed : model::Seeds(1, 5)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Rng rng(seed, 0);
    const Sampled sampled(kSampleSize, [&] { return lines.Whole(rng, 1, 10'000); });
    EXPECT_LT(Distance(sampled, source), sampled.Critical());
    EXPECT_GT(Distance(sampled, source, 1.1), sampled.Critical()) << "a tenth more lines would pass";
    EXPECT_GT(Distance(sampled, Source("units_per_line")), sampled.Critical()) << "another table would pass";
  }
}

TEST(MeasuredTest, ProductsAreWantedAsInTheSource) {
  const auto source = Source("product_ranks");
  ASSERT_GT(source.size(), 100u);
  const Scenario scenario = ReadyMade("sale-day");
  ASSERT_EQ(source.back().first, scenario.catalogue.products);
  const auto products = std::get<AliasTable>(PopularityOf(scenario));
  const Zipf zipf(scenario.catalogue.products, 0.6);
  for (const std::uint64_t seed : model::Seeds(1, 5)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Rng rng(seed, 0);
    const Sampled sampled(kSampleSize, [&] { return products(rng) + 1; });
    EXPECT_LT(Distance(sampled, source), sampled.Critical());
    const Sampled by_zipf(kSampleSize, [&] { return zipf(rng); });
    EXPECT_GT(Distance(by_zipf, source), by_zipf.Critical()) << "Zipf's law would pass";
  }
}

}  // namespace
}  // namespace flexstock::loadgen
