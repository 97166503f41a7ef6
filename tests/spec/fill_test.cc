// Filling pending orders from stock, and payments that come too late.
#include <functional>

#include "tests/spec/spec_test.h"

namespace flexstock::spec {
namespace {

class FillTest : public SpecTest {
 protected:
  // A product with pending orders for these quantities, oldest first.
  std::vector<OrderId> OpenWithPending(const std::vector<Units>& quantities, Policy policy = {}) {
    policy.fill_on_restock = FillOnRestock::kFifo;
    policy.payment_window_ms = 100;
    Open(policy);
    Put(0);
    std::vector<OrderId> orders;
    for (const Units qty : quantities) orders.push_back(Placed(qty));
    (void)Told();
    return orders;
  }
  // How many of them, from the oldest, await payment; none behind may.
  std::size_t Filled(const std::vector<OrderId>& orders) {
    std::size_t filled = 0;
    while (filled < orders.size() && State(orders[filled]) == OrderState::kAwaitingPayment) ++filled;
    for (std::size_t i = filled; i < orders.size(); ++i) EXPECT_EQ(State(orders[i]), OrderState::kAwaitingAcceptance);
    return filled;
  }
};
FLEXSTOCK_SPEC(FillTest);

TEST_P(FillTest, OldestFirstWholeAndNeverSkipping) {
  const struct {
    Units stock;
    std::size_t filled;
    Units left;
  } rows[] = {{1, 0, 1}, {2, 0, 2}, {3, 1, 0}, {4, 1, 1}, {7, 1, 4}, {8, 2, 0}, {9, 3, 0}, {10, 3, 1}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.stock);
    const std::vector<OrderId> orders = OpenWithPending({3, 5, 1});  // the 1 would fit long before the 5
    SetStock(row.stock);
    EXPECT_EQ(Filled(orders), row.filled);
    EXPECT_EQ(Product().available, row.left);
    EXPECT_EQ(Product().held, row.stock - row.left);
  }
}

TEST_P(FillTest, FilledIsAcceptedWholeFromStock) {
  // Also where accepting draws nothing.
  for (const bool draw : {true, false}) {
    const std::vector<OrderId> orders = OpenWithPending({3}, {.draw_on_accept = draw});
    now += 5;
    SetStock(4);
    const OrderView view = Order(orders[0]);
    EXPECT_EQ(view.state, OrderState::kAwaitingPayment);
    EXPECT_EQ(view.accepted, 3);
    EXPECT_EQ(view.taken, 3);
    EXPECT_EQ(view.deadline_ms, now + 100);
    EXPECT_EQ(Told(),
              (Lines{"payment_requested at " + std::to_string(now) + " qty 3 until " + std::to_string(now + 100),
                     "product_mode active at " + std::to_string(now)}));
  }
}

// Whatever lets available rise fills; whatever does not, does not.
TEST_P(FillTest, EveryRiseFills) {
  const Policy policy{.acceptance_window_ms = 10'000, .checkout_hold_ms = 50};
  const auto sold = [&](Units qty) {  // before there is anybody waiting, 3 units in stock
    const OrderId order = Placed(qty);
    return order;
  };
  const struct {
    const char* what;
    std::function<void(OrderId)> rise;
  } rises[] = {
      {"set_stock", [&](OrderId) { SetStock(3); }},
      {"adjust_stock", [&](OrderId) { ASSERT_TRUE(shop().Adjust({.product = kProduct, .by = 3}, now).ok()); }},
      {"put_product", [&](OrderId) { Put(3); }},
      {"cancel", [&](OrderId order) { ASSERT_TRUE(shop().Cancel(order, now).ok()); }},
      {"payment expiry", [&](OrderId) { now += 50; }},
      {"refund with restock",
       [&](OrderId order) {
         ASSERT_TRUE(shop().Pay(order, now).ok());
         ASSERT_TRUE(shop().Refund(order, true, now).ok());
       }},
  };
  for (const auto& [what, rise] : rises) {
    SCOPED_TRACE(what);
    Open(policy);
    Put(3, {.fill_on_restock = FillOnRestock::kFifo});
    const OrderId holds = sold(3);
    const OrderId waits = Placed(2);
    rise(holds);
    EXPECT_EQ(State(waits), OrderState::kAwaitingPayment);
    EXPECT_EQ(Order(waits).taken, 2);
    EXPECT_EQ(Product().available, 1);
  }
}

TEST_P(FillTest, WithoutARiseNothingIsFilled) {
  Open();
  Put(3);
  const OrderId waits = Placed(4);
  const OrderId promised = Placed(9);
  Put(3);
  // Enough is there, and the policy is now to fill; but nothing rises.
  PutProduct put{.product = kProduct, .member = kMember, .stock = 5, .status = {}, .policy = {}};
  ASSERT_TRUE(shop().Put(put, now).ok());
  put.stock.reset();
  put.policy.fill_on_restock = FillOnRestock::kFifo;
  ASSERT_TRUE(shop().Put(put, now).ok());
  EXPECT_EQ(State(waits), OrderState::kAwaitingAcceptance);
  SetStock(5);
  EXPECT_EQ(State(waits), OrderState::kAwaitingAcceptance);
  SetStock(4);
  EXPECT_EQ(State(waits), OrderState::kAwaitingAcceptance);
  ASSERT_TRUE(shop().Publish(kProduct, now).ok());  // live already
  EXPECT_EQ(State(waits), OrderState::kAwaitingAcceptance);
  ASSERT_TRUE(shop().Decline(promised, now).ok());
  EXPECT_EQ(State(waits), OrderState::kAwaitingAcceptance);
  ASSERT_TRUE(shop().Adjust({.product = kProduct, .by = 1}, now).ok());
  EXPECT_EQ(State(waits), OrderState::kAwaitingPayment);
}

TEST_P(FillTest, NotWhenThePolicyIsOff) {
  Open();
  Put(0);
  const OrderId waits = Placed(2);
  SetStock(5);
  EXPECT_EQ(State(waits), OrderState::kAwaitingAcceptance);
}

TEST_P(FillTest, NeverWhileDraftButWhenItGoesLive) {
  for (const bool by_put : {false, true}) {
    SCOPED_TRACE(by_put ? "put" : "publish");
    const std::vector<OrderId> orders = OpenWithPending({3, 3});
    ASSERT_TRUE(shop().Unpublish(kProduct, now).ok());
    SetStock(5);
    ASSERT_TRUE(shop().Adjust({.product = kProduct, .by = 1}, now).ok());
    Put(7, {}, kProduct, ProductStatus::kDraft);
    EXPECT_EQ(Filled(orders), 0u);
    (void)Told();
    if (by_put) {
      // Live, and fewer units at the same time: that it goes live is enough.
      Put(6);
    } else {
      ASSERT_TRUE(shop().Publish(kProduct, now).ok());
    }
    EXPECT_EQ(Filled(orders), 2u);
    const Lines told = Told();
    ASSERT_EQ(told.size(), 3u);
    EXPECT_EQ(told[2], std::string("product_mode ") + (by_put ? "inactive" : "active") + " at 1000000");
  }
}

// One command: the mode is told if it differs after all of it.
TEST_P(FillTest, ModeIsToldOfTheOutcomeOnly) {
  const std::vector<OrderId> orders = OpenWithPending({3, 2});
  SetStock(5);  // comes and goes at once
  EXPECT_EQ(Filled(orders), 2u);
  EXPECT_EQ(Told(), (Lines{"payment_requested at 1000000 qty 3 until 1000100",
                           "payment_requested at 1000000 qty 2 until 1000100"}));
}

// What a put changes is changed at once: the fill is by the new policy.
TEST_P(FillTest, PutFillsByThePolicyThatItGives) {
  Open();
  Put(0);
  const OrderId waits = Placed(2);
  Put(2, {.payment_window_ms = 33, .fill_on_restock = FillOnRestock::kFifo});
  EXPECT_EQ(State(waits), OrderState::kAwaitingPayment);
  EXPECT_EQ(Order(waits).deadline_ms, now + 33);

  (void)OpenWithPending({2});
  Put(2, {.fill_on_restock = FillOnRestock::kOff});
  EXPECT_EQ(Product().pending, 1);
}

// A fill asks no limit: the order was let in.
TEST_P(FillTest, LimitsDoNotApply) {
  const std::vector<OrderId> orders = OpenWithPending({4, 4});
  Put(0, {.order_limit = 1, .customer_limit = 1});
  SetStock(8);
  EXPECT_EQ(Filled(orders), 2u);
}

// ---- Late payments
// ---------------------------------------------------------------------------------------------------

class LatePaymentTest : public SpecTest {
 protected:
  // An order whose payment expired, of 5 units with 2 taken at acceptance; 2 are available again.
  OrderId Expired(const PolicyChange& change = {}, Units accepted = 5) {
    Open({.payment_window_ms = 10, .late_payment = LatePayment::kRereserve});
    Put(2, change);
    const OrderId order = Placed(5);
    EXPECT_TRUE(shop().AcceptPart(order, accepted, now).ok());
    now += 10;
    EXPECT_EQ(State(order), OrderState::kPaymentExpired);
    (void)Told();
    return order;
  }
};
FLEXSTOCK_SPEC(LatePaymentTest);

TEST_P(LatePaymentTest, IsHonouredIfStockServesAllUnits) {
  for (const Units stock : {4, 5, 6}) {
    SCOPED_TRACE(stock);
    const OrderId order = Expired();
    SetStock(stock);
    (void)Told();
    now += 7;
    const CommandResult paid = shop().Pay(order, now);
    const std::string at = " at " + std::to_string(now);
    if (stock < 5) {
      EXPECT_EQ(paid.code, Code::kPaymentLate);
      EXPECT_EQ(paid.state, OrderState::kPaymentExpired);
      EXPECT_EQ(Told(), Lines{"refund_due" + at + " qty 5"});
      EXPECT_EQ(Product().available, stock);
    } else {
      EXPECT_EQ(Answer(paid), "confirmed");
      EXPECT_EQ(Order(order).taken, 5);  // all of them, though acceptance took 2
      EXPECT_EQ(Product().available, stock - 5);
      EXPECT_EQ(Product().sold, 5);
      Lines told = {"order_confirmed" + at + " qty 5", "pickup_requested" + at + " qty 5"};
      if (stock == 5) told.push_back("product_mode inactive" + at);
      EXPECT_EQ(Told(), told);
      EXPECT_EQ(Answer(shop().Pay(order, now)), "duplicate");
    }
  }
}

TEST_P(LatePaymentTest, TakesTheAcceptedUnits) {
  const OrderId order = Expired({}, 2);
  EXPECT_EQ(Answer(shop().Pay(order, now)), "confirmed");
  EXPECT_EQ(Order(order).taken, 2);
  EXPECT_EQ(Order(order).accepted, 2);
}

TEST_P(LatePaymentTest, IsRefundedByPolicy) {
  const OrderId order = Expired({.late_payment = LatePayment::kRefund});
  SetStock(50);
  EXPECT_EQ(shop().Pay(order, now).code, Code::kPaymentLate);
  EXPECT_EQ(Product().available, 50);
}

TEST_P(LatePaymentTest, IsNotHonouredByADraft) {
  const OrderId order = Expired();
  SetStock(50);
  ASSERT_TRUE(shop().Unpublish(kProduct, now).ok());
  EXPECT_EQ(shop().Pay(order, now).code, Code::kPaymentLate);
  ASSERT_TRUE(shop().Publish(kProduct, now).ok());
  EXPECT_EQ(Answer(shop().Pay(order, now)), "confirmed");
}

TEST_P(LatePaymentTest, CustomerLimitMustStillAllowIt) {
  for (const Units has : {2, 3, 4}) {
    SCOPED_TRACE(has);
    const OrderId order = Expired({.customer_limit = 8});
    SetStock(50);
    (void)Placed(has);
    EXPECT_EQ(Answer(shop().Pay(order, now)), has <= 3 ? "confirmed" : "payment_late");
  }
}

// Once an order, however often and in whatever way the money comes.
TEST_P(LatePaymentTest, RefundIsDueOnce) {
  const OrderId order = Expired();
  SetStock(0);
  (void)Told();
  for (int time = 1; time <= 3; ++time) {
    EXPECT_EQ(shop().Pay(order, now).code, Code::kPaymentLate);
    EXPECT_EQ(Told().size(), time == 1 ? 1u : 0u);
  }
  const OrderId canceled = Placed(5);
  ASSERT_TRUE(shop().Cancel(canceled, now).ok());
  SetStock(50);  // which serves nobody who canceled
  (void)Told();
  for (int time = 1; time <= 3; ++time) {
    const CommandResult paid = shop().Pay(canceled, now);
    EXPECT_EQ(paid.code, Code::kWrongState);
    EXPECT_EQ(paid.state, OrderState::kCanceled);
    EXPECT_EQ(Told().size(), time == 1 ? 1u : 0u);
  }
}

// The retention runs from the confirmation, not from the expiry before it.
TEST_P(LatePaymentTest, IsRememberedFromItsConfirmation) {
  const OrderId order = Expired();
  SetStock(5);
  now += kDay - 1;
  ASSERT_EQ(Answer(shop().Pay(order, now)), "confirmed");
  now += kDay - 1;
  EXPECT_EQ(State(order), OrderState::kConfirmed);
  now += 1;
  EXPECT_EQ(State(order), OrderState::kNone);
}

}  // namespace
}  // namespace flexstock::spec
