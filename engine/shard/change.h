// Change: one change of state, as it leaves the shard; one cache line. Events are made of changes, and so will the
// journal be: it is the order's image after the change, with the caller's key.
//
// A change is told to several audiences: order_confirmed is also logistics' pickup_requested. That is worked out by
// whoever polls (engine/outbox/expand.h), not under the shard's lock.
#pragma once

#include <cstdint>

#include "flexstock/events.h"
#include "flexstock/types.h"

namespace flexstock::shard {

struct alignas(64) Change {
  OrderId order;  // EventType::kProductMode: only the shard in it counts
  OrderKey key;
  std::int64_t customer;
  Millis at_ms;
  Millis deadline_ms;
  std::uint32_t product;  // slot
  std::uint32_t qty;
  EventType type;    // kPickupRequested never stands alone
  ProductMode mode;  // EventType::kProductMode: the new one
};
static_assert(sizeof(Change) == 64);

}  // namespace flexstock::shard
