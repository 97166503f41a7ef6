// Nanos: lengths of time that a scenario gives in seconds, as the drivers count them.
#pragma once

#include <algorithm>
#include <cstdint>

namespace flexstock::loadgen {

// At most a hundred years, so that a few of them can be added.
[[nodiscard]] inline std::uint64_t Nanos(double seconds) {
  constexpr double kMost_s = 100.0 * 365 * 86'400;
  return static_cast<std::uint64_t>(std::clamp(seconds, 0.0, kMost_s) * 1e9);
}

}  // namespace flexstock::loadgen
