// A member's pending orders, oldest first.
#include <gtest/gtest.h>

#include <random>

#include "tests/engine/open_engine.h"
#include "tests/model/seed.h"

namespace flexstock {
namespace {

constexpr MemberId kMember{7}, kOther{8};

TEST(PendingTest, OldestFirstOverAllProducts) {
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions(seed % 3 == 0 ? 1 : 7));
    for (std::int64_t id = 1; id <= 20; ++id) PutLive(*engine, ProductId{id}, 0, {}, id % 4 == 0 ? kOther : kMember);
    std::vector<OrderId> expected;
    // No two at one millisecond: then the order between products is exact.
    for (Millis at_ms = 1; at_ms <= 300; ++at_ms) {
      const auto id = static_cast<std::int64_t>(1 + random() % 20);
      const PlaceResult placed = engine->Place({.product = ProductId{id}, .customer = CustomerId{9}}, at_ms);
      ASSERT_EQ(placed.state, OrderState::kAwaitingAcceptance);
      if (id % 4 != 0) expected.push_back(placed.order);
    }
    for (int i = 0; i < 40; ++i) {
      const auto at = static_cast<std::ptrdiff_t>(random() % expected.size());
      ASSERT_TRUE(engine->Decline(expected[static_cast<std::size_t>(at)], 300).ok());
      expected.erase(expected.begin() + at);
    }
    for (const std::size_t max :
         {std::size_t{0}, std::size_t{1}, std::size_t{10}, expected.size(), std::size_t{1000}}) {
      std::vector<OrderView> orders;
      ASSERT_EQ(engine->Pending(kMember, max, &orders, 300), Code::kOk);
      ASSERT_EQ(orders.size(), std::min(max, expected.size()));
      for (std::size_t i = 0; i < orders.size(); ++i) {
        EXPECT_EQ(orders[i].order, expected[i]);
        EXPECT_EQ(orders[i].member, kMember);
        EXPECT_EQ(orders[i].state, OrderState::kAwaitingAcceptance);
      }
    }
  }
}

TEST(PendingTest, ExactWithinAProductAtOneMillisecond) {
  const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions(7));
  PutLive(*engine, ProductId{1}, 0);
  std::vector<OrderId> expected;
  // More than 2^16 would be needed to reach the next millisecond's stamps; a few hundred show the order.
  for (int i = 0; i < 500; ++i) {
    expected.push_back(engine->Place({.product = ProductId{1}, .customer = CustomerId{9}}, 5).order);
  }
  std::vector<OrderView> orders;
  ASSERT_EQ(engine->Pending(kMember, 1000, &orders, 5), Code::kOk);
  ASSERT_EQ(orders.size(), expected.size());
  for (std::size_t i = 0; i < orders.size(); ++i) EXPECT_EQ(orders[i].order, expected[i]);
}

TEST(PendingTest, WhatHasExpiredIsNotPending) {
  const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions(7));
  for (std::int64_t id = 1; id <= 10; ++id) {
    PutLive(*engine, ProductId{id}, 0, {.acceptance_window_ms = 100});
    ASSERT_TRUE(engine->Place({.product = ProductId{id}, .customer = CustomerId{9}}, 1000 + id).ok());
  }
  std::vector<OrderView> orders(3);
  ASSERT_EQ(engine->Pending(kMember, 100, &orders, 1105), Code::kOk);
  EXPECT_EQ(orders.size(), 5u);
  ASSERT_EQ(engine->Pending(kMember, 100, &orders, 1110), Code::kOk);
  EXPECT_TRUE(orders.empty());
  ASSERT_EQ(engine->Pending(MemberId{99}, 100, &orders, 1110), Code::kOk);
  EXPECT_TRUE(orders.empty());
}

}  // namespace
}  // namespace flexstock
