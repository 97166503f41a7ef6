#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <tuple>

#include "tests/loadgen/chi_square.h"
#include "tests/model/seed.h"
#include "tools/loadgen/scenario/population.h"

namespace flexstock::loadgen {
namespace {

constexpr int kIntents = 200'000;

Scenario Shop() {
  Scenario scenario;
  scenario.catalogue.products = 10;
  scenario.catalogue.popularity = MeasuredPopularity{{{1, 0.4}, {2, 0.2}, {10, 0.01}}};
  const std::array lines = {Distribution::Weight{1, 3}, Distribution::Weight{4, 1}};
  const std::array units = {Distribution::Weight{1, 1}, Distribution::Weight{12, 1}};
  scenario.baskets.lines = Distribution::Weights(lines);
  scenario.baskets.units = Distribution::Weights(units);
  scenario.customers = {.count = 7,
                        .pay = 0.6,
                        .pay_after_s = Distribution::Fixed(2),
                        .cancel = 0.3,
                        .cancel_after_s = Distribution::Fixed(3),
                        .keyed = true,
                        .retry = 0.25,
                        .retry_after_s = Distribution::Fixed(0.5)};
  return scenario;
}

// Whole, as text, so that two can be compared and a failure is read.
std::string Text(const Intent& intent, bool with_fate = true) {
  std::string text = std::to_string(static_cast<std::int64_t>(intent.customer)) + (intent.keyed ? "k" : "-");
  for (const Intent::Line& line : intent.lines()) {
    text += " " + std::to_string(line.product) + "x" + std::to_string(line.qty);
  }
  if (with_fate) {
    text += " f" + std::to_string(static_cast<int>(intent.fate)) + "@" + std::to_string(intent.fate_after_ns) + "r" +
            std::to_string(intent.retry_after_ns);
  }
  return text;
}

std::vector<std::string> Texts(Population population, int intents, bool with_fate = true) {
  std::vector<std::string> texts;
  for (int i = 0; i < intents; ++i) texts.push_back(Text(population.Next(), with_fate));
  return texts;
}

TEST(PopulationTest, DrawsCustomersProductsLinesAndUnitsAsOftenAsTheScenarioSays) {
  const Scenario scenario = Shop();
  const std::vector<double> weights = RankWeights(std::get<MeasuredPopularity>(scenario.catalogue.popularity), 10);
  const double weight_sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<double> shares;
  for (const double weight : weights) shares.push_back(weight / weight_sum);
  for (const std::uint64_t seed : model::Seeds(1, 3)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Population population(scenario, seed);
    std::vector<std::uint64_t> customers(7), products(10), lines(2), units(2);
    for (int i = 0; i < kIntents; ++i) {
      const Intent intent = population.Next();
      EXPECT_EQ(intent.kind, IntentKind::kShopper);
      ++customers.at(static_cast<std::size_t>(intent.customer) - 1);
      ASSERT_TRUE(intent.line_count == 1 || intent.line_count == 4);
      ++lines[intent.line_count == 4];
      for (const Intent::Line& line : intent.lines()) {
        ++products.at(line.product);
        ASSERT_TRUE(line.qty == 1 || line.qty == 12);
        ++units[line.qty == 12];
      }
    }
    for (const ChiSquare& test : {Pearson(customers, std::vector<double>(7, 1 / 7.0)), Pearson(products, shares),
                                  Pearson(lines, {0.75, 0.25}), Pearson(units, {0.5, 0.5})}) {
      EXPECT_LT(test.statistic, test.critical);
    }
  }
}

TEST(PopulationTest, DrawsFatesAndRetriesAsOftenAsTheScenarioSays) {
  const Scenario scenario = Shop();
  for (const std::uint64_t seed : model::Seeds(1, 3)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Population population(scenario, seed);
    std::vector<std::uint64_t> fates(3), retries(2);
    for (int i = 0; i < kIntents; ++i) {
      const Intent intent = population.Next();
      EXPECT_TRUE(intent.keyed);
      ++fates[static_cast<std::size_t>(intent.fate)];
      ++retries[intent.retry_after_ns == kNeverNs ? 1 : 0];
      if (intent.retry_after_ns != kNeverNs) {
        EXPECT_EQ(intent.retry_after_ns, 500'000'000u);
      }
      const std::uint64_t after_ns[] = {2'000'000'000, 3'000'000'000, kNeverNs};
      EXPECT_EQ(intent.fate_after_ns, after_ns[static_cast<std::size_t>(intent.fate)]);
    }
    for (const ChiSquare& test : {Pearson(fates, {0.6, 0.3, 0.1}), Pearson(retries, {0.25, 0.75})}) {
      EXPECT_LT(test.statistic, test.critical);
    }
  }
}

TEST(PopulationTest, HoardersAndBotsComeForTheirShareAndDoWhatTheyDo) {
  Scenario scenario = Shop();
  scenario.hoarders = {.share = 0.1, .units = Distribution::Fixed(74'215), .cancel_after_s = Distribution::Fixed(960)};
  scenario.bots = {.share = 0.2, .accounts = 3, .units = Distribution::Fixed(2)};
  Population population(scenario, 1);
  std::vector<std::uint64_t> kinds(3);
  for (int i = 0; i < kIntents; ++i) {
    const Intent intent = population.Next();
    ++kinds[static_cast<std::size_t>(intent.kind)];
    const auto customer = static_cast<std::int64_t>(intent.customer);
    if (intent.kind == IntentKind::kBot) {
      ASSERT_EQ(intent.line_count, 1u);
      EXPECT_EQ(intent.lines()[0].product, 0u);
      EXPECT_EQ(intent.lines()[0].qty, 2);
      EXPECT_TRUE(customer >= kBotsBegin && customer < kBotsBegin + 3);
      continue;
    }
    EXPECT_TRUE(customer >= 1 && customer <= 7);
    if (intent.kind == IntentKind::kHoarder) {
      ASSERT_EQ(intent.line_count, 1u);
      EXPECT_EQ(intent.lines()[0].qty, 74'215);
      EXPECT_EQ(intent.fate, Fate::kCancel);
      EXPECT_EQ(intent.fate_after_ns, 960'000'000'000u);
    }
  }
  const ChiSquare test = Pearson(kinds, {0.7, 0.1, 0.2});
  EXPECT_LT(test.statistic, test.critical);
}

TEST(PopulationTest, OneSeedGivesTheSamePeopleAndAnotherSeedOrPartOthers) {
  const Scenario scenario = Shop();
  const auto first = Texts(Population(scenario, 1), 1'000);
  EXPECT_EQ(first, Texts(Population(scenario, 1), 1'000));
  EXPECT_NE(first, Texts(Population(scenario, 2), 1'000));
  EXPECT_NE(first, Texts(Population(scenario, 1, {.index = 1, .of = 2}), 1'000));
}

TEST(PopulationTest, HowCustomersPayDoesNotShiftWhatTheyOrder) {
  const Scenario scenario = Shop();
  Scenario other = Shop();
  other.customers.pay = 0.1;
  other.customers.retry = 0;
  other.customers.pay_after_s = Distribution::Exponential(5);
  EXPECT_EQ(Texts(Population(scenario, 1), 1'000, false), Texts(Population(other, 1), 1'000, false));
  EXPECT_NE(Texts(Population(scenario, 1), 1'000), Texts(Population(other, 1), 1'000));
}

Scenario TraceOf(bool carts) {
  Scenario scenario;
  TracePlan& plan = scenario.trace.emplace();
  plan.carts = carts;
  plan.trace.products = {{ProductId{70}, 20}, {ProductId{80}, 5}};
  const auto row = [](Millis at_ms, int customer, Units qty, std::uint32_t product) {
    return TraceRow{.at_ms = at_ms, .customer = CustomerId{customer}, .qty = qty, .product = product};
  };
  plan.trace.rows = {row(0, 1, 3, 0),      row(1, 1, 4, 1),       row(59'999, 1, 5, 0),
                     row(60'000, 1, 1, 0), row(60'001, 2, 12, 0), row(60'002, 1, 1, 1)};
  scenario.catalogue.products = 2;
  return scenario;
}

TEST(PopulationTest, ATraceIsTakenRowByRowAndThenAgain) {
  const Scenario scenario = TraceOf(false);
  const std::vector<std::string> rows = {"1- 0x3", "1- 1x4", "1- 0x5", "1- 0x1", "2- 0x12", "1- 1x1", "1- 0x3"};
  EXPECT_EQ(Texts(Population(scenario, 1), 7, false), rows);
}

TEST(PopulationTest, RowsOfOneCustomerWithinAMinuteAreOneCart) {
  const Scenario scenario = TraceOf(true);
  const std::vector<std::string> carts = {"1- 0x3 1x4 0x5", "1- 0x1", "2- 0x12", "1- 1x1", "1- 0x3 1x4 0x5"};
  EXPECT_EQ(Texts(Population(scenario, 1), 5, false), carts);
}

TEST(PopulationTest, PartsOfATraceShareItsCartsInTurn) {
  const Scenario scenario = TraceOf(true);
  const std::vector<std::string> first = {"1- 0x3 1x4 0x5", "2- 0x12", "1- 0x3 1x4 0x5"};
  const std::vector<std::string> second = {"1- 0x1", "1- 1x1", "1- 0x1"};
  EXPECT_EQ(Texts(Population(scenario, 1, {.index = 0, .of = 2}), 3, false), first);
  EXPECT_EQ(Texts(Population(scenario, 1, {.index = 1, .of = 2}), 3, false), second);
}

TEST(PopulationTest, ACartEndsAtSixtyFourLines) {
  Scenario scenario = TraceOf(true);
  scenario.trace->trace.rows.assign(65, {.at_ms = 0, .customer = CustomerId{1}, .qty = 1, .product = 0});
  Population population(scenario, 1);
  EXPECT_EQ(population.Next().line_count, kCartLinesMax);
  EXPECT_EQ(population.Next().line_count, 1u);
  EXPECT_EQ(population.Next().line_count, kCartLinesMax);
}

TEST(PopulationTest, LinesAndUnitsBeyondTheEnginesLimitsAreCutToThem) {
  Scenario scenario = Shop();
  scenario.baskets.lines = Distribution::Fixed(1'000);
  scenario.baskets.units = Distribution::Exponential(1e9);
  Population population(scenario, 1);
  for (int i = 0; i < 100; ++i) {
    const Intent intent = population.Next();
    ASSERT_EQ(intent.line_count, kCartLinesMax);
    for (const Intent::Line& line : intent.lines()) EXPECT_TRUE(line.qty >= 1 && line.qty <= kQtyMax);
  }
}

TEST(PopularityTest, WeightsGoThroughTheMeasuredSharesAndAlongPowerLaws) {
  const std::vector<double> weights = RankWeights({{{1, 0.4}, {4, 0.1}, {100, 0.05}}}, 6);
  EXPECT_EQ(weights[0], 0.4);
  EXPECT_NEAR(weights[1], 0.2, 1e-12);  // 0.4 / k
  EXPECT_NEAR(weights[2], 0.4 / 3, 1e-12);
  EXPECT_EQ(weights[3], 0.1);
  const double exponent = std::log(0.5) / std::log(25);
  EXPECT_NEAR(weights[5], 0.1 * std::pow(1.5, exponent), 1e-12);
}

TEST(PopularityTest, ATracesProductsAreHoardedAsOftenAsTheTraceWantsThem) {
  Scenario scenario = TraceOf(false);
  scenario.hoarders = {.share = 1, .units = Distribution::Fixed(9), .cancel_after_s = Distribution::Fixed(1)};
  Population population(scenario, 1);
  std::vector<std::uint64_t> products(2);
  for (int i = 0; i < kIntents; ++i) ++products.at(population.Next().lines()[0].product);
  const ChiSquare test = Pearson(products, {0.8, 0.2});
  EXPECT_LT(test.statistic, test.critical);
}

}  // namespace
}  // namespace flexstock::loadgen
