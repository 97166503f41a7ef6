// An epoch leaves the engine whole: what one call changed comes out in one commit, whatever shards it touched.
#include <gtest/gtest.h>

#include <set>

#include "tests/engine/open_engine.h"

namespace flexstock {
namespace {

constexpr CustomerId kCustomer{9};

TEST(EpochTest, NothingIsToldBeforeItsCommit) {
  const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions(7));
  PutLive(*engine, ProductId{1}, 10);
  ASSERT_TRUE(engine->Place({.product = ProductId{1}, .customer = kCustomer}, 0).ok());
  EXPECT_TRUE(PollAll(*engine, Audience::kFeed).empty());
  EXPECT_TRUE(engine->Commit());
  EXPECT_EQ(PollAll(*engine, Audience::kFeed).size(), 2u);
  EXPECT_TRUE(engine->Commit());
  EXPECT_TRUE(PollAll(*engine, Audience::kFeed).empty());
}

TEST(EpochTest, RisesWithEveryCommit) {
  const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions());
  PutLive(*engine, ProductId{1}, 10);
  const PlaceOrder order{.product = ProductId{1}, .customer = kCustomer};
  const PlaceResult first = engine->Place(order, 0);
  const PlaceResult second = engine->Place(order, 0);
  EXPECT_EQ(first.epoch, second.epoch);
  ASSERT_TRUE(engine->Commit());
  const PlaceResult third = engine->Place(order, 0);
  EXPECT_GT(third.epoch, second.epoch);
  EXPECT_EQ(engine->Cancel(third.order, 0).epoch, third.epoch);
}

TEST(EpochTest, CartOverManyShardsIsOfOneEpoch) {
  for (const CartMode mode : {CartMode::kSplit, CartMode::kAllOrNothing}) {
    for (const std::uint32_t shards : {7u, 64u, 1024u}) {
      const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions(shards));
      const std::vector<ProductId> products = PutInDifferentShards(*engine, 5, 100);
      std::vector<CartLine> lines;
      for (const ProductId product : products) lines.push_back({.product = product, .qty = 2});
      std::vector<PlaceResult> results(lines.size());
      const CartResult cart = engine->Place({.customer = kCustomer, .mode = mode, .lines = lines}, results, 0);
      ASSERT_TRUE(cart.ok());
      std::set<OrderId> placed;
      for (const PlaceResult& result : results) {
        EXPECT_EQ(result.epoch, cart.epoch);
        placed.insert(result.order);
      }
      EXPECT_EQ(placed.size(), products.size());
      ASSERT_TRUE(engine->Commit());
      std::set<OrderId> told;
      for (const Event& event : PollAll(*engine, Audience::kFeed)) told.insert(event.order);
      EXPECT_EQ(told, placed);
    }
  }
}

}  // namespace
}  // namespace flexstock
