// The words of flexstock: identities, units, times, states and answers.
//
// Ids are strong types, so that a customer can never be passed where a product is meant. Units and milliseconds are
// plain integers, because they are added and compared; every request names them in a struct, so that they cannot be
// swapped by position.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace flexstock {

// Whatever is sold, whoever sells it, whoever orders it. Range 1 .. 2^63-1; anything else is kInvalidArgument.
enum class ProductId : std::int64_t {};
enum class MemberId : std::int64_t {};
enum class CustomerId : std::int64_t {};

// The engine's name for a remembered order: it finds the order without a lookup. Never 0, never used again for another
// order of the same engine: once the order is forgotten the id is answered kUnknownOrder for ever. With a journal this
// counts from when the order is durable: one that a crash takes back leaves its id to another.
enum class OrderId : std::uint64_t {};
inline constexpr OrderId kNoOrder{0};

// The caller's own name for an order, 128 bits, unique over the whole engine: placing the same key twice places one
// order. All zero means "no key": such an order cannot be placed twice by mistake being recognised, and costs less.
struct OrderKey {
  std::uint64_t hi = 0;
  std::uint64_t lo = 0;
  friend constexpr auto operator<=>(const OrderKey&, const OrderKey&) = default;
  [[nodiscard]] constexpr bool given() const { return (hi | lo) != 0; }
};

// A product that was looked up once (Engine::Resolve). Valid for the life of the engine that gave it.
struct ProductRef {
  std::uint32_t shard = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t slot = std::numeric_limits<std::uint32_t>::max();
  friend constexpr bool operator==(const ProductRef&, const ProductRef&) = default;
};

using Units = std::int64_t;   // pieces of a product
using Millis = std::int64_t;  // milliseconds: since the Unix epoch for an instant, >= 0; or a length of time
using Epoch = std::uint64_t;  // number of a commit; what one call changed belongs to exactly one epoch

// "Take the time from the engine's clock": the default of every call's last argument.
inline constexpr Millis kNow = std::numeric_limits<Millis>::min();

inline constexpr Units kStockMax = 1'000'000'000'000;  // most units a command may set as available
inline constexpr Units kQtyMax = 1'000'000;            // most units in one order
inline constexpr std::size_t kCartLinesMax = 64;       // most lines in one cart

// Where an order stands. Waiting states (the first two) have a deadline; the others are settled and are forgotten
// Options::retention_ms after they were entered.
enum class OrderState : std::uint8_t {
  kNone,                // no order: the state given with a refusal
  kAwaitingAcceptance,  // pending: the member has to answer
  kAwaitingPayment,     // the customer has to pay
  kConfirmed,
  kPickedUp,
  kDeclined,
  kAcceptanceExpired,
  kPaymentExpired,
  kCanceled,
  kRefunded,
};

// What the engine answers. kOk or one reason; a reason means that nothing changed (but see kPaymentLate).
enum class Code : std::uint8_t {
  kOk,
  // The rules (docs/semantics.md):
  kInvalidArgument,    // a value out of its range; before all else, but for a range that depends on the order or stock
  kUnknownProduct,     // no such product
  kUnknownOrder,       // never placed, or forgotten
  kKeyConflict,        // the key names an order for another product, customer or quantity
  kProductDraft,       // the product is not for sale
  kOrderLimit,         // more units than one order may have
  kCustomerLimit,      // more units than one customer may have
  kInsufficientStock,  // some units are there, not enough
  kSoldOut,            // no unit is there
  kBacklogFull,        // the product has as many pending orders as it may
  kMemberMismatch,     // the product belongs to another member
  kStockConflict,      // compare-and-set: the stock is not what was expected
  kWrongState,         // the order's state does not allow it; the state is given
  kPaymentLate,        // the payment's deadline has passed; that it has to go back is told once
  kCartRefused,        // an all_or_nothing cart: the lines say why
  // The engine's own limits (docs/embedding.md):
  kOrdersFull,    // Options::orders_max reached
  kProductsFull,  // Options::products_max reached
  kOverloaded,    // events are not taken away: Options::events_max reached. Poll (and Confirm) events, then try again
  kReadOnly,      // a write or a sync of the journal failed: nothing is taken any more (Engine::Journal says why)
};

enum class ProductStatus : std::uint8_t { kLive, kDraft };

// How a product sells right now: derived from status and available units, never stored.
enum class ProductMode : std::uint8_t { kActive, kInactive, kDraft };

// The words used in command logs, results and events: "awaiting_payment", "sold_out", "active". Never empty for a value
// of the enumeration, except OrderState::kNone, which is "".
[[nodiscard]] std::string_view Name(OrderState state);
[[nodiscard]] std::string_view Name(Code code);
[[nodiscard]] std::string_view Name(ProductMode mode);

}  // namespace flexstock
