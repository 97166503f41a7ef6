// Sides: what is compared.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "bench/caller.h"
#include "bench/comparison.h"
#include "bench/deadlines.h"

namespace flexstock::bench {

// Each Run() is so many epochs.
class Sides {
 public:
  explicit Sides(std::uint64_t epochs) : epochs_(epochs) {}

  // Callers on a stage, which several sides may share.
  [[nodiscard]] std::unique_ptr<Side> Placing(std::shared_ptr<Stage> stage, Spread spread, const Way& way,
                                              std::uint32_t callers) const;
  // One caller, one by one, Zipf: its whole life; and placing at one instant, so that no order is forgotten in the time
  // that is measured.
  [[nodiscard]] std::unique_ptr<Side> PlacingOneByOne(std::shared_ptr<Stage> stage, const Way& way) const {
    return Placing(std::move(stage), Spread::kZipf, way, 1);
  }
  [[nodiscard]] std::unique_ptr<Side> PlacingOnly(std::shared_ptr<Stage> stage, const Way& way) const;
  // Check-and-decrement alone.
  [[nodiscard]] std::unique_ptr<Side> AtFloor(std::uint64_t products, Spread spread, std::uint32_t callers) const;
  // Deadlines disarmed and armed, so many others armed; `answer`: in which order.
  [[nodiscard]] std::unique_ptr<Side> Answering(std::uint64_t armed, void (Deadlines::*answer)(std::uint64_t)) const;

 private:
  const std::uint64_t epochs_;
};

}  // namespace flexstock::bench
