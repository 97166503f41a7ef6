#include "engine/lock/yield_lock.h"

#include <sched.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace flexstock::lock {
namespace {

constexpr int kSpins = 64;         // about 2 us: longer than any order holds the lock
constexpr int kYields = 16;        // then let a descheduled holder run
constexpr long kSleepNs = 50'000;  // then get out of the way

void Pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace

void YieldLock::Wait() {
  for (int round = 0;; ++round) {
    if (round < kSpins) {
      Pause();
    } else if (round < kSpins + kYields) {
      ::sched_yield();
    } else {
      const timespec nap{.tv_sec = 0, .tv_nsec = kSleepNs};
      ::nanosleep(&nap, nullptr);
    }
    // relaxed: only a hint that the exchange may succeed; the exchange does the ordering.
    if (held_.load(std::memory_order_relaxed) != 0) continue;
    if (held_.exchange(1, std::memory_order_seq_cst) == 0) return;
  }
}

}  // namespace flexstock::lock
