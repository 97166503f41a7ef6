#include <gtest/gtest.h>

#include "tests/loadgen/chi_square.h"
#include "tests/model/seed.h"
#include "tools/loadgen/scenario/members.h"

namespace flexstock::loadgen {
namespace {

Scenario Asked() {
  Scenario scenario;
  scenario.members.accept = 0.5;
  scenario.members.accept_part = 0.2;
  scenario.members.decline = 0.2;
  scenario.members.part = Distribution::Uniform(0, 1);
  scenario.members.answer_after_s = Distribution::Fixed(3);
  return scenario;
}

TEST(MembersTest, AnswerAsOftenAsTheScenarioSays) {
  const Scenario scenario = Asked();
  for (const std::uint64_t seed : model::Seeds(1, 3)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Members members(scenario, seed);
    std::vector<std::uint64_t> kinds(4), parts(9);
    for (int i = 0; i < 200'000; ++i) {
      const MemberAnswer answer = members.Answer(10);
      ++kinds[static_cast<std::size_t>(answer.kind)];
      EXPECT_EQ(answer.after_ns, answer.kind == MemberAnswer::Kind::kNoAnswer ? 0u : 3'000'000'000u);
      if (answer.kind == MemberAnswer::Kind::kAccept) {
        EXPECT_EQ(answer.qty, 10);
      }
      if (answer.kind == MemberAnswer::Kind::kAcceptPart) ++parts.at(static_cast<std::size_t>(answer.qty) - 1);
      if (answer.kind >= MemberAnswer::Kind::kDecline) {
        EXPECT_EQ(answer.qty, 0);
      }
    }
    const ChiSquare test = Pearson(kinds, {0.5, 0.2, 0.2, 0.1});
    EXPECT_LT(test.statistic, test.critical);
    // A part is less than all: what would be ten of ten is nine.
    const ChiSquare part_test = Pearson(parts, {.1, .1, .1, .1, .1, .1, .1, .1, .2});
    EXPECT_LT(part_test.statistic, part_test.critical);
  }
}

TEST(MembersTest, APartOfOneUnitIsThatUnit) {
  Scenario scenario = Asked();
  scenario.members.accept = 0, scenario.members.accept_part = 1, scenario.members.decline = 0;
  Members members(scenario, 1);
  const MemberAnswer one = members.Answer(1);
  EXPECT_EQ(one.kind, MemberAnswer::Kind::kAccept);
  EXPECT_EQ(one.qty, 1);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(members.Answer(2).qty, 1);
}

TEST(MembersTest, RestocksComeInOrderOfTimeToTheMostWantedProducts) {
  Scenario scenario = Asked();
  scenario.catalogue.products = 5;
  scenario.members.restocks = {{.at_s = 20, .products = 2, .units = Distribution::Fixed(7)},
                               {.at_s = 10, .products = 1, .units = Distribution::Fixed(9)}};
  const std::vector<Restock> restocks = Restocks(scenario, 1);
  ASSERT_EQ(restocks.size(), 3u);
  const auto expect = [](const Restock& restock, std::uint64_t at_ns, std::uint32_t product, Units units) {
    EXPECT_EQ(restock.at_ns, at_ns);
    EXPECT_EQ(restock.product, product);
    EXPECT_EQ(restock.units, units);
  };
  expect(restocks[0], 10'000'000'000, 0, 9);
  expect(restocks[1], 20'000'000'000, 0, 7);
  expect(restocks[2], 20'000'000'000, 1, 7);
}

TEST(MembersTest, OneSeedGivesTheSameAnswersAndAnotherSeedOrThreadOthers) {
  const Scenario scenario = Asked();
  const auto answers = [&](std::uint64_t seed, std::uint32_t thread) {
    Members members(scenario, seed, thread);
    std::vector<Units> all;
    for (int i = 0; i < 200; ++i) all.push_back(members.Answer(1'000).qty);
    return all;
  };
  EXPECT_EQ(answers(1, 0), answers(1, 0));
  EXPECT_NE(answers(1, 0), answers(2, 0));
  EXPECT_NE(answers(1, 0), answers(1, 1));
}

}  // namespace
}  // namespace flexstock::loadgen
