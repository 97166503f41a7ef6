// Sizes: full ones to measure, small ones to see that everything still runs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace flexstock::bench {

// FLEXSTOCK_BENCH_SHRINK=n makes everything n times smaller, so that each benchmark is also a test. 1 if it is not set.
inline std::uint64_t Shrink() {
  static const std::uint64_t shrink = [] {
    const char* given = std::getenv("FLEXSTOCK_BENCH_SHRINK");
    return std::max<std::uint64_t>(given == nullptr ? 1 : std::strtoull(given, nullptr, 10), 1);
  }();
  return shrink;
}

// What `full` is in this run: at least 64.
inline std::uint64_t Sized(std::uint64_t full) { return std::max<std::uint64_t>(full / Shrink(), 64); }

}  // namespace flexstock::bench
