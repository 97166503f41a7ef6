// Result: everything that a run has to tell, for the table and for the JSON file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flexstock/engine.h"
#include "tools/loadgen/histogram.h"
#include "tools/loadgen/journal_figures.h"
#include "tools/loadgen/notebook.h"
#include "tools/loadgen/verdict.h"

namespace flexstock::loadgen {

struct Result {
  std::string headline;  // what ran, in one line
  double seconds = 0;    // from the first order to the last answer
  Totals totals;
  Timings timings;
  std::uint64_t short_after_ns = kNever;  // from the first order to the first that stock could not serve
  std::uint64_t stopwatch_ns = 0;         // what measuring nothing reads
  // Of a scenario that was played: nanoseconds from a customer's coming to his answer, and customers who came and were
  // not served by the end.
  Histogram waited;
  std::uint64_t unserved = 0;
  bool is_virtual = false;  // no time was measured: there was none
  std::vector<ShardStats> shards;
  std::uint64_t orders_remembered = 0;
  std::optional<JournalFigures> journal;
  Verdict verdict;
};

}  // namespace flexstock::loadgen
