#include "engine/time/counter.h"

#include <chrono>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace flexstock::time {
namespace {

std::uint64_t SteadyNs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

// A preempted measurement comes out long on both sides and is as good.
double MeasureCountsAMs() {
  if (!CountsStamps()) return 1e6;
  const std::uint64_t from_ns = SteadyNs();
  const std::uint64_t from = Count();
  std::uint64_t to_ns = from_ns;
  while (to_ns - from_ns < 2'000'000) to_ns = SteadyNs();
  return static_cast<double>(Count() - from) * 1e6 / static_cast<double>(to_ns - from_ns);
}

}  // namespace

#if defined(__x86_64__)

bool CountsStamps() {
  static const bool invariant = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    constexpr unsigned kInvariantCounter = 1u << 8;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & kInvariantCounter) != 0;
  }();
  return invariant;
}

std::uint64_t Count() { return CountsStamps() ? __rdtsc() : SteadyNs(); }

#else

bool CountsStamps() { return false; }
std::uint64_t Count() { return SteadyNs(); }

#endif

double CountsAMs() {
  static const double counts_a_ms = MeasureCountsAMs();
  return counts_a_ms;
}

}  // namespace flexstock::time
