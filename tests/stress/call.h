// Call: one call of an engine as a thread made it, and what it was answered; and how a model answers the same call.
//
// Orders are named by tickets: a placing call is given one for each order that it may place. Engine and model have
// names of their own for the same order; a ticket is what both answers are told in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/model/decider.h"

namespace flexstock::stress {

enum class Verb : std::uint8_t {
  kPlace,
  kCart,
  kAccept,
  kAcceptPart,
  kDecline,
  kPay,
  kCancel,
  kRefund,
  kPickUp,
  kSet,
  kAdjust,
  kPublish,
  kUnpublish,
  kFindProduct,
  kFindOrder,
  kFindKey,
  kPending,
};
inline constexpr int kVerbs = static_cast<int>(Verb::kPending) + 1;

// Of every product.
inline constexpr MemberId kMember{7};

using Ticket = int;
inline constexpr Ticket kNoTicket = -1;

struct Call {
  Verb verb{};
  Millis at_ms = 0;
  Ticket ticket = kNoTicket;  // placing: of the first order; else: of the order it is about
  ProductId product{};
  CustomerId customer{};
  Units qty = 0;  // also the stock that is set, or added
  OrderKey key{};
  std::vector<CartLine> lines{};
  CartMode mode{};
  std::optional<Units> expect{};
  bool restock = false;

  int thread = 0;
  std::uint64_t invoked = 0, returned = 0;

  // The answer: plain numbers, and the orders that it names, each in the words of whoever answered.
  std::vector<std::int64_t> answer{};
  std::vector<OrderId> orders{};
  std::vector<Ticket> tickets{};  // those orders by their tickets

  [[nodiscard]] bool places() const { return verb == Verb::kPlace || verb == Verb::kCart; }
  [[nodiscard]] std::size_t size() const { return verb == Verb::kCart ? lines.size() : 1; }
  [[nodiscard]] std::string ToText() const;
};

// Asks; fills in `answer` and `orders`. `order` is what the ticket's order is called there.
void Ask(model::Decider& decider, OrderId order, Call& call);

// For placing calls, by position in `orders`: whether that order was placed by this very call, and is no duplicate.
[[nodiscard]] bool WasPlaced(const Call& call, std::size_t position);

}  // namespace flexstock::stress
