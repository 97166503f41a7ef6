#include "flexstock/clock.h"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "engine/time/counter_clock.h"

namespace flexstock {
namespace {

Millis WallMs() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return Millis{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// The wall clock is read before and after, so that being descheduled in between is no error. `Calls` is how many
// answers were outside by more than a millisecond, which only a step of the wall clock itself explains.
TEST(SystemClockTest, IsTheWallClockToTheMillisecond) {
  Clock& clock = SystemClock();
  int off = 0;
  const Millis begin = WallMs();
  while (WallMs() < begin + 200) {
    const Millis before = WallMs();
    const Millis now = clock.NowMs();
    const Millis after = WallMs();
    if (now < before - 1 || now > after + 1) ++off;
  }
  EXPECT_EQ(off, 0);
}

TEST(SystemClockTest, OneClockForAll) { EXPECT_EQ(&SystemClock(), &SystemClock()); }

// Several threads hand the time on: none reads one that lies more than a millisecond behind what another has read
// before.
TEST(SystemClockTest, RunsForwardForAllThreads) {
  Clock& clock = SystemClock();
  std::atomic<Millis> latest{0};
  std::atomic<Millis> worst{0};
  const Millis end = WallMs() + 200;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (;;) {
        const Millis seen = latest.load();
        const Millis now = clock.NowMs();
        for (Millis w = worst.load(); seen - now > w && !worst.compare_exchange_weak(w, seen - now);) {
        }
        for (Millis l = seen; now > l && !latest.compare_exchange_weak(l, now);) {
        }
        if (now >= end) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(worst.load(), 1);
}

// A counter and a wall clock that the test moves.
struct Fake {
  static inline std::uint64_t count = 0;
  static inline std::int64_t wall_ns = 0;
  static inline int reads = 0;
  static std::uint64_t Count() { return count; }
  static std::int64_t WallNs() {
    ++reads;
    return wall_ns;
  }
};

TEST(CounterClockTest, IsReadOnceAMillisecondAndAgainWhenTheCounterRunsBack) {
  constexpr std::uint64_t kCountsAMs = 1'000'000;
  Fake::count = 500'000'000;
  Fake::wall_ns = 7'000'250'000;  // a quarter of a millisecond has passed
  time::CounterClock<Fake> clock(kCountsAMs);
  EXPECT_EQ(clock.NowMs(), 7'000);
  EXPECT_EQ(Fake::reads, 1);
  Fake::count += 749'999;
  Fake::wall_ns += 749'999;
  EXPECT_EQ(clock.NowMs(), 7'000);
  EXPECT_EQ(Fake::reads, 1);
  ++Fake::count;
  ++Fake::wall_ns;
  EXPECT_EQ(clock.NowMs(), 7'001);
  EXPECT_EQ(Fake::reads, 2);
  // The machine has slept for an hour, and its counter begins anew.
  Fake::count = 10;
  Fake::wall_ns += 3'600'000'000'000;
  EXPECT_EQ(clock.NowMs(), 3'607'001);
  EXPECT_EQ(Fake::reads, 3);
  Fake::count += 999'999;
  EXPECT_EQ(clock.NowMs(), 3'607'001);
  EXPECT_EQ(Fake::reads, 3);
}

}  // namespace
}  // namespace flexstock
