// DurableTimings: how long from a call until what it placed is on the disk, as a gateway waits that answers only then.
//
// Sampled, one placed order in kDurableEvery a thread: being told costs the engine a lock and a callback, and what is
// measured should be the journal, not the measuring. Told by Engine::NotifyDurable, so no thread waits, and none leads
// a commit that the engine would not have made: orders become durable as the background thread commits.
//
// Threads  Watch: any. The engine calls back from one thread at a time, so the histogram has one writer; Close waits
//          until all that were watched have been told.
#pragma once

#include <atomic>
#include <cstdint>

#include "flexstock/engine.h"
#include "tools/loadgen/histogram.h"
#include "tools/loadgen/journal_figures.h"
#include "tools/loadgen/stopwatch.h"

namespace flexstock::loadgen {

class DurableTimings {
 public:
  // Must outlive the engine.
  explicit DurableTimings(const Stopwatch& stopwatch) : stopwatch_(stopwatch) {}

  // `from`: the stopwatch's ticks before the call that was answered with `epoch`.
  void Watch(Engine& engine, Epoch epoch, std::uint64_t from);

  // Nanoseconds, of all that were watched. Nobody may be placing, and the engine must still run.
  [[nodiscard]] const Histogram& Close(Engine& engine);

 private:
  const Stopwatch& stopwatch_;
  std::atomic<std::uint64_t> watched_{0}, told_{0};
  Histogram histogram_;
};

}  // namespace flexstock::loadgen
