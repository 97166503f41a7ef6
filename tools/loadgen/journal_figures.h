// JournalFigures: what a run's journal cost, for the table and for the JSON file.
#pragma once

#include <cstdint>

#include "flexstock/journal.h"
#include "tools/loadgen/histogram.h"

namespace flexstock::loadgen {

// Of so many placed orders of a thread one is watched until it is durable.
inline constexpr std::uint32_t kDurableEvery = 64;

struct JournalFigures {
  // Since the products were there: putting them on sale is not the sale. Not `durable_epoch` and what describes now.
  JournalStats stats;
  Histogram durable;         // nanoseconds from a placing call until its order was on the disk; sampled
  std::uint64_t orders = 0;  // placed

  [[nodiscard]] double PerOrder(std::uint64_t what) const { return Per(what, orders); }
  [[nodiscard]] double PerBlock(std::uint64_t what) const { return Per(what, stats.blocks); }

 private:
  static double Per(std::uint64_t what, std::uint64_t each) {
    return each == 0 ? 0 : static_cast<double>(what) / static_cast<double>(each);
  }
};

// The counters' growth from `before` to `now`; all else as it is now.
[[nodiscard]] JournalStats Growth(const JournalStats& before, JournalStats now);

}  // namespace flexstock::loadgen
