// Change: one change of state, as it leaves the shard; one cache line. Events and the journal are made of changes: one
// is the order's image after the change, with the caller's key.
//
// A change is told to several audiences: order_confirmed is also logistics' pickup_requested. That is worked out by
// whoever polls (engine/outbox/expand.h), not under the shard's lock.
//
// What changes a product otherwise than through an order (its stock, policy or status) is a change, too, told to nobody
// and made only for the journal. It uses the same line for other fields:
//
//   an order's                                        a product's image (kProductImage)
//   order                                             shard; policy index as the slot; draft as the generation
//   key                                               product id, member id
//   customer, deadline_ms                             supplied, written off
//   image: quantity, accepted, taken                  available
//   product (slot), at_ms, type                       the same
#pragma once

#include <cstdint>

#include "flexstock/events.h"
#include "flexstock/types.h"

namespace flexstock::shard {

// Behind the types of events.
inline constexpr auto kProductImage = static_cast<EventType>(15);

struct alignas(64) Change {
  static constexpr std::uint32_t kPlaced = 1;      // the change that brought the order into being
  static constexpr std::uint32_t kWrittenOff = 2;  // what the order had taken is written off

  OrderId order;  // EventType::kProductMode: only the shard in it counts
  OrderKey key;
  std::int64_t customer;
  Millis at_ms;
  Millis deadline_ms;
  std::uint64_t image;    // Image(); once it is committed, its position: the journal needs the one, events the other
  std::uint32_t product;  // slot
  std::uint32_t told;     // Told()

  // Whole words, because a bit field is written by the byte and read by the word, which the processor cannot forward.
  //   image   59..40 taken, 39..20 accepted, 19..0 quantity
  //   told    31..12 units that it is about, 9..6 flags, 5..4 mode, 3..0 type
  static constexpr std::uint64_t Image(std::uint32_t qty, std::uint32_t accepted, std::uint32_t taken) {
    return std::uint64_t{taken} << 40 | std::uint64_t{accepted} << 20 | qty;
  }
  static constexpr std::uint32_t Told(EventType type, std::uint32_t units, std::uint32_t flags, ProductMode mode) {
    return units << 12 | flags << 6 | static_cast<std::uint32_t>(mode) << 4 | static_cast<std::uint32_t>(type);
  }
  [[nodiscard]] EventType type() const { return static_cast<EventType>(told & 15u); }
  [[nodiscard]] ProductMode mode() const { return static_cast<ProductMode>(told >> 4 & 3u); }
  [[nodiscard]] std::uint32_t flags() const { return told >> 6 & 15u; }
  [[nodiscard]] std::uint32_t units() const { return told >> 12; }
  [[nodiscard]] std::uint32_t qty() const { return static_cast<std::uint32_t>(image) & kUnitsMask; }
  [[nodiscard]] std::uint32_t accepted() const { return static_cast<std::uint32_t>(image >> 20) & kUnitsMask; }
  [[nodiscard]] std::uint32_t taken() const { return static_cast<std::uint32_t>(image >> 40) & kUnitsMask; }

 private:
  static constexpr std::uint32_t kUnitsMask = (1u << 20) - 1;
};
static_assert(sizeof(Change) == 64);
static_assert(kQtyMax < 1 << 20);

// The state that an order has entered with a change of this type; kNone: it has entered none.
constexpr OrderState StateOf(EventType type) {
  switch (type) {
    case EventType::kOrderConfirmed:
      return OrderState::kConfirmed;
    case EventType::kAcceptanceRequested:
      return OrderState::kAwaitingAcceptance;
    case EventType::kPaymentRequested:
      return OrderState::kAwaitingPayment;
    case EventType::kOrderDeclined:
      return OrderState::kDeclined;
    case EventType::kAcceptanceExpired:
      return OrderState::kAcceptanceExpired;
    case EventType::kPaymentExpired:
      return OrderState::kPaymentExpired;
    case EventType::kOrderCanceled:
      return OrderState::kCanceled;
    case EventType::kOrderRefunded:
      return OrderState::kRefunded;
    case EventType::kOrderPickedUp:
      return OrderState::kPickedUp;
    default:
      return OrderState::kNone;
  }
}

}  // namespace flexstock::shard
