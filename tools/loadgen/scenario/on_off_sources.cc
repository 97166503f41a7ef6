#include "tools/loadgen/scenario/on_off_sources.h"

#include <algorithm>
#include <cmath>

namespace flexstock::loadgen {
namespace {

double Mean(const BurstyRate::Period& period) { return period.min_s * period.shape / (period.shape - 1); }

double Pareto(double min, double shape, Rng& rng) { return min * std::pow(1 - rng.Unit(), -1 / shape); }

}  // namespace

OnOffSources::OnOffSources(const BurstyRate& bursty, double seconds, double scale, Rng rng)
    : bursty_(bursty), seconds_(seconds), rng_(rng) {
  const double share_on = Mean(bursty.on) / (Mean(bursty.on) + Mean(bursty.off));
  rate_on_ = bursty.rate * scale / (bursty.sources * share_on);
  for (std::uint32_t i = 0; i < bursty.sources; ++i) {
    const bool on = rng_.Unit() < share_on;
    on_ += on ? 1 : 0;
    switches_.push({.at_s = Rest(on ? bursty.on : bursty.off), .to_on = !on});
  }
}

bool OnOffSources::Next(Segment* segment) {
  if (at_s_ >= seconds_) return false;
  const Switch next = switches_.top();
  const double until_s = std::min(next.at_s, seconds_);
  const double rate = on_ * rate_on_;
  *segment = {.seconds = until_s - at_s_, .from = rate, .to = rate};
  at_s_ = until_s;
  if (next.at_s < seconds_) {
    switches_.pop();
    on_ += next.to_on ? 1 : -1;
    switches_.push({.at_s = next.at_s + Whole(next.to_on ? bursty_.on : bursty_.off), .to_on = !next.to_on});
  }
  return true;
}

double OnOffSources::Whole(const BurstyRate::Period& period) { return Pareto(period.min_s, period.shape, rng_); }

double OnOffSources::Rest(const BurstyRate::Period& period) {
  if (rng_.Unit() < (period.shape - 1) / period.shape) return rng_.Unit() * period.min_s;
  return Pareto(period.min_s, period.shape - 1, rng_);
}

}  // namespace flexstock::loadgen
