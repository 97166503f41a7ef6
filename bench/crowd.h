// Crowd: callers at work at the same time, a thread each.
//
// They share the work out by the epoch: whoever is free does the next. So all end together, and the time from the first
// thread's begin to the last one's end is what the work took, also with more threads than CPUs, where some threads wait
// while others run. If there is a CPU for each thread, each is kept on its own.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/round_trip.h"
#include "bench/stage.h"

namespace flexstock::bench {

template <typename Caller>
class Crowd {
 public:
  void Add(std::unique_ptr<Caller> caller) { callers_.push_back(std::move(caller)); }
  [[nodiscard]] const std::vector<std::unique_ptr<Caller>>& callers() const { return callers_; }

  // So many epochs; seconds.
  double Run(std::uint64_t epochs, void (Caller::*epoch)()) {
    using Clock = std::chrono::steady_clock;
    const std::vector<int> cpus = Cpus();
    std::atomic<std::uint64_t> begun{0};
    std::latch ready(static_cast<std::ptrdiff_t>(callers_.size()));
    std::vector<Clock::time_point> begins(callers_.size()), ends(callers_.size());
    const auto work = [&](std::size_t i) {
      if (callers_.size() <= cpus.size()) Pin(cpus[i]);
      ready.arrive_and_wait();
      begins[i] = Clock::now();
      // relaxed: a count, which orders nothing else.
      while (begun.fetch_add(1, std::memory_order_relaxed) < epochs) ((*callers_[i]).*epoch)();
      ends[i] = Clock::now();
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < callers_.size(); ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
    const auto [first, last] = std::pair(std::ranges::min(begins), std::ranges::max(ends));
    return std::chrono::duration<double>(last - first).count();
  }

  // The end: what went wrong, if anything did.
  [[nodiscard]] std::string Leave() {
    std::string problem;
    for (const auto& caller : callers_) problem += caller->Leave();
    return problem;
  }

 private:
  std::vector<std::unique_ptr<Caller>> callers_;
};

}  // namespace flexstock::bench
