#include "engine/outbox/expand.h"

#include <array>

namespace flexstock::outbox {
namespace {

using Row = std::array<bool, kAudiences>;

// By EventType, then Audience. A confirmed order is logistics' pickup_requested as well.
constexpr std::size_t kEventTypes = static_cast<std::size_t>(EventType::kProductMode) + 1;
constexpr std::size_t kTypes = static_cast<std::size_t>(shard::kProductImage) + 1;  // told to nobody
const std::array<Row, kTypes> kTold = [] {
  std::array<Row, kTypes> told{};
  for (std::size_t type = 0; type < kEventTypes; ++type) {
    for (std::size_t audience = 0; audience < kAudiences; ++audience) {
      told[type][audience] = Tells(static_cast<EventType>(type), static_cast<Audience>(audience));
    }
  }
  auto& confirmed = told[static_cast<std::size_t>(EventType::kOrderConfirmed)];
  confirmed[static_cast<std::size_t>(Audience::kLogistics)] = true;
  return told;
}();

}  // namespace

bool IsTold(const shard::Change& change, Audience audience) {
  return kTold[static_cast<std::size_t>(change.type())][static_cast<std::size_t>(audience)];
}

std::size_t Expand(const shard::Change& change, const shard::ProductName& product, Audience audience, Event* events) {
  // Each is written from the change: an event copied from the one before would wait for its stores.
  const auto write = [&](Event& event, EventType type) {
    event.type = type;
    event.mode = change.mode();
    event.at_ms = change.at_ms;
    event.deadline_ms = change.deadline_ms;
    event.order = type == EventType::kProductMode ? kNoOrder : change.order;
    event.key = change.key;
    event.product = static_cast<ProductId>(product.product);
    event.member = static_cast<MemberId>(product.member);
    event.customer = static_cast<CustomerId>(change.customer);
    event.qty = change.units();
    event.position = change.image;
  };
  const bool confirmed = change.type() == EventType::kOrderConfirmed;
  write(events[0], confirmed && audience == Audience::kLogistics ? EventType::kPickupRequested : change.type());
  if (!confirmed || audience != Audience::kFeed) return 1;
  write(events[1], EventType::kPickupRequested);
  return 2;
}

}  // namespace flexstock::outbox
