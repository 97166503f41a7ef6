// A limit reached is a named answer, and nothing has changed.
#include <gtest/gtest.h>

#include "tests/engine/open_engine.h"

namespace flexstock {
namespace {

constexpr ProductId kProduct{1};
constexpr CustomerId kCustomer{9};
constexpr Millis kRetention = 1000;

Options WithLimits(std::uint32_t shards, std::uint64_t orders_max, std::uint64_t products_max = 64) {
  Options options = QuietOptions(shards);
  options.orders_max = orders_max;
  options.products_max = products_max;
  options.retention_ms = kRetention;
  return options;
}

PlaceResult PlaceOne(Engine& engine, Millis at_ms = 0, OrderKey key = {}) {
  return engine.Place({.product = kProduct, .customer = kCustomer, .qty = 1, .key = key}, at_ms);
}

TEST(OrdersMaxTest, OneMoreIsRefusedAndLeavesNothing) {
  for (const std::uint64_t orders_max : {1u, 2u, 100u, 5000u}) {
    const std::unique_ptr<Engine> engine = OpenEngine(WithLimits(1, orders_max));
    PutLive(*engine, kProduct, 10'000);
    for (std::uint64_t i = 0; i < orders_max; ++i) ASSERT_TRUE(PlaceOne(*engine).ok()) << i;
    const ProductView before = ViewOf(*engine, kProduct);
    (void)Drain(*engine, Audience::kFeed);

    const OrderKey key{.hi = 0, .lo = 5};
    EXPECT_EQ(PlaceOne(*engine, 0, key).code, Code::kOrdersFull);
    OrderView view;
    EXPECT_EQ(engine->Find(key, &view, 0), Code::kUnknownOrder);
    EXPECT_EQ(ViewOf(*engine, kProduct).available, before.available);
    EXPECT_TRUE(Drain(*engine, Audience::kFeed).empty());
    EXPECT_TRUE(engine->Audit().ok());

    // What is forgotten makes room.
    EXPECT_EQ(PlaceOne(*engine, kRetention - 1, key).code, Code::kOrdersFull);
    for (std::uint64_t i = 0; i < orders_max; ++i) ASSERT_TRUE(PlaceOne(*engine, kRetention).ok()) << i;
    EXPECT_EQ(PlaceOne(*engine, kRetention).code, Code::kOrdersFull);
  }
}

TEST(OrdersMaxTest, HoldsForAllShardsTogether) {
  for (const std::uint32_t shards : {7u, 64u}) {
    constexpr std::uint64_t kOrdersMax = 1000;
    const std::unique_ptr<Engine> engine = OpenEngine(WithLimits(shards, kOrdersMax));
    for (std::int64_t id = 1; id <= 64; ++id) PutLive(*engine, ProductId{id}, 10'000);
    std::uint64_t placed = 0;
    for (std::int64_t id = 1, refused = 0; refused < 64; id = id % 64 + 1) {
      const PlaceResult result = engine->Place({.product = ProductId{id}, .customer = kCustomer}, 0);
      ASSERT_TRUE(result.ok() || result.code == Code::kOrdersFull);
      refused = result.ok() ? 0 : refused + 1;
      placed += result.ok() ? 1 : 0;
    }
    EXPECT_EQ(placed, kOrdersMax);
    EXPECT_EQ(engine->Audit().orders, kOrdersMax);
  }
}

// The last slots are gone in the middle of a batch: those before have theirs, those behind have none.
TEST(OrdersMaxTest, BatchIsRefusedFromThere) {
  const std::unique_ptr<Engine> engine = OpenEngine(WithLimits(1, 10));
  PutLive(*engine, kProduct, 100);
  const std::vector<PlaceOrder> orders(25, {.product = kProduct, .customer = kCustomer});
  std::vector<PlaceResult> results(orders.size());
  engine->PlaceMany(orders, results, 0);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].code, i < 10 ? Code::kOk : Code::kOrdersFull) << i;
  }
  EXPECT_EQ(ViewOf(*engine, kProduct).available, 90);
}

class CartAtTheLimitTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  // One product a shard (all in one, if there is one shard), and slots for one order more.
  void SetUp() override {
    engine_ = OpenEngine(WithLimits(GetParam(), 4, 4096));
    if (GetParam() == 1) {
      for (std::int64_t id = 1; id <= 3; ++id) {
        products_.push_back(ProductId{id});
        PutLive(*engine_, ProductId{id}, 10);
      }
    } else {
      products_ = PutInDifferentShards(*engine_, 3, 10);
    }
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(engine_->Place({.product = products_[0], .customer = kCustomer}, 0).ok());
    }
    for (std::size_t i = 0; i < products_.size(); ++i) {
      lines_.push_back({.product = products_[i], .qty = 2, .key = {.hi = 1, .lo = i + 1}});
    }
    results_.resize(lines_.size());
    (void)Drain(*engine_, Audience::kFeed);
  }

  CartResult PlaceCart(CartMode mode) {
    return engine_->Place({.customer = kCustomer, .mode = mode, .lines = lines_}, results_, 0);
  }

  std::unique_ptr<Engine> engine_;
  std::vector<ProductId> products_;
  std::vector<CartLine> lines_;
  std::vector<PlaceResult> results_;
};

