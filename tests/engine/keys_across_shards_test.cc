// A key names one order in the whole engine, whichever shards the products are in.
#include <gtest/gtest.h>

#include "tests/engine/open_engine.h"

namespace flexstock {
namespace {

constexpr CustomerId kCustomer{9};
constexpr OrderKey kKey{.hi = 1, .lo = 2};
constexpr Millis kRetention = 100;

class KeysAcrossShardsTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  void SetUp() override {
    Options options = QuietOptions(GetParam());
    options.retention_ms = kRetention;
    engine_ = OpenEngine(options);
    if (GetParam() == 1) {
      for (const std::int64_t id : {1, 2}) PutLive(*engine_, ProductId{id}, 100);
      products_ = {ProductId{1}, ProductId{2}};
    } else {
      products_ = PutInDifferentShards(*engine_, 2, 100);
    }
  }

  // A call on the product moves its shard's time; those of other shards stay where they are.
  PlaceResult Place(std::size_t product, Millis at_ms, OrderKey key = kKey, Units qty = 1) {
    return engine_->Place({.product = products_[product], .customer = kCustomer, .qty = qty, .key = key}, at_ms);
  }
  CartResult PlaceCart(CartMode mode, std::size_t product, Millis at_ms, PlaceResult* line) {
    const CartLine lines[] = {{.product = products_[product], .qty = 1, .key = kKey}};
    return engine_->Place({.customer = kCustomer, .mode = mode, .lines = lines}, {line, 1}, at_ms);
  }

  std::unique_ptr<Engine> engine_;
  std::vector<ProductId> products_;
};

TEST_P(KeysAcrossShardsTest, ConflictIsFoundWhereverTheOrderIs) {
  const PlaceResult first = Place(0, 1000);
  ASSERT_TRUE(first.ok());
  for (const Millis at_ms : {Millis{1000}, 1000 + kRetention - 1}) {
    const PlaceResult second = Place(1, at_ms);
    EXPECT_EQ(second.code, Code::kKeyConflict);
    EXPECT_EQ(second.order, kNoOrder);
    EXPECT_EQ(ViewOf(*engine_, products_[1], at_ms).available, 100);
  }
  const PlaceResult again = Place(0, 1000);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.order, first.order);
}

// A call that comes late is counted once, however many shards are asked and how often.
TEST_P(KeysAcrossShardsTest, ALateCallIsCountedOnce) {
  ASSERT_TRUE(Place(0, 1000).ok());
  ASSERT_TRUE(Place(1, 1050, {.hi = 5, .lo = 5}).ok());
  const auto late = [&] {
    std::uint64_t sum = 0;
    for (const ShardStats& shard : engine_->Stats()) sum += shard.time_clamped;
    return sum;
  };
  EXPECT_EQ(late(), 0u);
  EXPECT_EQ(Place(1, 1020).code, Code::kKeyConflict);
  EXPECT_EQ(late(), 1u);
  for (const CartMode mode : {CartMode::kSplit, CartMode::kAllOrNothing}) {
    const std::uint64_t before = late();
    PlaceResult line;
    (void)PlaceCart(mode, 1, 1020, &line);
    EXPECT_EQ(line.code, Code::kKeyConflict);
    EXPECT_EQ(late(), before + 1);
  }
}

// The order's own shard has not heard of the time: that it is due to be forgotten is found out there.
TEST_P(KeysAcrossShardsTest, KeyIsFreeOnceItsOrderIsDueToBeForgotten) {
  const PlaceResult first = Place(0, 1000);
  ASSERT_TRUE(first.ok());
  const PlaceResult second = Place(1, 1000 + kRetention);
  EXPECT_EQ(second.code, Code::kOk) << Name(second.code);
  OrderView view;
  ASSERT_EQ(engine_->Find(kKey, &view, 1000 + kRetention), Code::kOk);
  EXPECT_EQ(view.product, products_[1]);
  EXPECT_EQ(engine_->Find(first.order, &view, 1000 + kRetention), Code::kUnknownOrder);
}

TEST_P(KeysAcrossShardsTest, WaitingOrderKeepsItsKeyForEver) {
  ASSERT_TRUE(engine_->Set({.product = products_[0], .stock = 0}, 0).ok());
  PlaceResult first = Place(0, 1000);
  ASSERT_EQ(first.state, OrderState::kAwaitingAcceptance);
  const Millis expires = first.deadline_ms;
  EXPECT_EQ(Place(1, expires - 1).code, Code::kKeyConflict);
  // It expires, and only then is it on its way to be forgotten.
  EXPECT_EQ(Place(1, expires + kRetention - 1).code, Code::kKeyConflict);
  EXPECT_EQ(Place(1, expires + kRetention).code, Code::kOk);
}

TEST_P(KeysAcrossShardsTest, CartsSeeTheSame) {
  for (const CartMode mode : {CartMode::kSplit, CartMode::kAllOrNothing}) {
    SetUp();
    ASSERT_TRUE(Place(0, 1000).ok());
    PlaceResult line;
    const CartResult early = PlaceCart(mode, 1, 1000 + kRetention - 1, &line);
    EXPECT_EQ(line.code, Code::kKeyConflict);
    EXPECT_EQ(early.code, mode == CartMode::kSplit ? Code::kOk : Code::kCartRefused);
    const CartResult in_time = PlaceCart(mode, 1, 1000 + kRetention, &line);
    EXPECT_TRUE(in_time.ok());
    EXPECT_EQ(line.code, Code::kOk) << Name(line.code);
    EXPECT_FALSE(line.duplicate);
  }
}

TEST_P(KeysAcrossShardsTest, BatchesSeeTheSame) {
  ASSERT_TRUE(Place(0, 1000).ok());
  const PlaceOrder orders[] = {
      {.product = products_[1], .customer = kCustomer, .qty = 1, .key = kKey},
      {.product = products_[1], .customer = kCustomer, .qty = 1, .key = {.hi = 9, .lo = 9}},
      {.product = products_[0], .customer = kCustomer, .qty = 1, .key = {.hi = 9, .lo = 9}},
      {.product = products_[0], .customer = kCustomer, .qty = 1, .key = kKey},
  };
  PlaceResult results[4];
  engine_->PlaceMany(orders, results, 1000 + kRetention - 1);
  EXPECT_EQ(results[0].code, Code::kKeyConflict);
  EXPECT_EQ(results[1].code, Code::kOk);
  EXPECT_EQ(results[2].code, Code::kKeyConflict);
  EXPECT_TRUE(results[3].duplicate);
}

TEST_P(KeysAcrossShardsTest, KeyOfARefusedOrderIsFree) {
  ASSERT_TRUE(engine_->Unpublish(products_[0], 0).ok());
  EXPECT_EQ(Place(0, 1000).code, Code::kProductDraft);
  OrderView view;
  EXPECT_EQ(engine_->Find(kKey, &view, 1000), Code::kUnknownOrder);
  EXPECT_TRUE(Place(1, 1000).ok());
}

INSTANTIATE_TEST_SUITE_P(Shards, KeysAcrossShardsTest, testing::Values(1u, 2u, 7u, 64u, 1024u));

}  // namespace
}  // namespace flexstock
