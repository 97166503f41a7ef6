#include "tests/sim/consumer.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace flexstock::sim {
namespace {

std::string Named(const Consumer::Place& place) {
  return std::string(Name(static_cast<EventType>(place.second))) + " at position " + std::to_string(place.first);
}

}  // namespace

bool IsTold(EventType type, Audience audience) {
  using enum EventType;
  const bool customer = type != kPickupRequested && type != kAcceptanceRequested && type != kProductMode;
  const bool member =
      type != kPickupRequested && type != kPaymentRequested && type != kOrderDeclined && type != kOrderPickedUp;
  switch (audience) {
    case Audience::kCustomer:
      return customer;
    case Audience::kMember:
      return member;
    case Audience::kLogistics:
      return type == kPickupRequested;
    case Audience::kFeed:
      return true;
  }
  return false;
}

std::string Consumer::Hear(Engine& engine, std::size_t most) {
  const std::string whom = std::string(Name(audience_)) + ": ";
  std::vector<Event> events(most + 2);
  events.resize(engine.Poll(audience_, events));
  for (const Event& event : events) {
    const Place place{event.position, static_cast<int>(event.type)};
    if (event.position == 0) return whom + "an event has no position";
    if (!IsTold(event.type, audience_)) return whom + Named(place) + " is none of its business";
    if (!heard_.empty() && place.first < heard_.rbegin()->first) return whom + "positions run back";
    if (event.position <= confirmed_durable_ && heard_.empty()) {
      return whom + Named(place) + " is told again, but " + std::to_string(confirmed_durable_) +
             " was confirmed and durable";
    }
    if (!heard_.insert(place).second) return whom + Named(place) + " is told twice in one life";
    const auto [known, fresh] = told_.emplace(place, event);
    if (!fresh && known->second != event) return whom + Named(place) + " was another event before the crash";
    if (each_) each_(event);
  }
  return {};
}

void Consumer::Confirm(Engine& engine) {
  if (heard_.empty()) return;
  confirmed_ = std::max(confirmed_, heard_.rbegin()->first);
  said_ = std::max(said_, confirmed_);
  engine.Confirm(audience_, confirmed_);
}

void Consumer::EngineEnded(bool orderly) {
  if (orderly) confirmed_durable_ = confirmed_;
  confirmed_ = confirmed_durable_;  // what was said and may be lost has to be said again
  heard_.clear();
}

std::string Consumer::HearAll(Engine& engine) {
  for (std::size_t before = ~std::size_t{0}; heard_.size() != before;) {
    before = heard_.size();
    if (std::string wrong = Hear(engine, 200); !wrong.empty()) return wrong;
  }
  return {};
}

std::uint64_t Consumer::unconfirmed() const {
  const auto first = heard_.upper_bound({confirmed_, std::numeric_limits<int>::max()});
  return first == heard_.end() ? 0 : heard_.rbegin()->first - first->first + 1;
}

std::string Consumer::HearAgain(Engine& engine) {
  if (std::string wrong = HearAll(engine); !wrong.empty()) return wrong;
  for (const auto& [place, event] : told_) {
    if (place.first > said_ && heard_.count(place) == 0) {
      return std::string(Name(audience_)) + ": " + Named(place) + " was not confirmed, and is not told again";
    }
  }
  return {};
}

std::string Consumer::CompareWith(const Consumer& feed) const {
  std::size_t expected = 0;
  for (const auto& [place, event] : feed.told()) {
    if (!IsTold(event.type, audience_)) continue;
    ++expected;
    const auto found = told_.find(place);
    if (found == told_.end()) return std::string(Name(audience_)) + " was never told " + Named(place);
    if (found->second != event) return std::string(Name(audience_)) + " was told another " + Named(place);
  }
  if (told_.size() != expected) return std::string(Name(audience_)) + " was told more than the feed";
  return {};
}

}  // namespace flexstock::sim
