// Stream: a random day in commands, that any decider can be taken through.
//
// A command names an order by its ticket: the number of the line that placed it, counted over all lines of the stream.
// A ticket means the same whoever executes the stream, and goes on meaning it when other commands are taken out, which
// is what lets a failing stream be shrunk. The ticket of a refused line names no order.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "flexstock/requests.h"

namespace flexstock::differential {

using Ticket = std::uint32_t;

// Lines that are placed one by one, by a call each (`batch` false: then there is one) or by PlaceMany.
struct PlaceOrders {
  Ticket first = 0;  // the first line's; the others follow
  bool batch = false;
  std::vector<PlaceOrder> orders = {};
};

struct PlaceLines {
  Ticket first = 0;
  CustomerId customer{};
  CartMode mode{};
  std::vector<CartLine> lines = {};
};

struct SetLive {
  ProductId product{};
  bool live = true;
};

enum class Verb : std::uint8_t { kAccept, kAcceptPart, kDecline, kPay, kCancel, kRefund, kPickUp };

struct Treat {
  Verb verb{};
  Ticket ticket = 0;
  Units qty = 0;         // kAcceptPart
  bool restock = false;  // kRefund
};

// Questions move time as commands do.
struct AskProduct {
  ProductId product{};
};
struct AskOrder {
  Ticket ticket = 0;
};
struct AskKey {
  OrderKey key{};
};
struct AskPending {
  MemberId member{};
  std::size_t max = 0;
};

struct Advance {};
// Everything is due that is, all events are there, and every view and sum is compared.
struct Checkpoint {};

using Action = std::variant<PutProduct, SetStock, AdjustStock, SetLive, PlaceOrders, PlaceLines, Treat, AskProduct,
                            AskOrder, AskKey, AskPending, Advance, Checkpoint>;

struct Command {
  Millis at_ms = 0;
  Action action;
};

struct Stream {
  Policy policy;  // the engine's defaults
  Millis retention_ms = 0;
  std::vector<Command> commands;
  // Every valid one that the commands use: what checkpoints look at.
  std::vector<ProductId> products;
  std::vector<MemberId> members;
  std::vector<OrderKey> keys;
};

// One command, or one answer, on one line, for whoever has to find out what went wrong.
[[nodiscard]] std::string ToText(const Command& command);
[[nodiscard]] std::string ToText(const Policy& policy);
[[nodiscard]] std::string ToText(OrderKey key);

}  // namespace flexstock::differential
