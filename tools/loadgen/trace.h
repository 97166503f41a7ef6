// Trace runs: a real order log at full speed, in its own time.
//
// The calls carry the log's times, and the engine's clock is the time that the log has reached, so that windows are as
// long as they say. But a day of orders passes in milliseconds, and members and customers would always answer too late
// if nothing made time wait for them. So the log is cut into strides of half the shortest window, and between two
// strides everyone catches up: an answer comes within a stride, which no deadline can outrun.
//
//   rows     |.. .... . ...|. .  ......|....  . |        placed by all threads, at full speed
//   strides  |<- window/2 ->|          |         |
//                           settle     settle    settle  everybody has answered; then time goes on
//
// After the last row, time goes on until nobody waits any more, so that whatever was never answered has expired.
#pragma once

#include <string>
#include <vector>

#include "tools/loadgen/options.h"
#include "tools/loadgen/result.h"
#include "tools/loadgen/trace_reader.h"

namespace flexstock::loadgen {

// Runs it and fills in `result`. Empty, or why the engine did not open.
[[nodiscard]] std::string RunTrace(const TraceOptions& options, const Trace& trace, Result* result);

// Where strides end: indices into `rows`, each one behind a stride's last row. All rows of a stride lie within
// `stride_ms`. rows is not empty and sorted by time; stride_ms >= 1.
[[nodiscard]] std::vector<std::size_t> CutIntoStrides(const std::vector<TraceRow>& rows, Millis stride_ms);

}  // namespace flexstock::loadgen
