// What the drivers are made of: agendas, intervals, coarse histograms, clocks of any speed.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <thread>

#include "tests/model/seed.h"
#include "tools/loadgen/live_histogram.h"
#include "tools/loadgen/play/agenda.h"
#include "tools/loadgen/play/intervals.h"
#include "tools/loadgen/play/pausing_clock.h"
#include "tools/loadgen/play/scenario_clock.h"
#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {
namespace {

TEST(AgendaTest, GivesWhatIsDueInOrderOfTimeThenOfNoting) {
  Agenda<int> agenda(1000);
  int item = 0;
  EXPECT_EQ(agenda.next_ns(), Agenda<int>::kNever);
  EXPECT_FALSE(agenda.TakeDue(Agenda<int>::kNever, &item));
  agenda.Note(20, 1);
  agenda.Note(10, 2);
  agenda.Note(20, 3);
  agenda.Note(10, 4);
  EXPECT_EQ(agenda.next_ns(), 10u);
  EXPECT_FALSE(agenda.TakeDue(9, &item));
  for (const int expected : {2, 4}) {
    ASSERT_TRUE(agenda.TakeDue(19, &item));
    EXPECT_EQ(item, expected);
  }
  EXPECT_FALSE(agenda.TakeDue(19, &item));
  for (const int expected : {1, 3}) {
    ASSERT_TRUE(agenda.TakeDue(20, &item));
    EXPECT_EQ(item, expected);
  }
}

TEST(AgendaTest, IsASortedList) {
  for (const std::uint64_t seed : model::Seeds(1, 50)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    // Days of one or several instants; some of it behind the end.
    Rng rng(seed, 0);
    const std::uint64_t instants = seed % 2 == 0 ? 40 : 40'000;
    Agenda<std::uint64_t> agenda(seed % 3 == 0 ? instants : instants / 2);
    std::set<std::pair<std::uint64_t, std::uint64_t>> all;
    std::uint64_t number = 0;
    for (std::uint64_t now = 0; now < instants; now += rng.Below(instants / 20)) {
      for (std::uint64_t count = rng.Below(30); count-- != 0; ++number) {
        const std::uint64_t at = now + rng.Below(instants - now);
        all.emplace(at, number);
        agenda.Note(at, number);
      }
      for (std::uint64_t item = 0; agenda.TakeDue(now, &item); all.erase(all.begin())) {
        ASSERT_FALSE(all.empty());
        ASSERT_LE(all.begin()->first, now);
        ASSERT_EQ(item, all.begin()->second);
      }
      ASSERT_EQ(agenda.next_ns(), all.empty() ? Agenda<int>::kNever : all.begin()->first);
      ASSERT_GT(agenda.next_ns(), now);
    }
  }
}

TEST(IntervalsTest, HaveALengthThatPeopleCountIn) {
  struct Case {
    double run_s, length_s;
    std::size_t count;
  };
  for (const Case& one : {Case{60, 0.5, 120},
                          {5, 0.05, 100},
                          {10, 0.05, 200},
                          {86'400, 600, 144},
                          {600, 5, 120},
                          {0.1, 0.001, 100},
                          {864'000, 3'600, 240},
                          {8'640'000, 36'000, 240}}) {
    const Intervals intervals(one.run_s);
    EXPECT_DOUBLE_EQ(intervals.seconds(), one.length_s) << one.run_s;
    EXPECT_EQ(intervals.count(), one.count) << one.run_s;
  }
}

TEST(IntervalsTest, CoverTheRunAndWhatComesBehindIt) {
  const Intervals intervals(60);
  EXPECT_EQ(intervals.IndexOf(0), 0u);
  EXPECT_EQ(intervals.IndexOf(499'999'999), 0u);
  EXPECT_EQ(intervals.IndexOf(500'000'000), 1u);
  EXPECT_EQ(intervals.EndNs(0), 500'000'000u);
  EXPECT_EQ(intervals.IndexOf(59'999'999'999), 119u);
  EXPECT_EQ(intervals.IndexOf(600'000'000'000), 119u);
}

TEST(LiveHistogramTest, KnowsQuantilesToASixteenth) {
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    Rng rng(seed, 0);
    const auto histogram = std::make_unique<LiveHistogram>();
    std::vector<std::uint64_t> values(1 + rng.Below(2000));
    for (std::uint64_t& value : values) {
      value = rng.Next() >> (27 + rng.Below(37));
      histogram->Record(value);
    }
    std::sort(values.begin(), values.end());
    LiveHistogram::Counters counters{};
    std::uint64_t max = 0;
    histogram->AddTo(&counters, &max);
    EXPECT_EQ(max, values.back());
    for (const std::uint32_t ppm : {1u, 500'000u, 990'000u, 1'000'000u}) {
      const std::size_t rank = std::max<std::size_t>(1, (values.size() * ppm + 999'999) / 1'000'000);
      const std::uint64_t exact = values[rank - 1];
      const std::uint64_t said = LiveHistogram::ValueAt(counters, max, ppm);
      EXPECT_GE(said, exact) << ppm;
      EXPECT_LE(said, exact + exact / 16) << ppm;
    }
  }
}

TEST(LiveHistogramTest, OfNothingIsNothing) { EXPECT_EQ(LiveHistogram::ValueAt({}, 0, 500'000), 0u); }

TEST(ScenarioClockTest, StandsWhereItWasSet) {
  const Stopwatch stopwatch;
  ScenarioClock clock(stopwatch);
  EXPECT_FALSE(clock.runs());
  EXPECT_EQ(clock.NowNs(), 0u);
  clock.Set(1'999'999);
  EXPECT_EQ(clock.NowMs(), 1);
  clock.Set(2'000'000);
  EXPECT_EQ(clock.NowMs(), 2);
}

TEST(ScenarioClockTest, RunsAtItsSpeedUntilItIsStopped) {
  const Stopwatch stopwatch;
  ScenarioClock clock(stopwatch);
  const std::uint64_t begin = stopwatch.Ticks();
  clock.Start(1000);
  while (stopwatch.Since(begin) < 2'000'000) std::this_thread::yield();
  const std::uint64_t before = stopwatch.Since(begin);
  const std::uint64_t least = clock.NowNs();
  const std::uint64_t real = stopwatch.Since(begin);
  EXPECT_GT(least, 1'000'000'000u);  // it began a little behind `begin`
  EXPECT_LE(least, 1000 * real);
  // So much, less what has gone by since the clock was read.
  const auto until = static_cast<double>(clock.RealNsUntil(least + 50'000'000'000));
  EXPECT_LE(until, 51e6);
  EXPECT_GE(until, 49e6 - static_cast<double>(stopwatch.Since(begin) - before));
  EXPECT_EQ(clock.RealNsUntil(least), 0u);
  clock.Stop();
  const std::uint64_t stopped = clock.NowNs();
  EXPECT_FALSE(clock.runs());
  const std::uint64_t then = stopwatch.Ticks();
  while (stopwatch.Since(then) < 200'000) std::this_thread::yield();
  EXPECT_EQ(clock.NowNs(), stopped);
}

TEST(PausingClockTest, APauseEndsWithTheClock) {
  const Stopwatch stopwatch;
  ScenarioClock clock(stopwatch);
  clock.Start(1);
  PausingClock pausing(clock, 0, std::uint64_t{3'600'000});
  std::atomic<bool> asks = false;
  std::future<Millis> now = std::async(std::launch::async, [&] {
    asks = true;
    return pausing.NowMs();
  });
  while (!asks) std::this_thread::yield();
  // Only a hang reaches it; the pause has begun by then, or all is well anyway.
  EXPECT_EQ(now.wait_for(std::chrono::milliseconds(1)), std::future_status::timeout);
  clock.Stop();
  EXPECT_EQ(now.wait_for(std::chrono::seconds(30)), std::future_status::ready);
  clock.Set(std::uint64_t{4'000'000} * ScenarioClock::kNsAMs);  // behind the pause, so that a test that fails ends
}

}  // namespace
}  // namespace flexstock::loadgen
