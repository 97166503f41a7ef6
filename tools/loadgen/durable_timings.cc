#include "tools/loadgen/durable_timings.h"

#include <chrono>
#include <thread>

namespace flexstock::loadgen {

void DurableTimings::Watch(Engine& engine, Epoch epoch, std::uint64_t from) {
  // relaxed: read when nobody watches any more.
  watched_.fetch_add(1, std::memory_order_relaxed);
  engine.NotifyDurable(epoch, [this, from](Code code) {
    // When the journal fails, it never becomes durable.
    if (code == Code::kOk) histogram_.Record(stopwatch_.Since(from));
    told_.fetch_add(1, std::memory_order_release);  // pairs with Close
  });
}

const Histogram& DurableTimings::Close(Engine& engine) {
  while (told_.load(std::memory_order_acquire) != watched_.load(std::memory_order_relaxed)) {
    (void)engine.Commit();
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return histogram_;
}

}  // namespace flexstock::loadgen
