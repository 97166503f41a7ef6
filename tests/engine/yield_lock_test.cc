#include "engine/lock/yield_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace flexstock::lock {
namespace {

TEST(YieldLockTest, TellsWhetherItWasFree) {
  YieldLock lock;
  EXPECT_TRUE(lock.Acquire());
  lock.Release();
  EXPECT_TRUE(lock.Acquire());
  lock.Release();
}

struct Guarded {
  YieldLock lock;
  // Two words that only differ while somebody is inside.
  std::uint64_t first FLEXSTOCK_GUARDED_BY(lock) = 0;
  std::uint64_t second FLEXSTOCK_GUARDED_BY(lock) = 0;
};

// Far more threads than CPUs, so that holders are descheduled inside.
void Hammer(int threads_count, int rounds) {
  Guarded guarded;
  std::vector<int> torn(static_cast<std::size_t>(threads_count));
  std::vector<std::thread> threads;
  for (int& mine : torn) {
    threads.emplace_back([&guarded, &mine, rounds] {
      for (int i = 0; i < rounds; ++i) {
        const Held held(guarded.lock);
        if (guarded.first != guarded.second) ++mine;
        ++guarded.first;
        if (i % 64 == 0) std::this_thread::yield();
        ++guarded.second;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : torn) EXPECT_EQ(count, 0);
  const Held held(guarded.lock);
  EXPECT_EQ(guarded.first, static_cast<std::uint64_t>(threads_count) * static_cast<std::uint64_t>(rounds));
  EXPECT_EQ(guarded.second, guarded.first);
}

TEST(YieldLockTest, OneThreadHasItForItself) { Hammer(1, 1000); }
TEST(YieldLockTest, TwoThreadsExcludeEachOther) { Hammer(2, 50'000); }
TEST(YieldLockTest, SixteenThreadsExcludeEachOther) { Hammer(16, 5'000); }

TEST(YieldLockTest, WaitsForALongHolder) {
  YieldLock lock;
  int value = 0;
  EXPECT_TRUE(lock.Acquire());
  std::atomic<bool> started{false};
  std::thread waiter([&] {
    started = true;
    lock.Acquire();
    value *= 2;
    lock.Release();
  });
  while (!started) std::this_thread::yield();
  // Long enough for the waiter to go through all its ways of waiting.
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  value = 21;
  lock.Release();
  waiter.join();
  EXPECT_EQ(value, 42);
}

}  // namespace
}  // namespace flexstock::lock
