#include "flexstock/clock.h"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

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

}  // namespace
}  // namespace flexstock
