// Arrivals: when does the next customer come?
//
// One phase after the other. How each is drawn:
//
//   steady, ramp, diurnal  time change: the rate is piecewise linear, so that its integral is inverted in closed form.
//                          Exponential steps on the integral are a Poisson process of exactly this rate.
//   spike                  thinning (Lewis & Shedler 1979; Ogata 1981): the integral has no closed inverse, but the
//                          rate never rises, so the rate now bounds all to come, and few candidates are thrown away. A
//                          spike whose base is above its peak is a dip that recovers: bounded by its base.
//   bursty                 time change: between two switches of a source the rate is constant. Sources begin as they
//                          are found at a random moment, so that the bursts are there from the first second on.
//   recorded               time change, but even steps, each moved by chance within itself: so a recorded second gets
//   back
//                          the arrivals that were counted in it (exactly, where rate and time are the recorded ones;
//                          else to the next whole number). Exponential steps would add their own noise to that of the
//                          record.
//
// Threads  None. Memory: 16 bytes a source of bursts.
#pragma once

#include <cstdint>
#include <memory>

#include "tools/loadgen/scenario/scenario.h"

namespace flexstock::loadgen {

class Arrivals {
 public:
  // The scenario must outlive it. rate_scale > 0 multiplies every rate.
  Arrivals(const Scenario& scenario, std::uint64_t seed, double rate_scale = 1);
  ~Arrivals();

  // Nanoseconds since the beginning of the run; never before the last one. False: nobody comes any more.
  bool Next(std::uint64_t* at_ns);

  // One phase's arrivals, in seconds since its beginning.
  class Process;

 private:
  const Scenario& scenario_;
  const std::uint64_t seed_;
  const double scale_;
  std::uint32_t next_phase_ = 0;  // to begin
  double begin_s_ = 0;            // of the one that runs
  std::uint64_t last_ns_ = 0;
  std::unique_ptr<Process> process_;
};

// How many arrivals are expected in all; at rate_scale 1.
[[nodiscard]] double ExpectedArrivals(const Scenario& scenario);
// In one phase, before ArrivalPlan::total has its say.
[[nodiscard]] double ExpectedArrivals(const Phase& phase);

}  // namespace flexstock::loadgen