TEST_P(CartAtTheLimitTest, AllOrNothingTakesNothing) {
  const CartResult cart = PlaceCart(CartMode::kAllOrNothing);
  EXPECT_EQ(cart.code, Code::kCartRefused);
  int full = 0;
  for (const PlaceResult& line : results_) {
    EXPECT_TRUE(line.code == Code::kOrdersFull || line.code == Code::kOk) << Name(line.code);
    EXPECT_EQ(line.order, kNoOrder);
    full += line.code == Code::kOrdersFull ? 1 : 0;
  }
  EXPECT_GT(full, 0);
  EXPECT_EQ(ViewOf(*engine_, products_[0]).available, 7);
  EXPECT_EQ(ViewOf(*engine_, products_[1]).available, 10);
  EXPECT_EQ(ViewOf(*engine_, products_[2]).available, 10);
  OrderView view;
  for (const CartLine& line : lines_) EXPECT_EQ(engine_->Find(line.key, &view, 0), Code::kUnknownOrder);
  EXPECT_TRUE(Drain(*engine_, Audience::kFeed).empty());
  EXPECT_TRUE(engine_->Audit().ok());
  EXPECT_EQ(engine_->Audit().orders, 3u);
}

TEST_P(CartAtTheLimitTest, SplitTakesWhatThereIsRoomFor) {
  EXPECT_TRUE(PlaceCart(CartMode::kSplit).ok());
  EXPECT_EQ(results_[0].code, Code::kOk);
  EXPECT_EQ(results_[1].code, Code::kOrdersFull);
  EXPECT_EQ(results_[2].code, Code::kOrdersFull);
  EXPECT_EQ(engine_->Audit().orders, 4u);
  EXPECT_TRUE(engine_->Audit().ok());
}

INSTANTIATE_TEST_SUITE_P(Shards, CartAtTheLimitTest, testing::Values(1u, 7u, 64u));

TEST(ProductsMaxTest, OneMoreIsRefused) {
  for (const std::uint32_t shards : {1u, 7u, 64u}) {
    const std::unique_ptr<Engine> engine = OpenEngine(WithLimits(shards, 100, 10));
    int put = 0;
    for (std::int64_t id = 1; id <= 200; ++id) {
      const CommandResult result =
          engine->Put({.product = ProductId{id}, .member = MemberId{7}, .stock = 5, .status = {}, .policy = {}}, 0);
      ASSERT_TRUE(result.ok() || result.code == Code::kProductsFull);
      put += result.ok() ? 1 : 0;
      ProductView view;
      EXPECT_EQ(engine->Find(ProductId{id}, &view, 0), result.ok() ? Code::kOk : Code::kUnknownProduct);
    }
    EXPECT_EQ(put, 10);
    EXPECT_EQ(engine->Audit().products, 10u);
    // Those that are there can still be changed, and sold.
    std::int64_t id = 1;
    ProductRef ref;
    while (!engine->Resolve(ProductId{id}, &ref)) ++id;
    EXPECT_TRUE(engine->Put({.product = ProductId{id}, .member = MemberId{7}, .stock = 6}, 0).ok());
    EXPECT_TRUE(engine->Place({.product = ProductId{id}, .customer = kCustomer}, 0).ok());
  }
}

TEST(ReserveTest, ReservedEngineDoesTheSame) {
  Options options = WithLimits(7, 5000);
  options.orders_reserve = 5000;
  options.products_reserve = 64;
  options.keys_reserve = 5000;
  const std::unique_ptr<Engine> engine = OpenEngine(options);
  PutLive(*engine, kProduct, 10'000);
  std::uint64_t placed = 0;
  while (PlaceOne(*engine, 0, {.hi = 0, .lo = placed + 1}).ok()) ++placed;
  // Each shard has its share beforehand; it gets no more than there are in all.
  EXPECT_GE(placed, 5000u / 7);
  EXPECT_LE(placed, 5000u);
}

// However much is reserved of what there may be: what the first shards take is not what the last have to find.
TEST(ReserveTest, NoShardGoesWithout) {
  for (const std::uint32_t shards : {1u, 7u, 64u}) {
    for (const std::uint64_t most : {1'000u, 10'000u, 100'000u, 1u << 17}) {
      for (const std::uint64_t reserve : {most, most - most / 10, most / 2}) {
        Options options = WithLimits(shards, most, most);
        options.orders_reserve = options.products_reserve = reserve;
        const std::unique_ptr<Engine> engine = OpenEngine(options);
        const auto products = static_cast<std::int64_t>(std::min<std::uint64_t>(most / 4, 1'000));
        for (std::int64_t id = 1; id <= products; ++id) {
          const PutProduct put{.product = ProductId{id}, .member = MemberId{7}, .stock = 5, .status = {}, .policy = {}};
          ASSERT_TRUE(engine->Put(put, 0).ok()) << shards << " shards, " << reserve << " of " << most << ", " << id;
          ASSERT_TRUE(engine->Place({.product = ProductId{id}, .customer = kCustomer}, 0).ok()) << id;
        }
      }
    }
  }
}

}  // namespace
}  // namespace flexstock
