#include "tools/loadgen/play/timeline.h"

#include <algorithm>

namespace flexstock::loadgen {
namespace {

constexpr std::size_t kQuestionsMax = 2'000'000;

// Between them they are told of every event.
constexpr std::array<Audience, 3> kListeners = {Audience::kMember, Audience::kCustomer, Audience::kLogistics};

std::uint64_t Told(const Totals& totals, EventType type) {
  std::uint64_t most = 0;
  for (const Audience audience : kListeners) most = std::max(most, totals.told(audience, type));
  return most;
}

// Nothing if the engine has no room to answer.
std::optional<Levels> LevelsOf(const Floor& floor) {
  Levels levels;
  for (const Catalogue::Product& product : floor.catalogue.products()) {
    ProductView view;
    if (floor.engine.Find(product.id, &view) != Code::kOk) return std::nullopt;
    levels.available += view.available;
    levels.held += view.held;
    levels.sold += view.sold;
    levels.written_off += view.written_off;
    levels.pending += view.pending;
  }
  return levels;
}

}  // namespace

TimelineRecorder::TimelineRecorder(Market& market, const Intervals& intervals, bool contention)
    : market_(market),
      intervals_(intervals),
      contention_(contention),
      levels_every_(1 + market.floor().catalogue.products().size() * intervals.count() / kQuestionsMax) {}

void TimelineRecorder::Close(std::size_t index) {
  index = std::min(index, intervals_.count());
  if (figures_.size() >= index) return;
  figures_.resize(index);
  Look(&figures_.back());
}

void TimelineRecorder::Look(IntervalFigures* figures) {
  const Floor floor = market_.floor();
  const Totals now = market_.totals();
  for (std::size_t i = 0; i < kOutcomes; ++i) figures->orders[i] = now.orders[i] - before_.orders[i];
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    const auto type = static_cast<EventType>(i);
    figures->events[i] = Told(now, type) - Told(before_, type);
  }
  for (const Audience audience : kListeners) {
    figures->waiting[static_cast<std::size_t>(audience)] = floor.engine.Waiting(audience);
  }
  if (contention_) figures->shards = floor.engine.Contention().shards;
  const std::size_t index = figures_.size() - 1;
  if (index % levels_every_ == 0 || index + 1 == intervals_.count()) {
    figures->levels = LevelsOf(floor);
    if (figures->levels.has_value()) levels_ = figures->levels;
  }
  before_ = now;
}

}  // namespace flexstock::loadgen
