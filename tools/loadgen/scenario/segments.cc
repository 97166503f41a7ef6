#include "tools/loadgen/scenario/segments.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "tools/loadgen/scenario/on_off_sources.h"

namespace flexstock::loadgen {
namespace {

// A few pieces, known from the beginning.
class Listed final : public Segments {
 public:
  explicit Listed(std::vector<Segment> segments) : segments_(std::move(segments)) {}

  bool Next(Segment* segment) override {
    if (next_ == segments_.size()) return false;
    *segment = segments_[next_++];
    return true;
  }

 private:
  const std::vector<Segment> segments_;
  std::size_t next_ = 0;
};

// One piece a count, each as long; made as they are needed, because there may be millions.
class Recorded final : public Segments {
 public:
  Recorded(const RecordedRate& recorded, double seconds, double scale)
      : counts_(recorded.counts), piece_s_(seconds / static_cast<double>(counts_.size())) {
    rate_per_count_ = recorded.rate > 0 ? AverageRate(recorded, seconds) * seconds / Sum(recorded) / piece_s_ * scale
                                        : scale / piece_s_;
  }

  bool Next(Segment* segment) override {
    if (next_ == counts_.size()) return false;
    const double rate = counts_[next_++] * rate_per_count_;
    *segment = {.seconds = piece_s_, .from = rate, .to = rate};
    return true;
  }

  static double Sum(const RecordedRate& recorded) {
    return std::accumulate(recorded.counts.begin(), recorded.counts.end(), 0.0);
  }

 private:
  const std::vector<std::uint32_t>& counts_;
  const double piece_s_;
  double rate_per_count_;
  std::size_t next_ = 0;
};

std::vector<Segment> DayOf(const DiurnalRate& diurnal, double seconds, double scale) {
  const std::vector<double>& weights = diurnal.weights;
  const auto pieces = static_cast<double>(weights.size());
  // Every weight begins one piece and ends another, so the pieces' mean is the weights'.
  const double rate_per_weight = diurnal.rate * scale * pieces / std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<Segment> day;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    day.push_back({.seconds = seconds / pieces,
                   .from = weights[i] * rate_per_weight,
                   .to = weights[(i + 1) % weights.size()] * rate_per_weight});
  }
  return day;
}

}  // namespace

double AverageRate(const RecordedRate& recorded, double seconds) {
  return recorded.rate > 0 ? recorded.rate : Recorded::Sum(recorded) / seconds;
}

std::unique_ptr<Segments> SegmentsOf(const Phase& phase, double scale, Rng rng) {
  const double seconds = phase.seconds;
  if (const auto* recorded = std::get_if<RecordedRate>(&phase.course)) {
    return std::make_unique<Recorded>(*recorded, seconds, scale);
  }
  if (const auto* bursty = std::get_if<BurstyRate>(&phase.course)) {
    return std::make_unique<OnOffSources>(*bursty, seconds, scale, rng);
  }
  if (const auto* diurnal = std::get_if<DiurnalRate>(&phase.course)) {
    return std::make_unique<Listed>(DayOf(*diurnal, seconds, scale));
  }
  if (const auto* ramp = std::get_if<RampRate>(&phase.course)) {
    return std::make_unique<Listed>(
        std::vector<Segment>{{.seconds = seconds, .from = ramp->from * scale, .to = ramp->to * scale}});
  }
  const double rate = std::get<SteadyRate>(phase.course).rate * scale;
  return std::make_unique<Listed>(std::vector<Segment>{{.seconds = seconds, .from = rate, .to = rate}});
}

}  // namespace flexstock::loadgen
