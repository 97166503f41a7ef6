// What takes seconds to show.
#include <gtest/gtest.h>

#include "engine/shard/order.h"
#include "tests/engine/open_engine.h"
#include "tests/engine/wheel_nodes.h"

namespace flexstock {
namespace {

TEST(TimerWheelSlowTest, HoldsTenMillion) { wheel::ArmAndPop(10'000'000); }

// A slot has 2^24 - 1 orders in its life; then it is retired, so that no id ever comes back.
TEST(GenerationSlowTest, SlotThatHasHadAllItsOrdersIsRetired) {
  Options options = QuietOptions();
  options.orders_max = 2;
  options.retention_ms = 0;  // forgotten by the next call
  options.audiences = {};
  const std::unique_ptr<Engine> engine = OpenEngine(options);
  PutLive(*engine, ProductId{1}, kStockMax);
  const PlaceOrder order{.product = ProductId{1}, .customer = CustomerId{9}};

  std::vector<OrderId> some;
  for (int slot = 0; slot < 2; ++slot) {
    OrderId last = kNoOrder;
    for (std::uint32_t generation = 1; generation <= shard::kGenerationMax; ++generation) {
      const PlaceResult placed = engine->Place(order, 0);
      ASSERT_TRUE(placed.ok()) << Name(placed.code) << " at " << generation;
      ASSERT_GT(placed.order, last);  // never one that was given before
      last = placed.order;
      if (generation % 1'000'000 == 1 || generation == shard::kGenerationMax) some.push_back(placed.order);
    }
  }
  EXPECT_EQ(engine->Place(order, 0).code, Code::kOrdersFull);
  EXPECT_EQ(engine->Place(order, 1'000'000).code, Code::kOrdersFull);
  for (const OrderId old : some) EXPECT_EQ(engine->Cancel(old, 1'000'000).code, Code::kUnknownOrder);
  EXPECT_EQ(ViewOf(*engine, ProductId{1}, 1'000'000).sold, 2 * Units{shard::kGenerationMax});
  EXPECT_TRUE(engine->Audit().ok());
}

}  // namespace
}  // namespace flexstock
