// A consumer that stops: callers are told, memory stays bounded, and nothing is lost.
#include <gtest/gtest.h>

#include "tests/engine/open_engine.h"

namespace flexstock {
namespace {

constexpr ProductId kProduct{1};
constexpr CustomerId kCustomer{9};

PlaceResult PlaceOne(Engine& engine, Millis at_ms = 0, OrderKey key = {}) {
  return engine.Place({.product = kProduct, .customer = kCustomer, .qty = 1, .key = key}, at_ms);
}

// Places until that is refused for good: twice in a row. How many went well.
std::size_t PlaceUntilOverloaded(Engine& engine) {
  std::size_t placed = 0;
  for (int refused = 0; refused < 2;) {
    const PlaceResult result = PlaceOne(engine);
    if (result.ok()) {
      ++placed;
      refused = 0;
      continue;
    }
    EXPECT_EQ(result.code, Code::kOverloaded) << Name(result.code);
    EXPECT_EQ(result.order, kNoOrder);
    ++refused;
  }
  return placed;
}

// Places so many, however often the queue has to be emptied; what was told of them is gone.
std::vector<OrderId> PlaceAll(Engine& engine, std::size_t orders) {
  std::vector<OrderId> placed;
  while (placed.size() < orders) {
    const PlaceResult result = PlaceOne(engine);
    if (result.ok()) {
      placed.push_back(result.order);
    } else {
      (void)Drain(engine, Audience::kFeed);
    }
  }
  (void)Drain(engine, Audience::kFeed);
  return placed;
}

struct Limits {
  std::uint32_t shards;
  std::uint64_t events_max;
  std::uint32_t changes_max;
};

class OverloadTest : public testing::TestWithParam<Limits> {
 protected:
  std::unique_ptr<Engine> Open(std::vector<Audience> audiences) {
    Options options = QuietOptions(GetParam().shards);
    options.events_max = GetParam().events_max;
    options.changes_max = GetParam().changes_max;
    options.audiences = std::move(audiences);
    return OpenEngine(options);
  }
  // Most changes of one shard that wait anywhere: in the queue, on their way into it, in the shard.
  static std::size_t Bound() { return GetParam().events_max + 2 * GetParam().changes_max; }
};

TEST_P(OverloadTest, StoppedConsumerStopsOrdersAndLosesNothing) {
  const std::unique_ptr<Engine> engine = Open({Audience::kFeed});
  PutLive(*engine, kProduct, 0);
  const std::size_t placed = PlaceUntilOverloaded(*engine);
  EXPECT_GE(placed, GetParam().events_max);
  EXPECT_LE(placed, Bound());
  std::vector<Event> events = PollAll(*engine, Audience::kFeed);
  EXPECT_EQ(events.size(), GetParam().events_max);
  for (const Event& event : Drain(*engine, Audience::kFeed)) events.push_back(event);
  EXPECT_EQ(events.size(), placed);
}

TEST_P(OverloadTest, EveryCallIsAnsweredAndChangesNothing) {
  const std::unique_ptr<Engine> engine = Open({Audience::kFeed});
  PutLive(*engine, kProduct, 0);
  const PlaceResult first = PlaceOne(*engine);
  ASSERT_TRUE(first.ok());
  const std::size_t placed = 1 + PlaceUntilOverloaded(*engine);

  ProductView product;
  OrderView order;
  std::vector<OrderView> orders;
  PlaceResult line;
  const CartLine lines[] = {{.product = kProduct}};
  EXPECT_EQ(engine->Place({.customer = kCustomer, .mode = CartMode::kSplit, .lines = lines}, {&line, 1}, 0).code,
            Code::kOverloaded);
  EXPECT_EQ(line.code, Code::kOverloaded);
  EXPECT_EQ(engine->Put({.product = kProduct, .member = MemberId{7}, .stock = 5}, 0).code, Code::kOverloaded);
  EXPECT_EQ(engine->Set({.product = kProduct, .stock = 5}, 0).code, Code::kOverloaded);
  EXPECT_EQ(engine->Adjust({.product = kProduct, .by = 5}, 0).code, Code::kOverloaded);
  EXPECT_EQ(engine->Unpublish(kProduct, 0).code, Code::kOverloaded);
  EXPECT_EQ(engine->Accept(first.order, 0).code, Code::kOverloaded);
  EXPECT_EQ(engine->Cancel(first.order, 0).code, Code::kOverloaded);
  EXPECT_EQ(engine->Find(kProduct, &product, 0), Code::kOverloaded);
  EXPECT_EQ(engine->Find(first.order, &order, 0), Code::kOverloaded);
  EXPECT_EQ(engine->Pending(MemberId{7}, 10, &orders, 0), Code::kOverloaded);
  EXPECT_FALSE(engine->Commit());

  // A wrong request is wrong whatever the load.
  EXPECT_EQ(engine->Set({.product = kProduct, .stock = -1}, 0).code, Code::kInvalidArgument);

  const std::vector<Event> events = Drain(*engine, Audience::kFeed);
  EXPECT_EQ(events.size(), placed);
  EXPECT_EQ(ViewOf(*engine, kProduct).pending, static_cast<Units>(placed));
  EXPECT_EQ(ViewOf(*engine, kProduct).available, 0);
  EXPECT_TRUE(engine->Audit().ok());
}

// Whoever reads slowly, a few at a time, gets all of it, once and in order, while orders go on being placed.
TEST_P(OverloadTest, SlowConsumerGetsAllOnceAndInOrder) {
  const std::unique_ptr<Engine> engine = Open({Audience::kFeed});
  PutLive(*engine, kProduct, 0);
  std::vector<OrderId> placed;
  std::vector<OrderId> told;
  std::vector<Event> few(7);
  int refused = 0;
  const std::size_t total = 3 * Bound();
  while (placed.size() < total) {
    const PlaceResult result = PlaceOne(*engine);
    if (result.ok()) {
      placed.push_back(result.order);
      continue;
    }
    ASSERT_EQ(result.code, Code::kOverloaded);
    ++refused;
    const std::size_t count = engine->Poll(Audience::kFeed, few);
    ASSERT_GT(count, 0u);
    for (std::size_t i = 0; i < count; ++i) told.push_back(few[i].order);
    // Bounded: what is not told waits in the queue or in the shard.
    ASSERT_LE(placed.size() - told.size(), Bound());
  }
  EXPECT_GT(refused, 0);
  for (const Event& event : Drain(*engine, Audience::kFeed)) told.push_back(event.order);
  EXPECT_EQ(told, placed);
}

// One audience that nobody polls stops the others in the end, and then gets everything, as they do.
TEST_P(OverloadTest, OneAudienceThatStopsStopsAll) {
  const std::unique_ptr<Engine> engine = Open({Audience::kMember, Audience::kCustomer, Audience::kLogistics});
  PutLive(*engine, kProduct, kStockMax);
  std::size_t placed = 0, customer = 0, logistics = 0;
  const auto poll = [&] {
    customer += PollAll(*engine, Audience::kCustomer).size();
    logistics += PollAll(*engine, Audience::kLogistics).size();
  };
  while (const std::size_t more = PlaceUntilOverloaded(*engine)) {
    placed += more;
    poll();
  }
  EXPECT_GE(placed, GetParam().events_max);
  EXPECT_LE(placed, Bound());
  std::size_t member = 0;
  for (bool all = false; !all;) {
    all = engine->Commit();
    member += PollAll(*engine, Audience::kMember).size();
    poll();
  }
  EXPECT_EQ(member, placed);
  EXPECT_EQ(customer, placed);
  EXPECT_EQ(logistics, placed);
}

// More deadlines at one instant than buffers and queues hold: the storm goes on where it stopped.
TEST_P(OverloadTest, StormLargerThanEveryBufferIsToldInOrder) {
  const std::unique_ptr<Engine> engine = Open({Audience::kFeed});
  PutLive(*engine, kProduct, 0, {.acceptance_window_ms = 100});
  const std::vector<OrderId> placed = PlaceAll(*engine, 2 * GetParam().events_max + 3 * GetParam().changes_max);
  EXPECT_EQ(engine->Advance(99), Code::kOk);
  EXPECT_TRUE(Drain(*engine, Audience::kFeed).empty());

  std::vector<Event> told;
  int rounds = 0;
  for (Code code = Code::kOverloaded; code == Code::kOverloaded; ++rounds) {
    code = engine->Advance(5000);
    // Meanwhile nobody sees an order that should have expired.
    OrderView view;
    const Code found = engine->Find(placed.back(), &view, 5000);
    ASSERT_TRUE(found == Code::kOk || (found == Code::kOverloaded && code == found)) << Name(found);
    if (found == Code::kOk) {
      ASSERT_EQ(view.state, OrderState::kAcceptanceExpired);
    }
    for (const Event& event : PollAll(*engine, Audience::kFeed)) told.push_back(event);
  }
  EXPECT_GT(rounds, 1);
  for (const Event& event : Drain(*engine, Audience::kFeed)) told.push_back(event);
  ASSERT_EQ(told.size(), placed.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    ASSERT_EQ(told[i].order, placed[i]);
    ASSERT_EQ(told[i].type, EventType::kAcceptanceExpired);
    ASSERT_EQ(told[i].at_ms, 100);
  }
  EXPECT_TRUE(engine->Audit().ok());
}

// One restock fills more orders than a shard's buffer is meant for: it is one command, and is told as a whole.
TEST_P(OverloadTest, RestockThatFillsManyIsToldAsAWhole) {
  const std::unique_ptr<Engine> engine = Open({Audience::kFeed});
  PutLive(*engine, kProduct, 0, {.fill_on_restock = FillOnRestock::kFifo});
  const std::vector<OrderId> placed = PlaceAll(*engine, GetParam().events_max + 5 * GetParam().changes_max);
  ASSERT_TRUE(engine->Set({.product = kProduct, .stock = static_cast<Units>(placed.size())}, 1).ok());
  const std::vector<Event> told = Drain(*engine, Audience::kFeed);
  ASSERT_EQ(told.size(), placed.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    ASSERT_EQ(told[i].order, placed[i]);
    ASSERT_EQ(told[i].type, EventType::kPaymentRequested);
  }
}

TEST_P(OverloadTest, NoAudienceNoOverload) {
  const std::unique_ptr<Engine> engine = Open({});
  PutLive(*engine, kProduct, kStockMax);
  for (std::size_t i = 0; i < 4 * GetParam().events_max; ++i) ASSERT_TRUE(PlaceOne(*engine).ok());
  std::vector<Event> events(10);
  EXPECT_EQ(engine->Poll(Audience::kFeed, events), 0u);
}

INSTANTIATE_TEST_SUITE_P(Limits, OverloadTest,
                         testing::Values(Limits{1, 1024, 16}, Limits{1, 1024, 4096}, Limits{7, 1500, 64},
                                         Limits{64, 4096, 64}),
                         [](const auto& of) {
                           return std::to_string(of.param.shards) + "Shards" + std::to_string(of.param.events_max) +
                                  "Events" + std::to_string(of.param.changes_max) + "Changes";
                         });

// The feed hears of a confirmed order twice, and still nothing is cut in two or lost when it is polled by twos.
TEST(FeedTest, TwoEventsOfAChangeComeTogether) {
  const std::unique_ptr<Engine> engine = OpenEngine(QuietOptions());
  PutLive(*engine, kProduct, kStockMax);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(PlaceOne(*engine).ok());
  ASSERT_TRUE(engine->Commit());
  std::vector<Event> events(3);
  EXPECT_EQ(engine->Poll(Audience::kFeed, std::span(events).first(0)), 0u);
  EXPECT_EQ(engine->Poll(Audience::kFeed, std::span(events).first(1)), 0u);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(engine->Poll(Audience::kFeed, events), 2u);
    ASSERT_EQ(events[0].type, EventType::kOrderConfirmed);
    ASSERT_EQ(events[1].type, EventType::kPickupRequested);
    ASSERT_EQ(events[0].order, events[1].order);
  }
  EXPECT_EQ(engine->Poll(Audience::kFeed, events), 0u);
}

}  // namespace
}  // namespace flexstock
