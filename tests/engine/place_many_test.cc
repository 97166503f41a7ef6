// A batch gives the answers that its orders would get one by one.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/engine/open_engine.h"
#include "tests/model/seed.h"

namespace flexstock {
namespace {

constexpr std::int64_t kProducts = 12;
constexpr Millis kRetention = 50;

struct Shape {
  const char* name;
  std::uint32_t shards;
  bool keyed;
  bool overload;  // few events fit
};

// The events of each product, in order: what does not depend on how shards take turns.
std::map<ProductId, std::vector<Event>> ByProduct(const std::vector<Event>& events) {
  std::map<ProductId, std::vector<Event>> by_product;
  for (const Event& event : events) by_product[event.product].push_back(event);
  return by_product;
}

// Pairs of orders, one of each engine: slots are handed out as shards ask for them, so names may differ; who is who may
// not change.
class Pairs {
 public:
  void ExpectSame(const PlaceResult& batch, const PlaceResult& alone) {
    EXPECT_EQ(batch.code, alone.code) << Name(batch.code) << " and " << Name(alone.code);
    if (batch.code == Code::kOverloaded) ++overloaded;
    EXPECT_EQ(batch.state, alone.state);
    EXPECT_EQ(batch.duplicate, alone.duplicate);
    EXPECT_EQ(batch.deadline_ms, alone.deadline_ms);
    EXPECT_EQ(batch.order == kNoOrder, alone.order == kNoOrder);
    if (batch.duplicate) {
      EXPECT_EQ(Alone(batch.order), alone.order);
    } else if (batch.ok()) {
      EXPECT_TRUE(alone_.emplace(batch.order, alone.order).second) << "an id that was given before";
    }
  }
  OrderId Alone(OrderId batch) const { return batch == kNoOrder ? kNoOrder : alone_.at(batch); }

  int overloaded = 0;

 private:
  std::map<OrderId, OrderId> alone_ = {};
};

class PlaceManyTest : public testing::TestWithParam<Shape> {
 protected:
  std::unique_ptr<Engine> Open() const {
    Options options = QuietOptions(GetParam().shards);
    options.retention_ms = kRetention;
    options.changes_max = 16;
    options.events_max = GetParam().overload ? 1024 : 1 << 16;
    std::unique_ptr<Engine> engine = OpenEngine(options);
    for (std::int64_t id = 1; id <= kProducts; ++id) {
      PutLive(*engine, ProductId{id}, 5 * id,
              {.checkout_hold_ms = id % 3 * 10,
               .pending_limit = id % 5,
               .order_limit = id % 4 == 0 ? 3 : 0,
               .customer_limit = id % 6 == 0 ? 5 : 0,
               .overflow = id % 2 == 0 ? Overflow::kReject : Overflow::kAskMember});
    }
    return engine;
  }

