// Audiences: who is told what. Of the engine alone; the model knows one feed.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>

#include "flexstock/engine.h"

namespace flexstock::spec {
namespace {

constexpr Audience kAll[] = {Audience::kMember, Audience::kCustomer, Audience::kLogistics};

// The rule, as a table: which of member, customer and logistics hear of it.
const std::map<EventType, std::set<Audience>> kTold = {
    {EventType::kOrderConfirmed, {Audience::kCustomer, Audience::kMember}},
    {EventType::kPickupRequested, {Audience::kLogistics}},
    {EventType::kAcceptanceRequested, {Audience::kMember}},
    {EventType::kPaymentRequested, {Audience::kCustomer}},
    {EventType::kOrderDeclined, {Audience::kCustomer}},
    {EventType::kAcceptanceExpired, {Audience::kCustomer, Audience::kMember}},
    {EventType::kPaymentExpired, {Audience::kCustomer, Audience::kMember}},
    {EventType::kOrderCanceled, {Audience::kCustomer, Audience::kMember}},
    {EventType::kOrderRefunded, {Audience::kCustomer, Audience::kMember}},
    {EventType::kOrderPickedUp, {Audience::kCustomer}},
    {EventType::kRefundDue, {Audience::kCustomer, Audience::kMember}},
    {EventType::kProductMode, {Audience::kMember}},
};

std::vector<Event> Heard(Engine& engine, Audience audience) {
  std::vector<Event> heard;
  std::array<Event, 64> some;
  while (const std::size_t count = engine.Poll(audience, some)) {
    heard.insert(heard.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return heard;
}

// One day on which everything happens that is ever told.
void LiveThroughEverything(Engine& engine) {
  const ProductId product{1};
  (void)engine.Put({.product = product, .member = MemberId{7}, .stock = 2, .status = {}, .policy = {}}, 0);
  const auto place = [&](Units qty) {
    return engine.Place(PlaceOrder{.product = product, .customer = CustomerId{9}, .qty = qty}, 0).order;
  };
  const OrderId sold = place(2);  // confirmed, pickup, mode
  (void)engine.PickUp(sold, 0);
  (void)engine.Refund(sold, true, 0);
  const OrderId declined = place(5), canceled = place(5), unpaid = place(5);
  (void)place(5);
  (void)engine.Decline(declined, 0);
  (void)engine.Cancel(canceled, 0);
  (void)engine.Pay(canceled, 0);
  (void)engine.Accept(unpaid, 0);
  (void)engine.Advance(2'000);  // one unpaid, one unanswered
  while (!engine.Commit()) {
  }
}

TEST(AudienceTest, EachIsToldWhatConcernsIt) {
  Options options;
  options.background = false;
  options.policy.acceptance_window_ms = options.policy.payment_window_ms = 1'000;
  options.products_max = options.orders_max = 100;
  options.audiences = {Audience::kMember, Audience::kCustomer, Audience::kLogistics, Audience::kFeed};
  const Engine::Opened opened = Engine::Open(options);
  ASSERT_NE(opened.engine, nullptr) << opened.problem;
  LiveThroughEverything(*opened.engine);

  const std::vector<Event> feed = Heard(*opened.engine, Audience::kFeed);
  std::set<EventType> types;
  for (const Event& event : feed) types.insert(event.type);
  EXPECT_EQ(types.size(), kTold.size());

  for (const Audience audience : kAll) {
    SCOPED_TRACE(Name(audience));
    std::vector<EventType> expected, heard;
    for (const Event& event : feed) {
      if (kTold.at(event.type).contains(audience)) expected.push_back(event.type);
    }
    for (const Event& event : Heard(*opened.engine, audience)) heard.push_back(event.type);
    EXPECT_EQ(heard, expected);
    EXPECT_FALSE(heard.empty());
  }
}

TEST(AudienceTest, TellsIsTheSameTable) {
  for (const auto& [type, audiences] : kTold) {
    for (const Audience audience : kAll) EXPECT_EQ(Tells(type, audience), audiences.contains(audience)) << Name(type);
    EXPECT_TRUE(Tells(type, Audience::kFeed));
  }
}

// What an event says of its order.
TEST(AudienceTest, EventNamesOrderProductMemberAndCustomer) {
  Options options;
  options.background = false;
  options.products_max = options.orders_max = 100;
  options.audiences = {Audience::kFeed};
  const Engine::Opened opened = Engine::Open(options);
  ASSERT_NE(opened.engine, nullptr) << opened.problem;
  Engine& engine = *opened.engine;
  const PutProduct put{.product = ProductId{3}, .member = MemberId{7}, .stock = 2, .status = {}, .policy = {}};
  ASSERT_TRUE(engine.Put(put, 5).ok());
  const PlaceResult placed = engine.Place(
      PlaceOrder{.product = ProductId{3}, .customer = CustomerId{9}, .qty = 2, .key = {.hi = 1, .lo = 2}}, 6);
  while (!engine.Commit()) {
  }
  const std::vector<Event> feed = Heard(engine, Audience::kFeed);
  ASSERT_EQ(feed.size(), 3u);
  for (const Event& event : feed) {
    const bool mode = event.type == EventType::kProductMode;
    EXPECT_EQ(event.at_ms, 6);
    EXPECT_EQ(event.product, ProductId{3});
    EXPECT_EQ(event.member, MemberId{7});
    EXPECT_EQ(event.order, mode ? kNoOrder : placed.order);
    EXPECT_EQ(event.customer, mode ? CustomerId{0} : CustomerId{9});
    EXPECT_EQ(event.qty, mode ? 0 : 2);
    EXPECT_EQ(event.key, mode ? OrderKey{} : (OrderKey{.hi = 1, .lo = 2}));
  }
  EXPECT_EQ(feed[2].type, EventType::kProductMode);
  EXPECT_EQ(feed[2].mode, ProductMode::kInactive);
}

}  // namespace
}  // namespace flexstock::spec
