// Scenarios in virtual time: the same run is the same to the byte, and no unit is missing, whatever customers, members and
// consumers do.
#include <gtest/gtest.h>

#include "tests/loadgen/playing.h"
#include "tools/loadgen/json.h"
#include "tools/loadgen/play/run_json.h"

namespace flexstock::loadgen {
namespace {

std::string TextOf(const Scenario& scenario, const PlayOptions& options) {
  return ToText(RunJson(scenario, options, MustPlay(scenario, options), {}));
}

PlayOptions Virtual(std::uint64_t seed) {
  PlayOptions options;
  options.seed = seed;
  return options;
}

struct Ready {
  const char* name;
  Overrides smaller;
};

void PrintTo(const Ready& ready, std::ostream* out) { *out << ready.name; }

class ReadyMadeTest : public testing::TestWithParam<Ready> {};

TEST_P(ReadyMadeTest, IsTheSameRunAgainAndIntact) {
  Overrides overrides = GetParam().smaller;
  overrides.push_back("arrivals.total=" + std::to_string(FLEXSTOCK_ARRIVALS));
  const Scenario scenario = Made(GetParam().name, overrides);
  const std::string first = TextOf(scenario, Virtual(7));
  EXPECT_EQ(first, TextOf(scenario, Virtual(7)));
  EXPECT_NE(first, TextOf(scenario, Virtual(8)));
}

INSTANTIATE_TEST_SUITE_P(
    All, ReadyMadeTest,
    testing::Values(Ready{"flash-sale", {"catalogue.stock=3000"}}, Ready{"drop", {"catalogue.stock=300"}},
                    Ready{"marketplace", {"catalogue.products=2000", "members.restocks.0.products=500"}},
                    Ready{"midnight", {"catalogue.products=1000"}}, Ready{"hoarders", {}}, Ready{"sale-day", {}}));

TEST(VirtualTest, EverythingAtOnceIsAccountedFor) {
  for (const char* mode : {"all_or_nothing", "split"}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(testing::Message() << mode << ", seed " << seed);
      Overrides overrides = Everything();
      overrides.push_back(std::string("baskets.mode=") + mode);
      const Played played = MustPlay(Made("flash-sale", overrides), Virtual(seed));
      const Totals& totals = played.result.totals;
      for (const Call call : {Call::kAccept, Call::kAcceptPart, Call::kDecline, Call::kPay, Call::kCancel,
                              Call::kPickUp, Call::kRestock}) {
        EXPECT_GT(totals.done(call), 0u) << Name(call);
      }
      EXPECT_GT(totals.of(Outcome::kDuplicate), 0u);
      EXPECT_GT(totals.told(Audience::kMember, EventType::kPaymentExpired), 0u);
      EXPECT_GT(totals.told(Audience::kMember, EventType::kAcceptanceExpired), 0u);
    }
  }
}

// What is confirmed at once is refunded when its customer changes his mind.
TEST(VirtualTest, HoardersGiveBackWhatTheyTook) {
  Overrides overrides = Everything();
  overrides.push_back("catalogue.policy.checkout_hold_ms=0");
  const Played played = MustPlay(Made("flash-sale", overrides), {});
  EXPECT_GT(played.result.totals.done(Call::kRefund), 0u);
}

TEST(VirtualTest, ChartsAddUpToTheTotals) {
  const Played played = MustPlay(Made("flash-sale", Everything()), {});
  Totals sums;
  std::uint64_t offered = 0;
  for (const IntervalFigures& interval : played.intervals) {
    for (std::size_t i = 0; i < kOutcomes; ++i) sums.orders[i] += interval.orders[i];
  }
  for (const std::uint64_t came : played.offered) offered += came;
  EXPECT_EQ(played.intervals.size(), played.offered.size());
  EXPECT_EQ(sums.orders, played.result.totals.orders);
  EXPECT_NEAR(static_cast<double>(offered), 20'000, 600);  // 4 standard deviations
  const std::optional<Levels>& last = played.intervals.back().levels;
  ASSERT_TRUE(last.has_value());
  EXPECT_GT(last->sold, 0);
  EXPECT_EQ(played.result.waited.count(), 0u);
}

// A queue that nobody empties: customers are turned away, nothing is lost, and it goes on when he is back.
TEST(VirtualTest, AFullQueueTurnsCustomersAway) {
  Overrides overrides = Everything();
  overrides.push_back(R"(stalls=[{"audience":"logistics","at_s":5,"for_s":10}])");
  overrides.push_back("catalogue.stock=100000");
  overrides.push_back("catalogue.policy.checkout_hold_ms=0");
  overrides.push_back("engine.shards=1");
  PlayOptions options;
  options.events_max = 1024;
  const Played played = MustPlay(Made("flash-sale", overrides), options);
  const std::size_t overloaded = IndexOf(Outcome::kRefusals) + static_cast<std::size_t>(Code::kOverloaded);
  EXPECT_GT(played.result.totals.orders[overloaded], 0u);
  std::uint64_t deepest = 0;
  for (const IntervalFigures& interval : played.intervals) {
    deepest = std::max(deepest, interval.waiting[static_cast<std::size_t>(Audience::kLogistics)]);
  }
  EXPECT_GE(deepest, 1000u);
}

// What members accept fills the queue of customers who take nothing away until the run is over, or for longer. The
// order that was accepted last must be booked then, and whatever else was due be done.
TEST(VirtualTest, WhatFindsNoRoomUntilTheEndIsDoneThen) {
  for (const char* for_s : {"10", "59.9995", "60", "90"}) {
    SCOPED_TRACE(for_s);
    PlayOptions options;
    options.events_max = 1024;
    const Played played = MustPlay(
        Made("flash-sale", {"catalogue.stock=0", "engine.shards=1",
                            R"(catalogue.policy={"acceptance_window_ms":600000,"payment_window_ms":600000})",
                            R"(arrivals={"total":4000,"phases":[{"seconds":1,"course":"steady","rate":1},)"
                            R"({"seconds":59,"course":"steady","rate":0}]})",
                            R"(customers={"count":1000})", R"(members={"accept":1,"answer_after_s":58.5})",
                            std::string(R"(stalls=[{"audience":"customer","at_s":0,"for_s":)") + for_s + "}]"}),
        options);
    const Totals& totals = played.result.totals;
    EXPECT_EQ(totals.overloaded > 0, std::string(for_s) != "10");
    EXPECT_EQ(totals.done(Call::kAccept), totals.of(Outcome::kAwaitingAcceptance));
    EXPECT_EQ(totals.done(Call::kPay), totals.of(Outcome::kAwaitingAcceptance));
  }
}

TEST(SweepTest, ALongerHoldSellsLess) {
  std::vector<SweptRun> runs;
  for (const char* hold : {"1000", "30000"}) {
    Overrides overrides = Everything();
    overrides.push_back(std::string("catalogue.policy.checkout_hold_ms=") + hold);
    const Scenario scenario = Made("flash-sale", overrides);
    const PlayOptions options;
    const Played played = MustPlay(scenario, options);
    runs.push_back({hold, RunJson(scenario, options, played, {}), PlannersFigures(played)});
  }
  const std::string table = SweepTable("catalogue.policy.checkout_hold_ms", runs);
  EXPECT_NE(table.find("units sold"), std::string::npos);
  const nlohmann::ordered_json json = SweepJson("catalogue.policy.checkout_hold_ms", runs);
  ASSERT_EQ(json["sweep"]["runs"].size(), 2u);
  EXPECT_TRUE(json["identity"]["intact"].get<bool>());
  EXPECT_EQ(json["identity"]["lines"].size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(json["sweep"]["runs"][i]["summary"]["units sold"].get<double>(), runs[i].figures[1].value);
  }
  EXPECT_NE(runs[0].figures[1].value, runs[1].figures[1].value);
}

}  // namespace
}  // namespace flexstock::loadgen
