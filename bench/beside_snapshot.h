// BesideSnapshot: what callers notice of a snapshot that is taken meanwhile: the time of each call, in calm and while
// one is taken. In a process of its own (apart.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/comparison.h"

namespace flexstock::bench {

struct BesideSnapshot {
  std::string directory;  // files go there
  std::uint64_t products = 0, orders = 0;
  std::uint64_t segment_bytes = 0;

  // Two quantiles and the longest call while a snapshot is taken. Forks: before any thread is started.
  [[nodiscard]] std::vector<Outcome> Measure(int rounds) const;
};

}  // namespace flexstock::bench
