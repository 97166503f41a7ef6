// Stopwatch: how long one call took, for less than a call costs.
//
// std::chrono::steady_clock::now() is 20 to 25 ns, twice a call: as much as placing an order. On x86-64 with an
// invariant time-stamp counter two counter reads are used instead (about 10 ns each); elsewhere it is steady_clock. The
// reads are not fenced: neighbouring instructions may slip over them by a few nanoseconds, while the engine's own lock,
// an atomic instruction, cannot.
//
// What a measurement itself reads is overhead_ns(); it is in every figure, and is printed beside them, not subtracted.
#pragma once

#include <cstdint>

namespace flexstock::loadgen {

class Stopwatch {
 public:
  // Calibrates against steady_clock: takes about 20 ms.
  Stopwatch();

  // Now, in ticks of unknown length.
  [[nodiscard]] std::uint64_t Ticks() const;

  [[nodiscard]] std::uint64_t Nanos(std::uint64_t ticks) const {
    return static_cast<std::uint64_t>(static_cast<double>(ticks) * ns_per_tick_);
  }

  // Nanoseconds since `ticks`. A counter that differs between CPUs by a few ticks reads as 0, not as ages.
  [[nodiscard]] std::uint64_t Since(std::uint64_t ticks) const {
    const std::uint64_t now = Ticks();
    return now > ticks ? Nanos(now - ticks) : 0;
  }

  // What measuring nothing reads: the median of a thousand tries.
  [[nodiscard]] std::uint64_t overhead_ns() const { return overhead_ns_; }

 private:
  bool counter_;
  double ns_per_tick_ = 1;
  std::uint64_t overhead_ns_ = 0;
};

}  // namespace flexstock::loadgen
