// Limits on orders, on customers and on how many orders wait.
#include "tests/spec/spec_test.h"

namespace flexstock::spec {
namespace {

class LimitsTest : public SpecTest {};
FLEXSTOCK_SPEC(LimitsTest);

TEST_P(LimitsTest, OrderLimit) {
  const struct {
    Units limit, qty;
    const char* answer;
  } rows[] = {{3, 2, "confirmed"},   {3, 3, "confirmed"}, {3, 4, "order_limit"},   {1, 1, "confirmed"},
              {1, 2, "order_limit"}, {0, 4, "confirmed"}, {kMax64, 4, "confirmed"}};
  for (const auto& row : rows) {
    Open();
    Put(100, {.order_limit = row.limit});
    EXPECT_EQ(Answer(Place(row.qty)), row.answer) << row.qty << " under " << row.limit;
  }
}

TEST_P(LimitsTest, CustomerLimit) {
  const struct {
    Units limit, has, qty;
    const char* answer;
  } rows[] = {{5, 0, 4, "confirmed"},      {5, 0, 5, "confirmed"},     {5, 0, 6, "customer_limit"},
              {5, 3, 1, "confirmed"},      {5, 3, 2, "confirmed"},     {5, 3, 3, "customer_limit"},
              {5, 5, 1, "customer_limit"}, {0, 100, 100, "confirmed"}, {kMax64, 100, 100, "confirmed"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(testing::Message() << row.qty << " for who has " << row.has << " of " << row.limit);
    Open();
    Put(1'000, {.customer_limit = row.limit});
    Put(1'000, {.customer_limit = row.limit}, kOtherProduct);
    if (row.has > 0) (void)Placed(row.has);
    // Neither somebody else's orders, nor those for something else, count.
    (void)Placed({.product = kProduct, .customer = kOtherCustomer, .qty = 5});
    (void)Placed({.product = kOtherProduct, .customer = kCustomer, .qty = 5});
    EXPECT_EQ(Answer(Place(row.qty)), row.answer);
  }
}

// Which orders count, and with how many units: 5 ordered, limit 8, so that 3 more are allowed while all 5 count.
TEST_P(LimitsTest, CountingOrders) {
  const auto room = [&] {
    Units qty = 0;
    // Pending orders, so that nothing but the limit decides; each is canceled again.
    for (Units more = 1; more <= 9; ++more) {
      const PlaceResult tried = Place(more);
      if (!tried.ok()) break;
      EXPECT_TRUE(shop().Cancel(tried.order, now).ok());
      qty = more;
    }
    return qty;
  };
  const auto open = [&] {
    now = 1'000'000;
    Open({.acceptance_window_ms = 100, .payment_window_ms = 100, .customer_limit = 8}, 1'000);
    Put(0);
    return Placed(5);
  };

  OrderId order = open();
  EXPECT_EQ(room(), 3);  // pending
  ASSERT_TRUE(shop().Accept(order, now).ok());
  EXPECT_EQ(room(), 3);  // awaiting payment
  ASSERT_TRUE(shop().Pay(order, now).ok());
  EXPECT_EQ(room(), 3);  // confirmed
  ASSERT_TRUE(shop().PickUp(order, now).ok());
  EXPECT_EQ(room(), 3);  // picked up
  now += 999;
  EXPECT_EQ(room(), 3);
  now += 1;
  EXPECT_EQ(room(), 8);  // forgotten

  order = open();
  ASSERT_TRUE(shop().AcceptPart(order, 2, now).ok());
  EXPECT_EQ(room(), 6);  // counts with what was accepted
  ASSERT_TRUE(shop().Pay(order, now).ok());
  EXPECT_EQ(room(), 6);
  ASSERT_TRUE(shop().Refund(order, false, now).ok());
  EXPECT_EQ(room(), 8);  // refunded

  order = open();
  ASSERT_TRUE(shop().Decline(order, now).ok());
  EXPECT_EQ(room(), 8);  // declined
  order = open();
  ASSERT_TRUE(shop().Cancel(order, now).ok());
  EXPECT_EQ(room(), 8);  // canceled
  (void)open();
  now += 99;
  EXPECT_EQ(room(), 3);
  now += 1;
  EXPECT_EQ(room(), 8);  // acceptance expired
  order = open();
  ASSERT_TRUE(shop().Accept(order, now).ok());
  now += 99;
  EXPECT_EQ(room(), 3);
  now += 1;
  EXPECT_EQ(room(), 8);  // payment expired
}

TEST_P(LimitsTest, PendingLimitCountsWhoWaitsForTheMember) {
  Open({.acceptance_window_ms = 100});
  Put(0, {.pending_limit = 2});
  const OrderId first = Placed(1), second = Placed(1);
  EXPECT_EQ(Answer(Place(1)), "backlog_full");
  // Answered either way, one waits no longer.
  ASSERT_TRUE(shop().Accept(first, now).ok());
  const OrderId third = Placed(1);
  EXPECT_EQ(Answer(Place(1)), "backlog_full");
  ASSERT_TRUE(shop().Decline(second, now).ok());
  const OrderId fourth = Placed(1);
  EXPECT_EQ(Answer(Place(1)), "backlog_full");
  ASSERT_TRUE(shop().Cancel(third, now).ok());
  (void)Placed(1);
  EXPECT_EQ(Product().pending, 2);
  now += 100;
  EXPECT_EQ(Product().pending, 0);
  EXPECT_EQ(State(fourth), OrderState::kAcceptanceExpired);
  // Each product has its own.
  Put(0, {.pending_limit = 1}, kOtherProduct);
  (void)Placed(1);
  EXPECT_EQ(Answer(Place({.product = kOtherProduct, .customer = kCustomer})), "awaiting_acceptance");
}

// A limit that is lowered below what waits refuses; it drops nobody.
TEST_P(LimitsTest, LimitsMoveWithPolicy) {
  Open();
  Put(0);
  (void)Placed(3);
  (void)Placed(3);
  Put(0, {.pending_limit = 1});
  EXPECT_EQ(Product().pending, 2);
  EXPECT_EQ(Answer(Place(1)), "backlog_full");
  Put(0, {.pending_limit = 0, .customer_limit = 5});
  EXPECT_EQ(Answer(Place(1)), "customer_limit");
  Put(0, {.customer_limit = 7});
  EXPECT_EQ(Answer(Place(1)), "awaiting_acceptance");
}

// A member's pending orders over all products, oldest first.
TEST_P(LimitsTest, PendingListIsOldestFirst) {
  Open({.acceptance_window_ms = 1'000});
  Put(0);
  Put(0, {}, kOtherProduct);
  const PutProduct other{.product = kNoProduct, .member = kOtherMember, .stock = 0, .status = {}, .policy = {}};
  ASSERT_TRUE(shop().Put(other, now).ok());
  std::vector<OrderId> placed;
  for (int i = 0; i < 6; ++i) {
    now += 1;
    placed.push_back(Placed({.product = i % 2 == 0 ? kProduct : kOtherProduct, .customer = kCustomer, .qty = i + 1}));
    (void)Placed({.product = kNoProduct, .customer = kCustomer});
  }
  ASSERT_TRUE(shop().Accept(placed[2], now).ok());
  const auto list = [&](MemberId member, std::size_t max) {
    std::vector<OrderView> orders;
    EXPECT_EQ(shop().Pending(member, max, &orders, now), Code::kOk);
    std::vector<OrderId> ids;
    for (const OrderView& order : orders) ids.push_back(order.order);
    return ids;
  };
  EXPECT_EQ(list(kMember, 100), (std::vector{placed[0], placed[1], placed[3], placed[4], placed[5]}));
  EXPECT_EQ(list(kMember, 3), (std::vector{placed[0], placed[1], placed[3]}));
  EXPECT_EQ(list(kMember, 0), std::vector<OrderId>{});
  EXPECT_EQ(list(kOtherMember, 100).size(), 6u);
  EXPECT_EQ(list(MemberId{99}, 100), std::vector<OrderId>{});
  now += 995;  // the first is due
  EXPECT_EQ(list(kMember, 100), (std::vector{placed[1], placed[3], placed[4], placed[5]}));
}

}  // namespace
}  // namespace flexstock::spec
