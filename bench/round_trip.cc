#include "bench/round_trip.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>

namespace flexstock::bench {
namespace {

constexpr int kTrips = 500;
constexpr int kRuns = 7;

}  // namespace

std::vector<int> Cpus() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<int> cpus;
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
  }
  return cpus;
}

bool Pin(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  return ::sched_setaffinity(0, sizeof(one), &one) == 0;
}

double RoundTripNs() {
  const std::vector<int> cpus = Cpus();
  if (cpus.size() < 2) return 0;
  alignas(64) std::atomic<int> ball{0};  // odd: the other side's turn
  std::array<double, kRuns> ns{};
  std::thread other([&] {
    Pin(cpus[1]);
    for (int turn = 1; turn < 2 * kTrips * kRuns; turn += 2) {
      // acquire, release: each side's store is the other's load; there is nothing else that they order.
      while (ball.load(std::memory_order_acquire) != turn) {
      }
      ball.store(turn + 1, std::memory_order_release);
    }
  });
  std::thread one([&] {
    Pin(cpus[0]);
    int turn = 0;
    for (double& run : ns) {
      const auto from = std::chrono::steady_clock::now();
      for (int trip = 0; trip < kTrips; ++trip, turn += 2) {
        ball.store(turn + 1, std::memory_order_release);
        while (ball.load(std::memory_order_acquire) != turn + 2) {
        }
      }
      run = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - from).count() / kTrips;
    }
  });
  one.join();
  other.join();
  std::nth_element(ns.begin(), ns.begin() + kRuns / 2, ns.end());
  return ns[kRuns / 2];
}

}  // namespace flexstock::bench
