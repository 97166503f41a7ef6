// SpecTest: the rules, paragraph by paragraph, asked of the model and of engines alike.
//
// Each test runs on the model, on an engine of one shard and on one of seven. A test opens its world with Open, says
// what time it is in `now`, and then compares answers, views and what was told (Told) with the rules. The shop has one
// product of one member, and one customer, unless a test says otherwise.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tests/model/engine_decider.h"
#include "tests/model/model.h"

namespace flexstock {

// How a failing test shows them.
inline void PrintTo(OrderState state, std::ostream* out) { *out << "state '" << Name(state) << "'"; }
inline void PrintTo(Code code, std::ostream* out) { *out << Name(code); }
inline void PrintTo(ProductMode mode, std::ostream* out) { *out << Name(mode); }

}  // namespace flexstock

namespace flexstock::spec {

enum class Who { kModel, kEngineOfOneShard, kEngineOfSevenShards };

inline constexpr Millis kDay = 86'400'000;
inline constexpr std::int64_t kMin64 = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kMax64 = std::numeric_limits<std::int64_t>::max();

inline constexpr ProductId kProduct{1}, kOtherProduct{2}, kNoProduct{3};
inline constexpr MemberId kMember{7}, kOtherMember{8};
inline constexpr CustomerId kCustomer{9}, kOtherCustomer{10};
inline constexpr OrderKey kKey{.hi = 5, .lo = 1}, kOtherKey{.hi = 5, .lo = 2};

using Lines = std::vector<std::string>;

class SpecTest : public testing::TestWithParam<Who> {
 protected:
  // A fresh shop without products.
  void Open(const Policy& policy = {}, Millis retention_ms = kDay);

  // ---- Commands, all at `now` ----
  void Put(Units stock, const PolicyChange& policy = {}, ProductId product = kProduct,
           ProductStatus status = ProductStatus::kLive);
  void SetStock(Units stock, ProductId product = kProduct);
  PlaceResult Place(const PlaceOrder& order) { return shop().Place(order, now); }
  PlaceResult Place(Units qty) { return Place({.product = kProduct, .customer = kCustomer, .qty = qty}); }
  // The order of a place that must not be refused.
  OrderId Placed(const PlaceOrder& order);
  OrderId Placed(Units qty) { return Placed({.product = kProduct, .customer = kCustomer, .qty = qty}); }

  // ---- Questions, all at `now` ----
  ProductView Product(ProductId product = kProduct);
  OrderView Order(OrderId order);
  // kNone: not remembered.
  OrderState State(OrderId order);
  // What was told since the last call: "order_confirmed at 5 qty 3", "payment_requested at 5 qty 2 until 15",
  // "product_mode inactive at 5".
  Lines Told();

  model::Decider& shop() { return *shop_; }

  Millis now = 1'000'000;

 private:
  std::unique_ptr<model::Decider> shop_;
};

// An answer in one word: the state entered or found, "duplicate", or the refusal.
std::string Answer(const CommandResult& result);
std::string Answer(const PlaceResult& result);

// Runs a suite on everybody.
#define FLEXSTOCK_SPEC(Suite)                                                                               \
  INSTANTIATE_TEST_SUITE_P(Asked, Suite,                                                                    \
                           testing::Values(Who::kModel, Who::kEngineOfOneShard, Who::kEngineOfSevenShards), \
                           [](const auto& asked) { return WhoName(asked.param); })
std::string WhoName(Who who);

}  // namespace flexstock::spec