  // Some are out of range, or of no product.
  PlaceOrder SomeOrder(std::mt19937_64& random) const {
    PlaceOrder order{.product = static_cast<ProductId>(1 + random() % (kProducts + 1)),
                     .customer = static_cast<CustomerId>(1 + random() % 4),
                     .qty = static_cast<Units>(1 + random() % 4)};
    if (GetParam().keyed && random() % 4 != 0) order.key = {.hi = 1, .lo = random() % 60};
    if (random() % 50 == 0) order.qty = random() % 2 == 0 ? 0 : kQtyMax + 1;
    if (random() % 50 == 0) order.customer = CustomerId{0};
    if (random() % 50 == 0) order.product = ProductId{-1};
    return order;
  }
};

PlaceOrderByRef ByRef(const Engine& engine, const PlaceOrder& order) {
  PlaceOrderByRef by_ref{.product = {}, .customer = order.customer, .qty = order.qty, .key = order.key};
  (void)engine.Resolve(order.product, &by_ref.product);  // of no product: a reference to none
  return by_ref;
}

TEST_P(PlaceManyTest, AnswersAsOneByOne) {
  int overloaded = 0;
  for (const std::uint64_t seed : model::Seeds(1, 15)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    std::mt19937_64 random(seed);
    const std::unique_ptr<Engine> batch = Open(), alone = Open();
    const bool by_ref = seed % 2 == 0;
    std::vector<Event> batch_told, alone_told;
    Pairs pairs;
    Millis now = 1000;
    for (int round = 0; round < 60; ++round) {
      std::vector<PlaceOrder> orders(random() % 150);
      for (PlaceOrder& order : orders) order = SomeOrder(random);
      std::vector<PlaceResult> results(orders.size() + random() % 2);
      if (by_ref) {
        std::vector<PlaceOrderByRef> refs;
        for (const PlaceOrder& order : orders) refs.push_back(ByRef(*batch, order));
        batch->PlaceMany(refs, results, now);
        for (std::size_t i = 0; i < orders.size(); ++i) pairs.ExpectSame(results[i], alone->Place(refs[i], now));
      } else {
        batch->PlaceMany(orders, results, now);
        for (std::size_t i = 0; i < orders.size(); ++i) pairs.ExpectSame(results[i], alone->Place(orders[i], now));
      }
      if (HasFailure()) return;
      now += static_cast<Millis>(random() % 30);
      for (std::int64_t id = 1; id <= kProducts; ++id) {
        const SetStock set{.product = ProductId{id}, .stock = static_cast<Units>(random() % 20), .expect = {}};
        ASSERT_EQ(batch->Set(set, now).code, alone->Set(set, now).code);
      }
      if (GetParam().overload && random() % 16 != 0) continue;
      for (const Event& event : Drain(*batch, Audience::kFeed)) batch_told.push_back(event);
      for (const Event& event : Drain(*alone, Audience::kFeed)) alone_told.push_back(event);
    }
    for (const Event& event : Drain(*batch, Audience::kFeed)) batch_told.push_back(event);
    for (const Event& event : Drain(*alone, Audience::kFeed)) alone_told.push_back(event);
    overloaded += pairs.overloaded;
    const auto of_batch = ByProduct(batch_told), of_alone = ByProduct(alone_told);
    ASSERT_EQ(of_batch.size(), of_alone.size());
    for (const auto& [product, events] : of_batch) {
      const std::vector<Event>& others = of_alone.at(product);
      ASSERT_EQ(events.size(), others.size());
      for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].type, others[i].type);
        EXPECT_EQ(pairs.Alone(events[i].order), others[i].order);
        EXPECT_EQ(events[i].at_ms, others[i].at_ms);
      }
    }
    EXPECT_TRUE(batch->Audit().ok());
    EXPECT_EQ(batch->Audit().available, alone->Audit().available);
    EXPECT_EQ(batch->Audit().sold, alone->Audit().sold);
  }
  EXPECT_EQ(overloaded > 0, GetParam().overload);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, PlaceManyTest,
    testing::Values(Shape{"OneShard", 1, false, false}, Shape{"OneShardKeyed", 1, true, false},
                    Shape{"OneShardOverloaded", 1, false, true}, Shape{"OneShardKeyedOverloaded", 1, true, true},
                    Shape{"SevenShards", 7, false, false}, Shape{"SevenShardsKeyed", 7, true, false},
                    Shape{"ManyShards", 1024, false, false}, Shape{"ManyShardsKeyed", 1024, true, false}),
    [](const auto& shape) { return std::string(shape.param.name); });

TEST(PlaceManyFormTest, TooFewResultsPlaceNothing) {
  const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions());
  PutLive(*engine, ProductId{1}, 10);
  const std::vector<PlaceOrder> orders(3, {.product = ProductId{1}, .customer = CustomerId{9}});
  std::vector<PlaceResult> results(2);
  engine->PlaceMany(orders, results, 0);
  for (const PlaceResult& result : results) EXPECT_EQ(result.code, Code::kInvalidArgument);
  EXPECT_EQ(ViewOf(*engine, ProductId{1}).available, 10);
}

TEST(PlaceManyFormTest, NothingIsFine) {
  const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions());
  engine->PlaceMany(std::span<const PlaceOrder>{}, {}, 0);
  engine->PlaceMany(std::span<const PlaceOrderByRef>{}, {}, 0);
  EXPECT_EQ(engine->Audit().orders, 0u);
}

}  // namespace
}  // namespace flexstock
