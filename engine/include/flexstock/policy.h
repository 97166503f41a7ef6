// Policy: how one product treats its orders. The engine has defaults (Options::policy); a product may override each.
#pragma once

#include <optional>

#include "flexstock/types.h"

namespace flexstock {

// What happens to an order that the stock cannot serve.
enum class Overflow : std::uint8_t { kAskMember, kReject };
// Whether pending orders are accepted from stock, oldest first, when stock rises.
enum class FillOnRestock : std::uint8_t { kOff, kFifo };
// What a payment after its deadline gets: refund only, or the units again if stock still serves them.
enum class LatePayment : std::uint8_t { kRefund, kRereserve };

struct Policy {
  Millis acceptance_window_ms = 86'400'000;  // >= 1: how long the member has to answer
  Millis payment_window_ms = 86'400'000;     // >= 1: how long the customer has to pay after acceptance
  Millis checkout_hold_ms = 0;  // >= 0. 0: an order within stock is confirmed at once; else its units are held so long
  Units pending_limit = 0;      // >= 0: most orders pending on the product; 0 = no limit
  Units order_limit = 0;        // >= 0: most units in one order; 0 = no limit
  Units customer_limit = 0;     // >= 0: most units one customer may have in orders that count; 0 = no limit
  Overflow overflow = Overflow::kAskMember;
  FillOnRestock fill_on_restock = FillOnRestock::kOff;
  LatePayment late_payment = LatePayment::kRefund;
  bool draw_on_accept = true;  // accepting takes min(available, accepted) out of stock; false: takes nothing

  friend bool operator==(const Policy&, const Policy&) = default;
};

// The fields that a command gives; the others stay as they are (at the engine's defaults, for a new product).
struct PolicyChange {
  std::optional<Millis> acceptance_window_ms{};
  std::optional<Millis> payment_window_ms{};
  std::optional<Millis> checkout_hold_ms{};
  std::optional<Units> pending_limit{};
  std::optional<Units> order_limit{};
  std::optional<Units> customer_limit{};
  std::optional<Overflow> overflow{};
  std::optional<FillOnRestock> fill_on_restock{};
  std::optional<LatePayment> late_payment{};
  std::optional<bool> draw_on_accept{};
};

// True if every field is in its range.
[[nodiscard]] bool IsValid(const Policy& policy);
// `policy` with the given fields of `change`.
[[nodiscard]] Policy Apply(Policy policy, const PolicyChange& change);

}  // namespace flexstock
