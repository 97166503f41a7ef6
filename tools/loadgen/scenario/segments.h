// Segments: a rate over time as a row of straight pieces, whose integral can be inverted.
#pragma once

#include <cmath>
#include <memory>

#include "tools/loadgen/rng.h"
#include "tools/loadgen/scenario/scenario.h"

namespace flexstock::loadgen {

// For so many seconds the rate goes evenly from one to the other.
struct Segment {
  double seconds = 0;
  double from = 0, to = 0;

  // The arrivals that are expected in it.
  [[nodiscard]] double area() const { return (from + to) / 2 * seconds; }
  // When so many of them, less than area(), have come. The root of the quadratic in the form that also holds for an
  // even rate, and that subtracts nothing.
  [[nodiscard]] double SecondsTo(double part) const {
    const double slope = (to - from) / seconds;
    return 2 * part / (from + std::sqrt(std::max(from * from + 2 * slope * part, 0.0)));
  }
};

class Segments {
 public:
  Segments() = default;
  virtual ~Segments() = default;
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  // False: the phase is over.
  virtual bool Next(Segment* segment) = 0;
};

// Of any phase but a spike; the rates are multiplied by `scale`. The phase must outlive it. Only bursts draw from
// `rng`.
[[nodiscard]] std::unique_ptr<Segments> SegmentsOf(const Phase& phase, double scale, Rng rng);

// Arrivals a second, on average.
[[nodiscard]] double AverageRate(const RecordedRate& recorded, double seconds);

}  // namespace flexstock::loadgen
