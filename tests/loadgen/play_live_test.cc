// Scenarios played by threads: no unit is missing, and an open loop sees what a closed one does not.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/loadgen/playing.h"
#include "tests/program/program.h"

namespace flexstock::loadgen {
namespace {

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

// The clock stops when everybody was served, in the middle of it.
TEST(LiveTest, NobodyIsStalledWhenTheRunIsOver) {
  const Played played =
      MustPlay(Made("flash-sale", {"catalogue.stock=1000000",
                                   R"(arrivals={"total":4000,"phases":[{"seconds":5,"course":"steady","rate":1},)"
                                   R"({"seconds":55,"course":"steady","rate":0}]})",
                                   R"(stalls=[{"audience":"customer","at_s":0,"for_s":60}])"}),
               Live(PlayMode::kRate, 3));
  EXPECT_GT(played.result.totals.told(Audience::kCustomer, EventType::kPaymentRequested), 0u);
}

TEST(LiveTest, ABatchIsIntact) {
  Overrides overrides = Everything();
  overrides.push_back("gateway.batch=16");
  const Played played = MustPlay(Made("flash-sale", overrides), Live(PlayMode::kMax, 0.5));
  EXPECT_GT(played.result.timings[IndexOf(Call::kPlaceBatch)].count(), 0u);
}

// Recorded orders at recorded times: each is placed once, and none is missing.
TEST(LiveTest, ARecordedTraceComesInTheRhythmOfARecordedSeries) {
  constexpr int kRows = 2000, kCounts = 50;
  const program::Directory directory;
  std::string trace = "at_ms,product,customer,qty\n", series;
  for (int i = 0; i < kRows; ++i) {
    trace += std::to_string(10 * i) + "," + std::to_string(1 + i * i % 37) + "," + std::to_string(1 + i % 101) + "," +
             std::to_string(1 + i % 3) + "\n";
  }
  for (int i = 0; i < kCounts; ++i) series += std::to_string(i % 10 == 3 ? 400 : 1 + i % 4) + "\n";
  directory.Write("trace.csv", trace);
  directory.Write("series.txt", series);
  const std::string at = directory.path().string();
  const Scenario scenario =
      Made("retail-on-nasa", {"trace.file=" + at + "/trace.csv", "arrivals.total=" + std::to_string(kRows),
                              "arrivals.phases.0.file=" + at + "/series.txt", "arrivals.phases.0.first=0",
                              "arrivals.phases.0.counts=" + std::to_string(kCounts), "arrivals.phases.0.seconds=5"});
  const Played played = MustPlay(scenario, Live(PlayMode::kRate, 1));
  EXPECT_EQ(played.result.totals.all_orders() + played.result.unserved, static_cast<std::uint64_t>(kRows));
  EXPECT_EQ(played.result.verdict.products(), 19u);  // squares modulo 37
  EXPECT_GT(*std::ranges::max_element(played.offered), 4 * static_cast<std::uint64_t>(kRows) / played.offered.size());
}

// An engine that stands still for 200 ms. Whoever came meanwhile has waited: the open loop says so. In the closed loop
// nobody came meanwhile, because whoever would have was waiting himself: two slow calls among very many. The open loop's
// rate is half of what the closed one has reached.
TEST(LiveTest, TheOpenLoopSeesAPauseThatTheClosedOneHides) {
  const Scenario scenario =
      Made("flash-sale", {"arrivals.total=20000", "catalogue.stock=1000000", "customers.retry=0", "gateway.threads=2"});
  double most = 0;  // customers a second
  for (const PlayMode mode : {PlayMode::kMax, PlayMode::kRate}) {
    PlayOptions options = Live(mode, 2);
    if (mode == PlayMode::kRate) options.rate = most / 2;
    options.pause_at = 0.4;
    options.pause_ms = 200;
    const Played played = MustPlay(scenario, options);
    const std::uint64_t p999 = played.result.waited.ValueAt(999'000);
    EXPECT_GE(played.result.waited.max(), 190'000'000u) << Name(mode);
    if (mode == PlayMode::kRate) {
      EXPECT_GE(p999, 100'000'000u);
    } else {
      EXPECT_LT(p999, 20'000'000u);
      most = static_cast<double>(played.result.waited.count()) / played.result.seconds;
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

}  // namespace
}  // namespace flexstock::loadgen
