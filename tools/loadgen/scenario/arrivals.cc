#include "tools/loadgen/scenario/arrivals.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tools/loadgen/scenario/nanos.h"
#include "tools/loadgen/scenario/segments.h"
#include "tools/loadgen/scenario/streams.h"

namespace flexstock::loadgen {

class Arrivals::Process {
 public:
  Process() = default;
  virtual ~Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Seconds since the beginning of the phase; false: the phase is over.
  virtual bool Next(double* at_s) = 0;
};

namespace {

// Where on the integral of the rate the next arrival lies: steps of 1 on average.
class PoissonSteps {
 public:
  double Next(Rng& rng) { return at_ -= std::log1p(-rng.Unit()); }

 private:
  double at_ = 0;
};
// One arrival in each unit of the integral, somewhere in it.
class EvenSteps {
 public:
  double Next(Rng& rng) { return units_++ + rng.Unit(); }

 private:
  double units_ = 0;
};

template <class Steps>
class TimeChange final : public Arrivals::Process {
 public:
  TimeChange(std::unique_ptr<Segments> segments, Rng rng) : segments_(std::move(segments)), rng_(rng) {}

  bool Next(double* at_s) override {
    const double target = steps_.Next(rng_);
    while (target >= area_begin_ + segment_.area()) {
      area_begin_ += segment_.area();
      begin_s_ += segment_.seconds;
      if (!segments_->Next(&segment_)) {
        segment_ = {};
        return false;
      }
    }
    *at_s = begin_s_ + segment_.SecondsTo(target - area_begin_);
    return true;
  }

 private:
  std::unique_ptr<Segments> segments_;
  Rng rng_;
  Steps steps_;
  Segment segment_;        // that the last arrival lies in
  double begin_s_ = 0;     // of the segment
  double area_begin_ = 0;  // the integral up to it
};

class Thinning final : public Arrivals::Process {
 public:
  Thinning(const SpikeRate& spike, double seconds, double scale, Rng rng)
      : spike_(spike), seconds_(seconds), scale_(scale), rng_(rng) {}

  bool Next(double* at_s) override {
    for (;;) {
      const double bound = std::max(RateAt(at_s_), spike_.base);
      if (bound <= 0) return false;
      at_s_ -= std::log1p(-rng_.Unit()) / (bound * scale_);
      if (at_s_ >= seconds_) return false;
      if (rng_.Unit() * bound < RateAt(at_s_)) break;
    }
    *at_s = at_s_;
    return true;
  }

 private:
  [[nodiscard]] double RateAt(double s) const {
    return spike_.base + (spike_.peak - spike_.base) * std::exp(-s / spike_.decay_s);
  }

  const SpikeRate spike_;
  const double seconds_, scale_;
  Rng rng_;
  double at_s_ = 0;
};

std::unique_ptr<Arrivals::Process> Begin(const Phase& phase, double scale, Rng rng) {
  if (const auto* spike = std::get_if<SpikeRate>(&phase.course)) {
    return std::make_unique<Thinning>(*spike, phase.seconds, scale, rng);
  }
  // The sources of bursts draw from a generator of their own, split off here.
  const Rng sources(rng.Next(), rng.Next());
  std::unique_ptr<Segments> segments = SegmentsOf(phase, scale, sources);
  if (std::holds_alternative<RecordedRate>(phase.course)) {
    return std::make_unique<TimeChange<EvenSteps>>(std::move(segments), rng);
  }
  return std::make_unique<TimeChange<PoissonSteps>>(std::move(segments), rng);
}

struct ExpectedRate {
  double seconds;

  double operator()(const SteadyRate& steady) const { return steady.rate; }
  double operator()(const RampRate& ramp) const { return (ramp.from + ramp.to) / 2; }
  double operator()(const SpikeRate& spike) const {
    const double decayed = spike.decay_s / seconds * -std::expm1(-seconds / spike.decay_s);
    return spike.base + (spike.peak - spike.base) * decayed;
  }
  double operator()(const DiurnalRate& diurnal) const { return diurnal.rate; }
  double operator()(const BurstyRate& bursty) const { return bursty.rate; }
  double operator()(const RecordedRate& recorded) const { return AverageRate(recorded, seconds); }
};

// Before ArrivalPlan::total has its say.
double AsWritten(const ArrivalPlan& plan) {
  double sum = 0;
  for (const Phase& phase : plan.phases) sum += ExpectedArrivals(phase);
  return sum;
}

}  // namespace

double ExpectedArrivals(const Phase& phase) {
  return phase.seconds * std::visit(ExpectedRate{phase.seconds}, phase.course);
}

double ExpectedArrivals(const Scenario& scenario) {
  const ArrivalPlan& plan = scenario.arrivals;
  return plan.total > 0 ? plan.total : AsWritten(plan);
}

Arrivals::Arrivals(const Scenario& scenario, std::uint64_t seed, double rate_scale)
    : scenario_(scenario),
      seed_(seed),
      scale_(rate_scale * ExpectedArrivals(scenario) / AsWritten(scenario.arrivals)) {}

Arrivals::~Arrivals() = default;

bool Arrivals::Next(std::uint64_t* at_ns) {
  const std::vector<Phase>& phases = scenario_.arrivals.phases;
  for (;;) {
    double at_s = 0;
    if (process_ != nullptr && process_->Next(&at_s)) {
      last_ns_ = std::max(last_ns_, Nanos(begin_s_ + at_s));
      *at_ns = last_ns_;
      return true;
    }
    if (process_ != nullptr) begin_s_ += phases[next_phase_ - 1].seconds;
    if (next_phase_ == phases.size()) {
      process_ = nullptr;
      return false;
    }
    // A stream a phase: a change in one does not shift the others.
    process_ = Begin(phases[next_phase_], scale_, RngOf(seed_, Stream::kArrivals, next_phase_));
    ++next_phase_;
  }
}

}  // namespace flexstock::loadgen
