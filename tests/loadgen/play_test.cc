// Scenarios, played: in virtual time the same run is the same to the byte; in each mode no unit is missing, whatever
// customers, members and consumers do; and an open loop sees what a closed one does not.
#include "tools/loadgen/play/play.h"

#include <gtest/gtest.h>

#include "tests/program/program.h"
#include "tools/loadgen/json.h"
#include "tools/loadgen/play/run_json.h"
#include "tools/loadgen/report.h"
#include "tools/loadgen/scenario/scenario_reader.h"

namespace flexstock::loadgen {
namespace {

using Overrides = std::vector<std::string>;

Scenario Made(const std::string& name, const Overrides& overrides) {
  ScenarioRead read = ReadScenario(FLEXSTOCK_SCENARIOS "/" + name + ".json", overrides);
  EXPECT_EQ(read.problem, "");
  return std::move(read.scenario);
}

Played MustPlay(const Scenario& scenario, const PlayOptions& options) {
  Played played;
  EXPECT_EQ(Play(scenario, options, &played), "");
  EXPECT_TRUE(played.result.verdict.ok()) << Table(played.result);
  return played;
}

std::string TextOf(const Scenario& scenario, const PlayOptions& options) {
  return ToText(RunJson(scenario, options, MustPlay(scenario, options), {}));
}

PlayOptions Virtual(std::uint64_t seed) {
  PlayOptions options;
  options.seed = seed;
  return options;
}

// ---- Virtual time -------------------------------------------------------------------------------------------------

struct Ready {
  const char* name;
  Overrides smaller;
};

void PrintTo(const Ready& ready, std::ostream* out) { *out << ready.name; }

class ReadyMadeTest : public testing::TestWithParam<Ready> {};

TEST_P(ReadyMadeTest, IsTheSameRunAgainAndIntact) {
  Overrides overrides = GetParam().smaller;
  overrides.push_back("arrivals.total=20000");
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

// Every kind of customer, member and consumer at once, on one hot product and few others.
Overrides Everything() {
  return {
      "catalogue.products=5",
      "catalogue.stock=300",
      "catalogue.inactive=0.2",
      R"(catalogue.policy={"checkout_hold_ms":3000,"payment_window_ms":5000,"acceptance_window_ms":4000,)"
      R"("pending_limit":300,"fill_on_restock":"fifo","late_payment":"rereserve"})",
      "arrivals.total=20000",
      R"(baskets={"lines":{"weights":[[1,5],[2,2],[4,1]]},"units":{"weights":[[1,4],[3,1]]},"mode":"all_or_nothing"})",
      R"(customers={"count":500,"pay":0.7,"pay_after_s":{"exponential":3},"cancel":0.2,)"
      R"("cancel_after_s":{"exponential":2},"keyed":true,"retry":0.1,"retry_after_s":{"uniform":[0.01,2]},)"
      R"("hoarders":{"share":0.02,"units":50,"cancel_after_s":4},"bots":{"share":0.3,"accounts":50,"units":2}})",
      R"(members={"accept":0.4,"accept_part":0.2,"decline":0.2,"part":{"uniform":[0.2,0.8]},)"
      R"("answer_after_s":{"exponential":2},"restocks":[{"at_s":20,"products":3,"units":200},{"at_s":40,"products":1,"units":500}]})",
      R"(stalls=[{"audience":"member","at_s":15,"for_s":5},{"audience":"customer","at_s":30,"for_s":3}])"};
}

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
  overrides.push_back(R"(stalls=[{"audience":"logistics","at_s":5,"for_s":30}])");
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

// ---- Played -------------------------------------------------------------------------------------------------------

PlayOptions Live(PlayMode mode, double seconds) {
  PlayOptions options;
  options.mode = mode;
  options.seconds = seconds;
  options.contention = true;
  return options;
}

TEST(LiveTest, AnOpenLoopServesWhoeverComes) {
  const Scenario scenario = Made("flash-sale", Everything());
  const Played played = MustPlay(scenario, Live(PlayMode::kRate, 1.5));
  std::uint64_t offered = 0;
  for (const std::uint64_t came : played.offered) offered += came;
  EXPECT_NEAR(static_cast<double>(offered + played.result.unserved), 20'000, 600);
  EXPECT_EQ(played.result.waited.count(), offered);
  EXPECT_GT(played.result.totals.done(Call::kPay), 0u);
  EXPECT_EQ(played.latency.size(), played.intervals.size());
  EXPECT_EQ(played.contention.shards.size(), scenario.engine.shards);
}

TEST(LiveTest, ARateIsCustomersASecondOfRealTime) {
  PlayOptions options = Live(PlayMode::kRate, 1);
  options.rate = 5'000;
  const Played played = MustPlay(Made("flash-sale", Everything()), options);
  EXPECT_NEAR(static_cast<double>(played.result.waited.count() + played.result.unserved), 5'000, 300);
}

TEST(LiveTest, AClosedLoopIsIntact) {
  const Played played = MustPlay(Made("flash-sale", Everything()), Live(PlayMode::kMax, 1));
  EXPECT_GT(played.result.totals.all_orders(), 20'000u);
}

// Whoever waits for room takes events away meanwhile: they are answered, too.
TEST(LiveTest, AFullQueueIsIntact) {
  PlayOptions options = Live(PlayMode::kMax, 0.5);
  options.events_max = 1024;
  const Played played = MustPlay(Made("flash-sale", {"catalogue.stock=1000000"}), options);
  EXPECT_GT(played.result.totals.overloaded, 0u);
}

TEST(LiveTest, ABatchIsIntact) {
  Overrides overrides = Everything();
  overrides.push_back("gateway.batch=16");
  const Played played = MustPlay(Made("flash-sale", overrides), Live(PlayMode::kMax, 0.5));
  EXPECT_GT(played.result.timings[IndexOf(Call::kPlaceBatch)].count(), 0u);
}

// An engine that stands still for 200 ms. Whoever came meanwhile has waited: the open loop says so. In the closed loop
// nobody came meanwhile, because whoever would have was waiting himself: two slow calls among very many.
TEST(LiveTest, TheOpenLoopSeesAPauseThatTheClosedOneHides) {
  const Scenario scenario =
      Made("flash-sale", {"arrivals.total=20000", "catalogue.stock=1000000", "customers.retry=0", "gateway.threads=2"});
  for (const PlayMode mode : {PlayMode::kRate, PlayMode::kMax}) {
    PlayOptions options = Live(mode, 2);
    options.pause_at = 0.4;
    options.pause_ms = 200;
    const Played played = MustPlay(scenario, options);
    const std::uint64_t p999 = played.result.waited.ValueAt(999'000);
    EXPECT_GE(played.result.waited.max(), 190'000'000u) << Name(mode);
    if (mode == PlayMode::kRate) {
      EXPECT_GE(p999, 100'000'000u);
    } else {
      EXPECT_LT(p999, 20'000'000u);
    }
  }
}

TEST(LiveTest, WithAJournalItIsDurable) {
  const program::Directory directory;
  PlayOptions options = Live(PlayMode::kRate, 1);
  options.journal = (directory.path() / "journal").string();
  const Played played = MustPlay(Made("flash-sale", Everything()), options);
  ASSERT_TRUE(played.result.journal.has_value());
  EXPECT_GT(played.result.journal->stats.blocks, 0u);
  EXPECT_GT(played.result.journal->durable.count(), 0u);
}

// ---- What if ------------------------------------------------------------------------------------------------------

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
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(json["sweep"]["runs"][i]["summary"]["units sold"].get<double>(), runs[i].figures[1].value);
  }
  EXPECT_NE(runs[0].figures[1].value, runs[1].figures[1].value);
}

}  // namespace
}  // namespace flexstock::loadgen
