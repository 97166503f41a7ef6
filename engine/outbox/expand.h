// From changes to events: which audience is told of a change, and as what. Done by whoever polls, on his own time.
#pragma once

#include <span>

#include "engine/shard/change.h"
#include "engine/shard/product.h"
#include "flexstock/events.h"

namespace flexstock::outbox {

// Most events that one change is to one audience: the feed gets order_confirmed and pickup_requested.
inline constexpr std::size_t kEventsAChange = 2;

[[nodiscard]] bool IsTold(const shard::Change& change, Audience audience);

// Writes the change's events for `audience`, 1 to kEventsAChange of them, and says how many. IsTold(change, audience).
std::size_t Expand(const shard::Change& change, const shard::ProductName& product, Audience audience, Event* events);

}  // namespace flexstock::outbox
