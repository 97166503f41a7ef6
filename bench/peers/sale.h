// Sale: what every peer is asked, and what there is to be had.
//
// The first so many of the draws that all benchmarks share. A product is supplied with the units that these orders ask
// of it in all; but one in eight, the most wanted of a Zipf catalogue and the only one of a hot sale among them, has
// half of them. So whatever a peer's speed, and however long its sale is for that reason, it gives about the same mix
// of answers: most orders are confirmed, of the rest the first kPendingMax of a product wait for its member, and the
// others are refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/draws.h"

namespace flexstock::bench::peers {

// Most orders pending on one product.
inline constexpr Units kPendingMax = 100;

enum class Answer : std::uint8_t { kNone, kConfirmed, kPending, kRefused };
inline constexpr std::size_t kAnswers = 4;

// "confirmed", ...; kNone: "no answer"
[[nodiscard]] std::string_view Name(Answer answer);

// One order, as it is kept by peers that are memory of this process: what is known of it later.
struct Order {
  std::int64_t id = 0;  // 1, 2, ...: given by the caller
  std::int64_t product = 0;
  std::int64_t customer = 0;
  std::int32_t qty = 0;
  Answer state = Answer::kNone;
};

class Sale {
 public:
  // orders: at most as many as there are draws.
  Sale(Spread spread, std::uint64_t products, std::uint64_t orders);

  [[nodiscard]] Spread spread() const { return spread_; }
  [[nodiscard]] std::uint64_t orders() const { return orders_; }
  // Of product i + 1.
  [[nodiscard]] const std::vector<Units>& supply() const { return supply_; }
  // i: 0 .. orders() - 1. Each is another customer's.
  [[nodiscard]] Order operator[](std::uint64_t i) const {
    const Draw draw = draws_[i];
    const auto id = static_cast<std::int64_t>(i + 1);
    const auto qty = static_cast<std::int32_t>(draw.qty);
    return {.id = id, .product = std::int64_t{draw.product} + 1, .customer = id, .qty = qty};
  }

 private:
  const Spread spread_;
  const Draws& draws_;
  const std::uint64_t orders_;
  std::vector<Units> supply_;
};

}  // namespace flexstock::bench::peers
