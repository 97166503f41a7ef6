// Order: one remembered order, one cache line. And OrderId, the name that finds it without a lookup.
//
// A slot is in exactly one of these, told by its state:
//
//   state                   prev, next        pending_prev, pending_next    when_ms
//   none (free)             free list (next)  -                             -
//   awaiting_acceptance     timer wheel       the product's pending list    deadline
//   awaiting_payment        timer wheel       -                             deadline
//   any settled state       -                 -                             the instant it was entered
#pragma once

#include <algorithm>
#include <cstdint>

#include "flexstock/types.h"

namespace flexstock::shard {

struct alignas(64) Order {
  std::int64_t customer;
  Millis when_ms;
  std::uint64_t placed;  // order of placement in the shard: (ms << 16) + counter, strictly rising
  std::uint32_t qty;
  std::uint32_t accepted;  // 0 until accepted
  std::uint32_t taken;
  std::uint32_t product;  // slot in the same shard
  std::uint32_t prev, next;
  std::uint32_t pending_prev, pending_next;
  std::uint32_t generation;  // of this slot's present or next order, 24 bits; a slot that has had all is retired
  // Whole bytes: a bit field is written by the byte and read by the word, which the processor cannot forward.
  OrderState state;
  std::uint8_t settlings;  // how often it has settled, after the first time (SettledQueue)
  std::uint8_t marks;      // of the kinds below
  std::uint8_t unused;

  static constexpr std::uint8_t kKeyed = 1;       // its key is in the key slab, and in the key index
  static constexpr std::uint8_t kRefundTold = 2;  // refund_due was told
  static constexpr std::uint8_t kCounted = 4;  // its units count in the shard's customer units, while its state counts
  static constexpr std::uint8_t kOutbid = 8;   // the index has its key for an order that was placed later

  [[nodiscard]] bool has(std::uint8_t mark) const { return (marks & mark) != 0; }
  // The units it is about: what the member accepted, once he has.
  [[nodiscard]] std::uint32_t units() const { return accepted != 0 ? accepted : qty; }
};
static_assert(sizeof(Order) == 64);

inline constexpr int kShardBits = 10;
inline constexpr int kSlotBits = 30;
inline constexpr std::uint32_t kSlotEnd = 1u << kSlotBits;  // slots are below it
inline constexpr int kGenerationBits = 24;
inline constexpr std::uint32_t kGenerationMax = (1u << kGenerationBits) - 1;
static_assert(kShardBits + kSlotBits + kGenerationBits == 64);

// Where an order is.
struct OrderPlace {
  std::uint32_t shard;
  std::uint32_t slot;
};

//   63        54 53                 24 23            0
//   +-----------+---------------------+---------------+
//   |   shard   |        slot         |  generation   |     generation >= 1, so that no id is 0
//   +-----------+---------------------+---------------+
constexpr OrderId MakeOrderId(OrderPlace place, std::uint32_t generation) {
  return static_cast<OrderId>(std::uint64_t{place.shard} << (kSlotBits + kGenerationBits) |
                              std::uint64_t{place.slot} << kGenerationBits | generation);
}
constexpr OrderPlace PlaceOf(OrderId id) {
  const auto bits = static_cast<std::uint64_t>(id);
  return {static_cast<std::uint32_t>(bits >> (kSlotBits + kGenerationBits)),
          static_cast<std::uint32_t>(bits >> kGenerationBits) & (kSlotEnd - 1)};
}
constexpr std::uint32_t GenerationOf(OrderId id) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(id)) & kGenerationMax;
}

// The order of placement of an order placed at `now_ms` after one with `newest`. Strictly rising, and near the time of
// placement: within a shard it is the order of placement, between shards it is so to the millisecond (until the year
// 6429, when it becomes a plain count).
constexpr std::uint64_t NextPlaced(std::uint64_t newest, Millis now_ms) {
  constexpr Millis kStampedMax = (Millis{1} << 47) - 1;
  return std::max(newest + 1, static_cast<std::uint64_t>(std::min(now_ms, kStampedMax)) << 16);
}

constexpr bool IsWaiting(OrderState state) {
  return state == OrderState::kAwaitingAcceptance || state == OrderState::kAwaitingPayment;
}
// Orders whose units count for customer_limit.
constexpr bool Counts(OrderState state) {
  return IsWaiting(state) || state == OrderState::kConfirmed || state == OrderState::kPickedUp;
}

}  // namespace flexstock::shard
