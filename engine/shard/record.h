// Record: one change as it comes back from the journal: all that a shard needs to put it back.
#pragma once

#include <cstdint>

#include "engine/shard/change.h"
#include "engine/shard/order.h"
#include "flexstock/policy.h"
#include "flexstock/types.h"

namespace flexstock::shard {

// A change that was there and need not be: the same product's image follows within the epoch. It counts.
inline constexpr auto kSuperseded = static_cast<EventType>(14);

struct Record {
  EventType type{};
  ProductMode mode{};  // kProductMode
  bool placed = false;
  bool written_off = false;
  bool draft = false;            // kProductImage
  std::uint32_t product = 0;     // slot; an order's: only if placed
  std::uint32_t slot = 0;        // the order's
  std::uint32_t generation = 0;  // the order's
  std::uint32_t qty = 0;         // if placed
  std::uint32_t accepted = 0, taken = 0;
  Millis at_ms = 0;
  Millis deadline_ms = 0;
  std::int64_t customer = 0;  // if placed
  OrderKey key{};             // if placed
  // kProductImage:
  std::int64_t product_id = 0, member = 0;
  Units supplied = 0, written_off_units = 0, available = 0;
  Policy policy{};

  [[nodiscard]] bool is_order() const { return type <= EventType::kRefundDue; }
};

// A product as a snapshot holds it.
struct ProductImage {
  std::uint32_t slot = 0;
  std::int64_t product = 0, member = 0;
  Units available = 0, held = 0, sold = 0, written_off = 0, supplied = 0;
  bool draft = false;
  Policy policy{};
};

// An order's slot as a snapshot holds it. State kNone: a free one, of which the generation is all that counts.
struct SlotImage {
  std::uint32_t slot = 0;
  Order order{};
  OrderKey key{};
};

}  // namespace flexstock::shard
