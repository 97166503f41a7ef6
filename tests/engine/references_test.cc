// Names that were never given: any 64 bits as an order, any two numbers as a product. They are answered, never
// followed.
#include <gtest/gtest.h>

#include <random>

#include "tests/engine/open_engine.h"
#include "tests/model/seed.h"

namespace flexstock {
namespace {

constexpr CustomerId kCustomer{9};

void ExpectUnknown(Engine& engine, OrderId order) {
  OrderView view;
  EXPECT_EQ(engine.Find(order, &view, 0), Code::kUnknownOrder);
  EXPECT_EQ(engine.Accept(order, 0).code, Code::kUnknownOrder);
  EXPECT_EQ(engine.AcceptPart(order, 1, 0).code, Code::kUnknownOrder);
  EXPECT_EQ(engine.Decline(order, 0).code, Code::kUnknownOrder);
  EXPECT_EQ(engine.Pay(order, 0).code, Code::kUnknownOrder);
  EXPECT_EQ(engine.Cancel(order, 0).code, Code::kUnknownOrder);
  EXPECT_EQ(engine.Refund(order, true, 0).code, Code::kUnknownOrder);
  EXPECT_EQ(engine.PickUp(order, 0).code, Code::kUnknownOrder);
}

class ReferencesTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  void SetUp() override {
    Options options = QuietOptions(GetParam());
    options.retention_ms = 10;
    engine_ = OpenEngine(options);
    for (std::int64_t id = 1; id <= 20; ++id) PutLive(*engine_, ProductId{id}, 100);
  }
  std::unique_ptr<Engine> engine_;
};

TEST_P(ReferencesTest, OrderIdsThatWereNeverGivenAreUnknown) {
  for (std::int64_t id = 1; id <= 20; ++id) {
    ASSERT_TRUE(engine_->Place({.product = ProductId{id}, .customer = kCustomer}, 0).ok());
  }
  ExpectUnknown(*engine_, kNoOrder);
  ExpectUnknown(*engine_, OrderId{~std::uint64_t{0}});
  for (const std::uint64_t seed : model::Seeds(1, 1)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    // Any bits; bits near those that are given: few shards, few slots, few generations, but none that was given (>= 2).
    for (int i = 0; i < 20'000; ++i) {
      ExpectUnknown(*engine_, OrderId{random() | 2});
      const std::uint64_t near = random() % 8 << 54 | random() % 64 << 24 | random() % 3 << 1;
      ExpectUnknown(*engine_, OrderId{near});
      if (HasFailure()) return;
    }
  }
  EXPECT_EQ(engine_->Audit().available, 20 * 99);
}

TEST_P(ReferencesTest, ForgottenOrderIsUnknownForEver) {
  const PlaceOrder order{.product = ProductId{1}, .customer = kCustomer};
  std::vector<OrderId> forgotten;
  for (Millis at_ms = 0; at_ms < 1000; at_ms += 10) {
    const PlaceResult placed = engine_->Place(order, at_ms);  // takes the slot of the one before
    ASSERT_TRUE(placed.ok());
    for (const OrderId old : forgotten) {
      ASSERT_NE(old, placed.order);
      ASSERT_EQ(engine_->Cancel(old, at_ms).code, Code::kUnknownOrder);
    }
    forgotten.push_back(placed.order);
  }
}

TEST_P(ReferencesTest, ProductRefsThatWereNeverGivenAreUnknown) {
  for (const std::uint64_t seed : model::Seeds(1, 1)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::vector<PlaceOrderByRef> orders = {{.product = {}, .customer = kCustomer}};
    for (int i = 0; i < 10'000; ++i) {
      const auto shard = static_cast<std::uint32_t>(random() >> (random() % 33));
      const auto slot = static_cast<std::uint32_t>(random() | 32);  // none of those that are there
      orders.push_back({.product = {.shard = shard, .slot = slot}, .customer = kCustomer});
    }
    for (const PlaceOrderByRef& order : orders) {
      ASSERT_EQ(engine_->Place(order, 0).code, Code::kUnknownProduct);
    }
    std::vector<PlaceResult> results(orders.size());
    engine_->PlaceMany(orders, results, 0);
    for (const PlaceResult& result : results) ASSERT_EQ(result.code, Code::kUnknownProduct);
  }
  EXPECT_EQ(engine_->Audit().orders, 0u);
}

TEST_P(ReferencesTest, ResolveFindsWhatIsThereAndLeavesTheRestAlone) {
  ProductRef ref;
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{21}, INT64_MIN, INT64_MAX}) {
    EXPECT_FALSE(engine_->Resolve(ProductId{id}, &ref));
    EXPECT_EQ(ref, ProductRef{});
  }
  for (std::int64_t id = 1; id <= 20; ++id) {
    ASSERT_TRUE(engine_->Resolve(ProductId{id}, &ref));
    const PlaceResult placed = engine_->Place(PlaceOrderByRef{.product = ref, .customer = kCustomer, .qty = id}, 0);
    ASSERT_TRUE(placed.ok());
    EXPECT_EQ(ViewOf(*engine_, ProductId{id}).sold, id);
  }
}

INSTANTIATE_TEST_SUITE_P(Shards, ReferencesTest, testing::Values(1u, 7u, 1024u));

}  // namespace
}  // namespace flexstock
