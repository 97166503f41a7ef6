// Crew: threads that start each piece of work at the same instant, as near as can be, over and over.
//
// They wait for a start by spinning, because a thread that is woken comes too late: a burst of a few calls is over in
// microseconds. With more threads than CPUs they give way after a while. Each keeps to one CPU, by turns: left to the
// scheduler, all of them may end up on one while a neighbor has the other, and no two calls ever run at once.
#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace flexstock::stress {

class Crew {
 public:
  explicit Crew(int size) {
    for (int i = 0; i < size; ++i) {
      threads_.emplace_back([this, i] {
        KeepToOneCpu(i);
        Serve(i);
      });
    }
  }
  ~Crew() {
    work_ = nullptr;
    start_.fetch_add(1, std::memory_order_release);
    for (std::thread& thread : threads_) thread.join();
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  [[nodiscard]] int size() const { return static_cast<int>(threads_.size()); }

  // work(i) by each thread i, together; returns when the last has done.
  void Run(std::function<void(int)> work) {
    work_ = std::move(work);
    ready_.store(0, std::memory_order_relaxed);  // ordered by start_
    done_.store(0, std::memory_order_relaxed);
    start_.fetch_add(1, std::memory_order_release);  // partner: the acquire in Serve
    Await([this] { return done_.load(std::memory_order_acquire) == size(); });
  }

 private:
  // The i-th, by turns, of those that this process may run on. Where the system does not tell or let, anywhere.
  static void KeepToOneCpu(int i) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    int turn = i % CPU_COUNT(&allowed);
    int cpu = 0;
    while (!CPU_ISSET(cpu, &allowed) || turn-- > 0) ++cpu;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
  }

  template <typename Condition>
  static void Await(Condition&& condition) {
    for (int spins = 0; !condition(); ++spins) {
      if (spins > 2000) std::this_thread::yield();
    }
  }

  void Serve(int i) {
    for (std::uint64_t round = 1;; ++round) {
      Await([&] { return start_.load(std::memory_order_acquire) == round; });
      if (work_ == nullptr) return;
      ready_.fetch_add(1, std::memory_order_acq_rel);
      Await([&] { return ready_.load(std::memory_order_acquire) == size(); });
      work_(i);
      done_.fetch_add(1, std::memory_order_release);  // partner: the acquire in Run
    }
  }

  std::function<void(int)> work_;
  std::atomic<std::uint64_t> start_{0};
  std::atomic<int> ready_{0};
  std::atomic<int> done_{0};
  std::vector<std::thread> threads_;
};

}  // namespace flexstock::stress
