// OnOffSources: many sources that are on and off for Pareto times, and the rate of all that are on.
//
// Seen at a random moment, a source is on with the share that its on times have of all time, and what is left of the
// time that it is in is not a Pareto time but the rest of one, which is longer than one thinks: with shape a and least
// value m it is, with probability (a - 1) / a, even between 0 and m, and else Pareto with shape a - 1 (from the density
// P(time > x) / mean). So the bursts are stationary from the first second on; sources that all began at once would be
// in step for a long time, because such times have no variance.
//
// Memory  16 bytes a source. Time: O(log sources) a switch.
#pragma once

#include <queue>
#include <vector>

#include "tools/loadgen/scenario/segments.h"

namespace flexstock::loadgen {

class OnOffSources final : public Segments {
 public:
  OnOffSources(const BurstyRate& bursty, double seconds, double scale, Rng rng);

  // The time until the next switch of any source, or until the phase ends.
  bool Next(Segment* segment) override;

 private:
  struct Switch {
    double at_s;
    bool to_on;
    bool operator>(const Switch& other) const { return at_s > other.at_s; }
  };

  // How long a period lasts, from its beginning or from a random moment in it.
  double Whole(const BurstyRate::Period& period);
  double Rest(const BurstyRate::Period& period);

  const BurstyRate bursty_;
  const double seconds_;
  double rate_on_;  // of one source that is on
  Rng rng_;
  double at_s_ = 0;
  std::uint32_t on_ = 0;                                                       // sources
  std::priority_queue<Switch, std::vector<Switch>, std::greater<>> switches_;  // one a source
};

}  // namespace flexstock::loadgen
