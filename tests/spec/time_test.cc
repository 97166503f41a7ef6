// Time: deadlines to the millisecond, the order of what is due, time that runs back, and the ends of it.
#include "tests/spec/spec_test.h"

namespace flexstock::spec {
namespace {

class TimeTest : public SpecTest {};
FLEXSTOCK_SPEC(TimeTest);

// ---- Deadlines
// -------------------------------------------------------------------------------------------------------

// One millisecond before its deadline an order still waits, at the deadline it does not; whenever that is looked at, it
// happened at the deadline. Windows around the sizes at which a timer wheel changes rings.
TEST_P(TimeTest, AcceptanceExpiresOnTheMillisecond) {
  for (const Millis window : {1LL, 2LL, 63LL, 64LL, 65LL, 255LL, 256LL, 257LL, 4'095LL, 4'096LL, 65'535LL, 65'536LL,
                              65'537LL, 16'777'216LL, 86'400'000LL, 4'294'967'296LL, 31'536'000'000'000LL}) {
    for (const Millis start : {Millis{0}, Millis{1}, Millis{255}, Millis{1'700'000'000'123}}) {
      for (const Millis late : {Millis{0}, Millis{1}, kDay}) {
        SCOPED_TRACE(testing::Message() << "window " << window << " from " << start << ", late by " << late);
        now = start;
        Open({.acceptance_window_ms = window});
        Put(0);
        const PlaceResult order = Place(2);
        EXPECT_EQ(order.deadline_ms, start + window);
        (void)Told();
        now = order.deadline_ms - 1;
        EXPECT_EQ(State(order.order), OrderState::kAwaitingAcceptance);
        EXPECT_EQ(Told(), Lines{});
        now = order.deadline_ms + late;
        EXPECT_EQ(shop().Advance(now), Code::kOk);
        EXPECT_EQ(Told(), Lines{"acceptance_expired at " + std::to_string(order.deadline_ms) + " qty 2"});
        EXPECT_EQ(State(order.order), late < kDay ? OrderState::kAcceptanceExpired : OrderState::kNone);
      }
    }
  }
}

TEST_P(TimeTest, CommandAtTheDeadlineComesTooLate) {
  for (const Millis offset : {Millis{-1}, Millis{0}, Millis{1}}) {
    SCOPED_TRACE(offset);
    const bool in_time = offset < 0;
    Open({.acceptance_window_ms = 100, .payment_window_ms = 50});
    Put(0);
    const OrderId order = Placed(2), other = Placed(2), third = Placed(2);
    const Millis placed = now;
    now = placed + 100 + offset;
    EXPECT_EQ(Answer(shop().Accept(order, now)), in_time ? "awaiting_payment" : "wrong_state");
    EXPECT_EQ(Answer(shop().Decline(other, now)), in_time ? "declined" : "wrong_state");
    EXPECT_EQ(Answer(shop().Cancel(third, now)), in_time ? "canceled" : "wrong_state");

    now = placed + 200;
    const OrderId paid = Placed(2);
    ASSERT_TRUE(shop().Accept(paid, now).ok());
    now += 50 + offset;
    EXPECT_EQ(Answer(shop().Pay(paid, now)), in_time ? "confirmed" : "payment_late");
    now = placed;
  }
}

// The next order gets the units at the very millisecond at which the hold before it runs out.
TEST_P(TimeTest, UnitsOfAnExpiredHoldAreThereForWhoComesAtItsDeadline) {
  for (const Millis offset : {Millis{-1}, Millis{0}, Millis{1}}) {
    SCOPED_TRACE(offset);
    now = 1'000'000;
    Open({.checkout_hold_ms = 50, .overflow = Overflow::kReject});
    Put(3);
    (void)Placed(3);
    now += 50 + offset;
    EXPECT_EQ(Answer(Place(3)), offset < 0 ? "sold_out" : "awaiting_payment");
  }
}

TEST_P(TimeTest, DeadlineIsStampedWhenTheStateIsEntered) {
  Open({.acceptance_window_ms = 100, .payment_window_ms = 50});
  Put(0);
  const OrderId first = Placed(2), second = Placed(2);
  now += 10;
  ASSERT_TRUE(shop().Accept(first, now).ok());
  // Later policy moves neither.
  Put(0, {.acceptance_window_ms = 1, .payment_window_ms = 1, .checkout_hold_ms = 1});
  EXPECT_EQ(Order(first).deadline_ms, 1'000'060);
  EXPECT_EQ(Order(second).deadline_ms, 1'000'100);
  now = 1'000'059;
  EXPECT_EQ(State(first), OrderState::kAwaitingPayment);
  now = 1'000'099;
  EXPECT_EQ(State(first), OrderState::kPaymentExpired);
  EXPECT_EQ(Answer(shop().Accept(second, now)), "awaiting_payment");
  EXPECT_EQ(Order(second).deadline_ms, 1'000'100);  // under the new policy
  now = 1'000'100;
  EXPECT_EQ(State(second), OrderState::kPaymentExpired);
}

// ---- The order of what is due
// ----------------------------------------------------------------------------------------

TEST_P(TimeTest, DueAreExpiredByDeadlineThenByPlacement) {
  Open({.payment_window_ms = 40});
  Put(0, {.acceptance_window_ms = 300});
  const OrderId a = Placed(1);  // accepted below, which gives it the deadline of the next two
  Put(0, {.acceptance_window_ms = 100});
  (void)Placed(2);
  (void)Placed(3);
  Put(0, {.acceptance_window_ms = 99});
  (void)Placed(4);
  now += 60;
  ASSERT_TRUE(shop().Accept(a, now).ok());
  (void)Told();
  now += kDay - 1;
  EXPECT_EQ(shop().Advance(now), Code::kOk);
  EXPECT_EQ(Told(), (Lines{"acceptance_expired at 1000099 qty 4", "payment_expired at 1000100 qty 1",
                           "acceptance_expired at 1000100 qty 2", "acceptance_expired at 1000100 qty 3"}));
}

// An expiry gives units back, they fill the next order, and its new deadline may be due as well: each at its own time.
TEST_P(TimeTest, ExpiriesCascade) {
  Open({.acceptance_window_ms = 1'000,
        .payment_window_ms = 10,
        .checkout_hold_ms = 10,
        .fill_on_restock = FillOnRestock::kFifo});
  Put(5);
  (void)Placed(5);
  (void)Placed(4);
  (void)Placed(3);
  (void)Told();
  now += 35;
  EXPECT_EQ(Product().available, 5);
  EXPECT_EQ(Told(), (Lines{
                        "payment_expired at 1000010 qty 5",
                        "payment_requested at 1000010 qty 4 until 1000020",
                        "product_mode active at 1000010",  // one unit was left
                        "payment_expired at 1000020 qty 4",
                        "payment_requested at 1000020 qty 3 until 1000030",
                        "payment_expired at 1000030 qty 3",
                    }));
}

// A pending order that is filled at its very deadline, by an order placed before it, lives on; one that is due before
// the units come does not.
TEST_P(TimeTest, FillAndExpiryAtOneInstantGoByPlacement) {
  Open({.acceptance_window_ms = 10,
        .payment_window_ms = 10,
        .checkout_hold_ms = 10,
        .fill_on_restock = FillOnRestock::kFifo});
  Put(3);
  const OrderId holds = Placed(3);
  const OrderId filled = Placed(2);
  now += 10;
  EXPECT_EQ(State(holds), OrderState::kPaymentExpired);
  EXPECT_EQ(State(filled), OrderState::kAwaitingPayment);
  EXPECT_EQ(Order(filled).deadline_ms, now + 10);

  now = 2'000'000;
  Open({.acceptance_window_ms = 10, .payment_window_ms = 10, .fill_on_restock = FillOnRestock::kFifo});
  Put(0);
  const OrderId first = Placed(2);
  const OrderId accepted = Placed(3);
  SetStock(0);
  ASSERT_TRUE(shop().Accept(accepted, now).ok());
  now += 10;
  EXPECT_EQ(State(first), OrderState::kAcceptanceExpired);
  EXPECT_EQ(State(accepted), OrderState::kPaymentExpired);
}

// ---- Time that runs back, and the ends of time
// -----------------------------------------------------------------------

TEST_P(TimeTest, EarlierThanTheLatestCountsAsTheLatest) {
  Open({.acceptance_window_ms = 100});
  Put(0);
  now = 1'000'500;
  (void)Placed(1);
  now = 1'000'400;
  const PlaceResult order = Place(1);
  EXPECT_EQ(order.deadline_ms, 1'000'600);
  EXPECT_EQ(Told().back(), "acceptance_requested at 1000500 qty 1 until 1000600");
  now = -5;
  EXPECT_EQ(Place(1).deadline_ms, 1'000'600);
  // What is done is done.
  now = 1'000'600;
  EXPECT_EQ(State(order.order), OrderState::kAcceptanceExpired);
  now = 1'000'599;
  EXPECT_EQ(State(order.order), OrderState::kAcceptanceExpired);
  EXPECT_EQ(Answer(shop().Accept(order.order, now)), "wrong_state");
}

TEST_P(TimeTest, BeforeTheEpochCountsAsTheEpoch) {
  for (const Millis before : {Millis{-1}, Millis{-kDay}, kMin64 + 1}) {
    now = before;
    Open({.acceptance_window_ms = 100});
    Put(0);
    EXPECT_EQ(Place(1).deadline_ms, 100);
    EXPECT_EQ(Told(), Lines{"acceptance_requested at 0 qty 1 until 100"});
  }
}

TEST_P(TimeTest, DeadlinesEndWithTime) {
  const struct {
    Millis at_ms, window_ms, deadline_ms;
  } rows[] = {{0, kMax64, kMax64},           {1, kMax64, kMax64},          {kMax64 - 5, 4, kMax64 - 1},
              {kMax64 - 5, 5, kMax64},       {kMax64 - 5, 6, kMax64},      {kMax64 - 5, kMax64, kMax64},
              {kMax64 - kDay, kDay, kMax64}, {1'000, 1'000'000, 1'001'000}};
  for (const auto& row : rows) {
    SCOPED_TRACE(testing::Message() << row.window_ms << " from " << row.at_ms);
    now = row.at_ms;
    Open({.acceptance_window_ms = row.window_ms, .payment_window_ms = row.window_ms});
    Put(0, {.checkout_hold_ms = row.window_ms});
    const PlaceResult pending = Place(1);
    EXPECT_EQ(pending.deadline_ms, row.deadline_ms);
    Put(1);
    EXPECT_EQ(Place(1).deadline_ms, row.deadline_ms);
    ASSERT_TRUE(shop().Accept(pending.order, now).ok());
    EXPECT_EQ(Order(pending.order).deadline_ms, row.deadline_ms);
    if (row.deadline_ms > now + 1) {
      now = row.deadline_ms - 1;
      EXPECT_EQ(State(pending.order), OrderState::kAwaitingPayment);
    }
    now = row.deadline_ms;
    (void)Told();
    EXPECT_EQ(shop().Advance(now), Code::kOk);
    const std::string expired = "payment_expired at " + std::to_string(now) + " qty 1";
    EXPECT_EQ(Told(), (Lines{expired, expired, "product_mode active at " + std::to_string(now)}));
  }
}

// ---- Forgetting
// ------------------------------------------------------------------------------------------------------

TEST_P(TimeTest, SettledOrdersAreForgottenToTheMillisecond) {
  for (const Millis retention : {Millis{1}, Millis{100}, Millis{65'536}, kDay}) {
    SCOPED_TRACE(retention);
    now = 1'000'000;
    Open({.acceptance_window_ms = 5}, retention);
    Put(10);
    const PlaceOrder order{.product = kProduct, .customer = kCustomer, .qty = 3, .key = kKey};
    const OrderId placed = Placed(order);
    now += retention - 1;
    EXPECT_EQ(State(placed), OrderState::kConfirmed);
    EXPECT_EQ(Answer(Place(order)), "duplicate");
    now += 1;
    OrderView view;
    EXPECT_EQ(shop().Find(kKey, &view, now), Code::kUnknownOrder);
    EXPECT_EQ(State(placed), OrderState::kNone);
    EXPECT_EQ(shop().Refund(placed, true, now).code, Code::kUnknownOrder);
    // The key is free, for whatever else.
    EXPECT_EQ(Answer(Place({.product = kProduct, .customer = kOtherCustomer, .qty = 1, .key = kKey})), "confirmed");
    EXPECT_EQ(Product().sold, 4);
  }
}

// The clock of forgetting starts again with every state that is entered, and with nothing else.
TEST_P(TimeTest, EachSettledStateIsRememberedForTheWholeRetention) {
  Open({}, 100);
  Put(10);
  const PlaceOrder order{.product = kProduct, .customer = kCustomer, .qty = 3, .key = kKey};
  const OrderId placed = Placed(order);
  now += 99;
  ASSERT_TRUE(shop().PickUp(placed, now).ok());
  now += 99;
  EXPECT_TRUE(shop().PickUp(placed, now).duplicate);  // enters nothing
  EXPECT_TRUE(Place(order).duplicate);
  ASSERT_TRUE(shop().Refund(placed, true, now).ok());
  now += 99;
  EXPECT_EQ(State(placed), OrderState::kRefunded);
  EXPECT_TRUE(shop().Refund(placed, true, now).duplicate);
  now += 1;
  EXPECT_EQ(State(placed), OrderState::kNone);
}

TEST_P(TimeTest, ExpiredIsForgottenCountingFromItsDeadline) {
  Open({.acceptance_window_ms = 10}, 100);
  Put(0);
  const OrderId order = Placed(1);
  now += 109;
  EXPECT_EQ(State(order), OrderState::kAcceptanceExpired);
  now += 1;
  EXPECT_EQ(State(order), OrderState::kNone);
}

TEST_P(TimeTest, WaitingOrdersAreNeverForgotten) {
  Open({.acceptance_window_ms = kMax64}, 0);
  Put(0);
  const OrderId order = Placed(1);
  now += 1'000 * kDay;
  EXPECT_EQ(State(order), OrderState::kAwaitingAcceptance);
  EXPECT_EQ(Product().pending, 1);
}

TEST_P(TimeTest, WithoutRetentionSettledOrdersAreForgottenAtOnce) {
  Open({.customer_limit = 3}, 0);
  Put(10);
  const PlaceOrder order{.product = kProduct, .customer = kCustomer, .qty = 3, .key = kKey};
  const PlaceResult first = Place(order);
  EXPECT_EQ(Answer(first), "confirmed");
  EXPECT_EQ(State(first.order), OrderState::kNone);
  EXPECT_EQ(shop().PickUp(first.order, now).code, Code::kUnknownOrder);
  const PlaceResult second = Place(order);  // counts for no limit, holds no key
  EXPECT_EQ(Answer(second), "confirmed");
  EXPECT_NE(second.order, first.order);
  EXPECT_EQ(Product().sold, 6);
}

TEST_P(TimeTest, RetentionBeyondTheEndOfTimeForgetsNothing) {
  Open({}, kMax64);
  Put(10);
  const OrderId order = Placed(3);
  now = kMax64 - 1;
  EXPECT_EQ(State(order), OrderState::kConfirmed);
  now = kMax64;
  EXPECT_EQ(State(order), OrderState::kNone);
}

// A key is one over all products: that an order elsewhere is forgotten frees it here.
TEST_P(TimeTest, KeysConflictAcrossProductsUntilForgotten) {
  Open({}, 100);
  for (std::int64_t id = 1; id <= 20; ++id) Put(10, {}, ProductId{id});
  (void)Placed({.product = ProductId{1}, .customer = kCustomer, .qty = 1, .key = kKey});
  for (std::int64_t id = 2; id <= 20; ++id) {
    EXPECT_EQ(Answer(Place({.product = ProductId{id}, .customer = kCustomer, .qty = 1, .key = kKey})), "key_conflict");
  }
  now += 99;
  EXPECT_EQ(Answer(Place({.product = ProductId{20}, .customer = kCustomer, .qty = 1, .key = kKey})), "key_conflict");
  now += 1;
  EXPECT_EQ(Answer(Place({.product = ProductId{20}, .customer = kCustomer, .qty = 1, .key = kKey})), "confirmed");
  EXPECT_EQ(Answer(Place({.product = ProductId{1}, .customer = kCustomer, .qty = 1, .key = kKey})), "key_conflict");
}

}  // namespace
}  // namespace flexstock::spec
