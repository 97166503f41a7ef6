// Timeline: what happened in each interval of a run, for charts over time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "tools/loadgen/market.h"
#include "tools/loadgen/play/intervals.h"

namespace flexstock::loadgen {

// Where all products' units were at one instant.
struct Levels {
  Units available = 0, held = 0, sold = 0, written_off = 0;
  std::int64_t pending = 0;  // orders
};

struct IntervalFigures {
  std::array<std::uint64_t, kOutcomes> orders{};    // answered in it
  std::array<std::uint64_t, kEventTypes> events{};  // told in it
  // At its end:
  std::array<std::uint64_t, kAudiences> waiting{};  // changes in each audience's queue
  std::optional<Levels> levels;                     // nothing: not looked at
  std::vector<ShardContention> shards;              // in all until then; empty unless it was asked for
};

// Looks at a market when an interval ends. Levels cost a question a product, so a large catalogue is asked less often:
// about two million questions a run.
//
// Threads  One, beside those who play.
class TimelineRecorder {
 public:
  // `contention`: the engine looks at it.
  TimelineRecorder(Market& market, const Intervals& intervals, bool contention);

  // The intervals before `index` are over. What happened since the last call is the last one's; those between are
  // empty.
  void Close(std::size_t index);
  [[nodiscard]] std::size_t closed() const { return figures_.size(); }
  [[nodiscard]] const std::vector<IntervalFigures>& figures() const { return figures_; }

  // The newest levels that were looked at.
  [[nodiscard]] const std::optional<Levels>& levels() const { return levels_; }

 private:
  void Look(IntervalFigures* figures);

  Market& market_;
  const Intervals& intervals_;
  const bool contention_;
  const std::size_t levels_every_;
  Totals before_;
  std::optional<Levels> levels_;
  std::vector<IntervalFigures> figures_;
};

}  // namespace flexstock::loadgen
