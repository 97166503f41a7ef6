// DurableSides: what is compared to see what durability costs. One caller places orders, Zipf, one by one; the engine's
// own thread ends the epochs, so that with a journal they follow the disk.
//
//   Placing      orders, until the last is durable                ns an order
//   OnDiskAlone  the bytes that a placing side has just written,  ns an order of that side
//                in blocks of the same mean size, without engine
//   Waiting      orders that arrive at even intervals             ns from arrival to durable, 99th percentile
//   Noticing     arrivals at even intervals, no engine, while     ns until the arrival is noticed, 99th percentile
//                another thread overwrites 4 KiB and syncs
//   Limit        4 KiB overwritten and synced, 99th percentile    ns: 3 times that, and 2 ms
#pragma once

#include <memory>

#include "bench/caller.h"
#include "bench/comparison.h"
#include "bench/disk.h"

namespace flexstock::bench {

class DurableSides {
 public:
  explicit DurableSides(std::uint64_t epochs) : epochs_(epochs) {}

  [[nodiscard]] std::unique_ptr<Side> Placing(std::shared_ptr<Stage> stage) const;
  // `stage`: the one that the other side places on, and what its journal writes is written to `disk`.
  [[nodiscard]] std::unique_ptr<Side> OnDiskAlone(std::shared_ptr<Stage> stage, std::shared_ptr<Disk> disk) const;
  [[nodiscard]] std::unique_ptr<Side> Waiting(std::shared_ptr<Stage> stage, double interval_ns) const;
  [[nodiscard]] std::unique_ptr<Side> Noticing(std::shared_ptr<Disk> disk, double interval_ns) const;
  [[nodiscard]] std::unique_ptr<Side> Limit(std::shared_ptr<Disk> disk) const;

 private:
  const std::uint64_t epochs_;  // a Run
};

}  // namespace flexstock::bench
