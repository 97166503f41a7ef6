#include "engine/outbox/expand.h"

#include <array>

namespace flexstock::outbox {
namespace {

using Row = std::array<bool, kAudiences>;

// By EventType, then Audience. A confirmed order is logistics' pickup_requested as well.
constexpr std::size_t kTypes = static_cast<std::size_t>(EventType::kProductMode) + 1;
const std::array<Row, kTypes> kTold = [] {
  std::array<Row, kTypes> told{};
  for (std::size_t type = 0; type < kTypes; ++type) {
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
  return kTold[static_cast<std::size_t>(change.type)][static_cast<std::size_t>(audience)];
}

std::size_t Expand(const shard::Change& change, const shard::ProductName& product, Audience audience, Event* events) {
  const bool of_product = change.type == EventType::kProductMode;
  Event& event = events[0];
  event = {.type = change.type,
           .mode = change.mode,
           .at_ms = change.at_ms,
           .deadline_ms = change.deadline_ms,
           .order = of_product ? kNoOrder : change.order,
           .key = change.key,
           .product = static_cast<ProductId>(product.product),
           .member = static_cast<MemberId>(product.member),
           .customer = static_cast<CustomerId>(change.customer),
           .qty = change.qty};
  if (change.type != EventType::kOrderConfirmed) return 1;
  if (audience == Audience::kLogistics) event.type = EventType::kPickupRequested;
  if (audience != Audience::kFeed) return 1;
  events[1] = event;
  events[1].type = EventType::kPickupRequested;
  return 2;
}

}  // namespace flexstock::outbox
