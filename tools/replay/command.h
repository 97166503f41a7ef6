// Command: one line of a log, understood. What is missing here is not yet judged: values out of their range are
// commands too, and it is the engine that answers them.
//
// Strings and lines are views into the parser that made the command, good until it parses the next.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "flexstock/requests.h"

namespace flexstock::replay {

struct Place {
  std::string_view order;
  ProductId product{};
  CustomerId customer{};
  Units qty = 0;
};

struct Cart {
  struct Line {
    std::string_view order;
    ProductId product{};
    Units qty = 0;
  };
  CustomerId customer{};
  CartMode mode = CartMode::kSplit;
  std::span<const Line> lines;
};

struct Accept {
  std::string_view order;
  std::optional<Units> qty;
};

struct Decline {
  std::string_view order;
};

struct Pay {
  std::string_view order;
};

struct Cancel {
  std::string_view order;
};

struct Refund {
  std::string_view order;
  bool restock = false;
};

struct PickUp {
  std::string_view order;
};

struct Publish {
  ProductId product{};
};

struct Unpublish {
  ProductId product{};
};

struct Advance {};

struct Command {
  Millis at_ms = 0;
  std::variant<Advance, Place, Cart, Accept, Decline, Pay, Cancel, Refund, PickUp, PutProduct, SetStock, AdjustStock,
               Publish, Unpublish>
      action;
};

}  // namespace flexstock::replay
