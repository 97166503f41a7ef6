#include "tools/loadgen/scenario/scenario_catalogue.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/loadgen/chi_square.h"
#include "tests/model/seed.h"

namespace flexstock::loadgen {
namespace {

Scenario Shelf() {
  Scenario scenario;
  scenario.catalogue.products = 20'000;
  scenario.catalogue.members = 7;
  scenario.catalogue.stock = Distribution::Uniform(0, 100);
  scenario.catalogue.inactive = 0.5;
  scenario.catalogue.classes = {{.share = 0.2, .policy = {.order_limit = 2}},
                                {.share = 0.1, .policy = {.order_limit = 3}}};
  scenario.catalogue.policy.order_limit = 4;
  return scenario;
}

bool Same(const Catalogue::Product& a, const Catalogue::Product& b) {
  return a.id == b.id && a.stock == b.stock && a.member == b.member && a.policy == b.policy;
}

TEST(ScenarioCatalogueTest, ProductsAreNumberedSharedOutAndStockedAsTheScenarioSays) {
  for (const std::uint64_t seed : model::Seeds(1, 3)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    const Catalogue catalogue = BuildCatalogue(Shelf(), seed);
    ASSERT_EQ(catalogue.products().size(), 20'000u);
    std::vector<std::uint64_t> stocked(2);
    std::map<std::uint32_t, std::uint64_t> policies;
    for (std::size_t i = 0; i < 20'000; ++i) {
      const Catalogue::Product& product = catalogue.products()[i];
      EXPECT_EQ(product.id, ProductId{static_cast<std::int64_t>(i) + 1});
      EXPECT_EQ(product.member, MemberId{static_cast<std::int64_t>(i % 7) + 1});
      EXPECT_LE(product.stock, 100);
      ++stocked[product.stock > 0];
      ++policies[product.policy];
    }
    ASSERT_EQ(policies.size(), 3u);
    std::vector<std::uint64_t> counts;
    for (const auto& [policy, count] : policies) counts.push_back(count);
    for (const ChiSquare& test : {Pearson(stocked, {0.5, 0.5}), Pearson(counts, {0.7, 0.2, 0.1})}) {
      EXPECT_LT(test.statistic, test.critical);
    }
  }
}

TEST(ScenarioCatalogueTest, TheEngineSellsByTheClassesPolicies) {
  Scenario scenario = Shelf();
  scenario.catalogue.products = 300;
  scenario.catalogue.stock = Distribution::Fixed(10);
  scenario.catalogue.inactive = 0;
  const Catalogue catalogue = BuildCatalogue(scenario, 1);
  const auto [engine, problem] = Engine::Open({});
  ASSERT_NE(engine, nullptr) << problem;
  ASSERT_EQ(catalogue.PutInto(*engine), "");
  std::map<int, int> limits;
  for (const Catalogue::Product& product : catalogue.products()) {
    int limit = 10;
    while (limit > 0 && !engine->Place({.product = product.id, .customer = CustomerId{1}, .qty = limit}).ok()) --limit;
    ++limits[limit];
    ProductView view;
    ASSERT_EQ(engine->Find(product.id, &view), Code::kOk);
    EXPECT_EQ(view.member, product.member);
    EXPECT_EQ(view.supplied, 10);
  }
  EXPECT_EQ(limits.size(), 3u);
  EXPECT_NEAR(limits[2], 60, 30);
  EXPECT_NEAR(limits[3], 30, 20);
  EXPECT_TRUE(engine->Audit().ok());
}

TEST(ScenarioCatalogueTest, ChangingOneShareMovesNoOtherChoice) {
  Scenario changed = Shelf();
  changed.catalogue.inactive = 0.9;
  const Catalogue a = BuildCatalogue(Shelf(), 1), b = BuildCatalogue(changed, 1);
  int emptied = 0;
  for (std::size_t i = 0; i < a.products().size(); ++i) {
    EXPECT_EQ(a.products()[i].policy, b.products()[i].policy);
    if (b.products()[i].stock != 0) {
      EXPECT_EQ(a.products()[i].stock, b.products()[i].stock);
    }
    emptied += a.products()[i].stock != b.products()[i].stock ? 1 : 0;
  }
  EXPECT_GT(emptied, 7'000);
}

TEST(ScenarioCatalogueTest, ATracesProductsBeginWithTheirShareOfTheDemand) {
  Scenario scenario;
  scenario.trace.emplace();
  scenario.trace->trace.products = {{ProductId{70}, 20}, {ProductId{80}, 5}};
  scenario.trace->stock = {.share = 0.5};
  scenario.catalogue.products = 2;
  scenario.catalogue.members = 1;
  const Catalogue catalogue = BuildCatalogue(scenario, 1);
  ASSERT_EQ(catalogue.products().size(), 2u);
  EXPECT_EQ(catalogue.products()[0].id, ProductId{70});
  EXPECT_EQ(catalogue.products()[0].stock, 10);
  EXPECT_EQ(catalogue.products()[1].stock, 3);
  EXPECT_EQ(catalogue.products()[1].member, MemberId{1});
}

TEST(ScenarioCatalogueTest, OneSeedGivesOneCatalogue) {
  const auto products = [](std::uint64_t seed) { return BuildCatalogue(Shelf(), seed).products(); };
  EXPECT_TRUE(std::ranges::equal(products(1), products(1), Same));
  EXPECT_FALSE(std::ranges::equal(products(1), products(2), Same));
}

}  // namespace
}  // namespace flexstock::loadgen
