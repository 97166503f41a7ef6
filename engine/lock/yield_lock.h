// YieldLock: one word, short holds, and polite when there are more threads than CPUs.
//
// Callers are gateway threads, more of them than cores, so whoever holds the lock may be descheduled. Pure spinning
// would then burn the others' time slices (measured: stalls of 300 ms); a futex costs an atomic read-modify-write on
// every release. This lock spins a bounded time, then yields, then sleeps 50 microseconds at a time; nobody is woken,
// so releasing is one plain store. docs/decisions/lock.md has the candidates and their figures.
//
// Not fair, not recursive. No system call on the uncontended path.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/base/thread_annotations.h"

namespace flexstock::lock {

class FLEXSTOCK_CAPABILITY("lock") YieldLock {
 public:
  // True if the lock was free at once; false if the caller had to wait. Held either way: the answer is for counting.
  bool Acquire() FLEXSTOCK_ACQUIRE() {
    if (Exchange() == 0) [[likely]]
      return true;
    Wait();
    return false;
  }
  // The halves of Acquire(), for whoever does something in between. 0: it was free, and is the caller's now. 1:
  // somebody has it, and the caller has to Wait().
  [[nodiscard]] std::uint8_t Exchange() {
    // acquire: partner of the release store in Release(); everything the last holder wrote is seen. seq_cst for
    // IsHeld().
    return held_.exchange(1, std::memory_order_seq_cst);
  }
  void Wait();

  void Release() FLEXSTOCK_RELEASE() {
    held_.store(0, std::memory_order_release);  // partner: the exchanges in Exchange() and Wait()
  }

  // Whether anybody holds it. In the single order of seq_cst operations: somebody who took the lock before this, and
  // has not released it, is seen; of somebody who has, everything he wrote is.
  [[nodiscard]] bool IsHeld() const { return held_.load(std::memory_order_seq_cst) != 0; }

  // For the compiler only: the caller knows that the lock is held, under another name.
  void AssertHeld() const FLEXSTOCK_ASSERT_HELD() {}

 private:
  std::atomic<std::uint8_t> held_{0};  // a number, not a truth, so that Exchange() is an instruction
};

// Holds a lock for a scope.
class FLEXSTOCK_SCOPED_CAPABILITY Held {
 public:
  explicit Held(YieldLock& lock) FLEXSTOCK_ACQUIRE(lock) : lock_(lock) { lock_.Acquire(); }
  ~Held() FLEXSTOCK_RELEASE() { lock_.Release(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  YieldLock& lock_;
};

}  // namespace flexstock::lock
