// What callers ask, and what they are answered. Plain structs: fill in by name (`{.product = ..., .qty = 2}`).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "flexstock/policy.h"
#include "flexstock/types.h"

namespace flexstock {

struct PutProduct {
  ProductId product{};
  MemberId member{};
  std::optional<Units> stock{};           // 0 .. kStockMax; a new product without it has 0
  std::optional<ProductStatus> status{};  // a new product without it is live
  PolicyChange policy{};
};

struct PlaceOrder {
  ProductId product{};
  CustomerId customer{};
  Units qty = 1;   // 1 .. kQtyMax
  OrderKey key{};  // optional
};

// The same for a product that was resolved before.
struct PlaceOrderByRef {
  ProductRef product{};
  CustomerId customer{};
  Units qty = 1;
  OrderKey key{};
};

struct CartLine {
  ProductId product{};
  Units qty = 1;
  OrderKey key{};
};

// kSplit: each line is an order of its own, in order, nothing between them.
// kAllOrNothing: all lines are taken from stock at one instant, or none is.
enum class CartMode : std::uint8_t { kSplit, kAllOrNothing };

struct PlaceCart {
  CustomerId customer{};
  CartMode mode = CartMode::kSplit;
  std::span<const CartLine>
      lines{};  // 1 .. kCartLinesMax, given keys distinct; else kInvalidArgument for the whole cart
};

struct SetStock {
  ProductId product{};
  Units stock = 0;                // 0 .. kStockMax: available units from now on
  std::optional<Units> expect{};  // 0 or more: only if so many are available now, which may be above kStockMax
};

struct AdjustStock {
  ProductId product{};
  Units by = 0;  // may be negative
};

// The answer to one placed order.
//   code kOk          state is what the order entered; with `duplicate`, the state that the key's order has now
//   code a refusal    nothing changed, nothing is remembered; order is kNoOrder, state kNone
struct PlaceResult {
  Code code = Code::kOk;
  OrderState state = OrderState::kNone;
  bool duplicate = false;
  OrderId order = kNoOrder;
  Millis deadline_ms = 0;  // of the state, if it has one; else 0
  Epoch epoch = 0;         // the commit to wait for: the order's, or one that has all that the answer rests on; 0: none

  [[nodiscard]] bool ok() const { return code == Code::kOk; }
  friend bool operator==(const PlaceResult&, const PlaceResult&) = default;
};

// The answer to a cart.
//   kOk               split: each line has its own answer. all_or_nothing: every line was taken
//   kCartRefused      all_or_nothing: nothing was taken; failing lines have their reason, the others kOk and no order
//   kInvalidArgument  the cart's form; kOverloaded: see Code. The lines then have that code, too
struct CartResult {
  Code code = Code::kOk;
  bool duplicate = false;  // all_or_nothing: this very cart was taken before
  Epoch epoch = 0;

  [[nodiscard]] bool ok() const { return code == Code::kOk; }
};

// The answer to every other command.
struct CommandResult {
  Code code = Code::kOk;
  bool duplicate = false;                // its effect already stood; nothing changed
  OrderState state = OrderState::kNone;  // order commands: the order's state now (with kWrongState: the one in the way)
  Epoch epoch = 0;

  [[nodiscard]] bool ok() const { return code == Code::kOk; }
};

// A product as it stands at one instant.
struct ProductView {
  ProductId product{};
  MemberId member{};
  ProductMode mode = ProductMode::kInactive;
  Units available = 0;
  Units held = 0;         // taken by orders awaiting payment
  Units sold = 0;         // taken by confirmed and picked-up orders, forgotten ones too
  Units written_off = 0;  // taken by orders refunded without restock
  Units supplied = 0;     // == available + held + sold + written_off, always
  Units pending = 0;      // orders awaiting acceptance
  Policy policy{};
};

// An order as it stands at one instant.
struct OrderView {
  OrderId order = kNoOrder;
  OrderKey key{};
  ProductId product{};
  MemberId member{};
  CustomerId customer{};
  Units qty = 0;
  Units accepted = 0;  // 0 until accepted
  Units taken = 0;     // units of stock that it took and may give back
  OrderState state = OrderState::kNone;
  Millis deadline_ms = 0;  // of a waiting order; else 0
};

// What Engine::Audit found.
struct AuditReport {
  std::size_t products = 0;
  std::size_t orders = 0;                                                  // remembered
  std::size_t pending = 0;                                                 // of them, awaiting acceptance
  Units available = 0, held = 0, sold = 0, written_off = 0, supplied = 0;  // sums over all products, 2^63-1 at most
  std::vector<ProductId> broken{};  // products whose units do not add up, or disagree with their orders; at most 100
  std::size_t broken_count = 0;

  [[nodiscard]] bool ok() const { return broken_count == 0; }
};

// What one shard has been through. Counters only grow; the others are as of the call.
struct ShardStats {
  std::uint64_t lock_waits = 0;    // times a caller found the lock taken
  std::uint64_t time_clamped = 0;  // calls whose time lay behind the latest one seen, and counted as that
  std::uint64_t orders = 0;        // remembered now
  std::uint64_t order_slots = 0;   // memory held for orders, in slots of 64 bytes (keys: 16 more)
  std::uint64_t products = 0;
  std::uint64_t changes_waiting = 0;  // not yet handed to the outbox
};

}  // namespace flexstock
