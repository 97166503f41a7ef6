#include "tools/loadgen/stopwatch.h"

#include <algorithm>
#include <array>
#include <chrono>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace flexstock::loadgen {
namespace {

std::uint64_t SteadyNs() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

// True if the time-stamp counter ticks at one rate whatever the CPU's clock does.
bool HasSteadyCounter() {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
#else
  return false;
#endif
}

}  // namespace

std::uint64_t Stopwatch::Ticks() const {
#if defined(__x86_64__)
  if (counter_) return __rdtsc();
#endif
  return SteadyNs();
}

Stopwatch::Stopwatch() : counter_(HasSteadyCounter()) {
  if (counter_) {
    constexpr std::uint64_t kCalibrateNs = 20'000'000;
    const std::uint64_t from_ns = SteadyNs(), from = Ticks();
    std::uint64_t to_ns = from_ns;
    while (to_ns - from_ns < kCalibrateNs) to_ns = SteadyNs();
    ns_per_tick_ = static_cast<double>(to_ns - from_ns) / static_cast<double>(Ticks() - from);
  }
  std::array<std::uint64_t, 1001> readings;
  for (std::uint64_t& reading : readings) {
    const std::uint64_t from = Ticks();
    reading = Since(from);
  }
  const auto middle = readings.begin() + readings.size() / 2;
  std::nth_element(readings.begin(), middle, readings.end());
  overhead_ns_ = *middle;
}

}  // namespace flexstock::loadgen
