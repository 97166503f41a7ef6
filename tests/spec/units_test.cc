// Units: where they go with every command, and that none is ever lost.
#include "tests/spec/spec_test.h"

namespace flexstock::spec {
namespace {

class UnitsTest : public SpecTest {
 protected:
  // "available/held/sold/written_off", the identity checked.
  std::string Shelf() {
    const ProductView view = Product();
    return std::to_string(view.available) + "/" + std::to_string(view.held) + "/" + std::to_string(view.sold) + "/" +
           std::to_string(view.written_off);
  }
};
FLEXSTOCK_SPEC(UnitsTest);

// Accepting takes what stock has of the accepted units; the rest is the member's promise and never enters stock.
TEST_P(UnitsTest, AcceptDrawsWhatStockHas) {
  const struct {
    bool draw;
    Units available, accepted, taken;
  } rows[] = {
      {true, 0, 10, 0}, {true, 3, 10, 3}, {true, 3, 4, 3},  {true, 3, 3, 3},
      {true, 3, 2, 2},  {true, 3, 1, 1},  {false, 3, 2, 0}, {false, 0, 10, 0},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::to_string(row.available) + " available, " + std::to_string(row.accepted) + " accepted");
    Open({.draw_on_accept = row.draw});
    Put(row.available);
    const OrderId order = Placed(10);
    ASSERT_TRUE(shop().AcceptPart(order, row.accepted, now).ok());
    const std::string left = std::to_string(row.available - row.taken), taken = std::to_string(row.taken);
    EXPECT_EQ(Shelf(), left + "/" + taken + "/0/0");
    EXPECT_EQ(Order(order).accepted, row.accepted);
    EXPECT_EQ(Order(order).taken, row.taken);
    ASSERT_TRUE(shop().Pay(order, now).ok());
    EXPECT_EQ(Shelf(), left + "/0/" + taken + "/0");
    // Exactly what was taken comes back, never what was promised.
    ASSERT_TRUE(shop().Refund(order, true, now).ok());
    EXPECT_EQ(Shelf(), std::to_string(row.available) + "/0/0/0");
    EXPECT_EQ(Order(order).taken, 0);
  }
}

TEST_P(UnitsTest, CancelGivesBackWhatWasTaken) {
  Open();
  Put(3);
  const OrderId order = Placed(5);
  ASSERT_TRUE(shop().Accept(order, now).ok());
  EXPECT_EQ(Shelf(), "0/3/0/0");
  ASSERT_TRUE(shop().Cancel(order, now).ok());
  EXPECT_EQ(Shelf(), "3/0/0/0");
  EXPECT_EQ(Order(order).taken, 0);
  ASSERT_TRUE(shop().Cancel(order, now).duplicate);
  EXPECT_EQ(Shelf(), "3/0/0/0");
}

TEST_P(UnitsTest, PaymentExpiryGivesBackWhatWasTaken) {
  Open({.payment_window_ms = 10});
  Put(3);
  const OrderId order = Placed(5);
  ASSERT_TRUE(shop().AcceptPart(order, 4, now).ok());
  EXPECT_EQ(Shelf(), "0/3/0/0");
  now += 10;
  EXPECT_EQ(Shelf(), "3/0/0/0");
  EXPECT_EQ(Order(order).taken, 0);
  EXPECT_EQ(Order(order).accepted, 4);
}

TEST_P(UnitsTest, RefundRestocksOrWritesOff) {
  for (const bool picked_up : {false, true}) {
    Open();
    Put(10);
    const OrderId first = Placed(3), second = Placed(4);
    EXPECT_EQ(Shelf(), "3/0/7/0");
    if (picked_up) {
      ASSERT_TRUE(shop().PickUp(first, now).ok());
      ASSERT_TRUE(shop().PickUp(second, now).ok());
      EXPECT_EQ(Shelf(), "3/0/7/0");
    }
    ASSERT_TRUE(shop().Refund(first, true, now).ok());
    EXPECT_EQ(Shelf(), "6/0/4/0");
    ASSERT_TRUE(shop().Refund(second, false, now).ok());
    EXPECT_EQ(Shelf(), "6/0/0/4");
    EXPECT_EQ(Order(second).taken, 0);
  }
}

TEST_P(UnitsTest, ForgottenOrdersStaySoldAndWrittenOff) {
  Open({}, 100);
  Put(10);
  (void)Placed(3);
  const OrderId refunded = Placed(2);
  ASSERT_TRUE(shop().Refund(refunded, false, now).ok());
  now += 100;
  EXPECT_EQ(State(refunded), OrderState::kNone);
  EXPECT_EQ(Shelf(), "5/0/3/2");
  const AuditReport audit = shop().Audit();
  EXPECT_TRUE(audit.ok());
  EXPECT_EQ(audit.products, 1u);
  EXPECT_EQ(audit.orders, 0u);
  EXPECT_EQ(audit.supplied, 10);
}

// Supplied follows every command on stock, and nothing else.
TEST_P(UnitsTest, SuppliedIsEveryChangeOfStockByCommand) {
  Open();
  Put(10);
  (void)Placed(4);
  EXPECT_EQ(Product().supplied, 10);
  SetStock(1);  // from 6
  EXPECT_EQ(Product().supplied, 5);
  ASSERT_TRUE(shop().Adjust({.product = kProduct, .by = 7}, now).ok());
  EXPECT_EQ(Product().supplied, 12);
  ASSERT_TRUE(shop().Adjust({.product = kProduct, .by = -8}, now).ok());
  EXPECT_EQ(Product().supplied, 4);
  Put(20);
  EXPECT_EQ(Product().supplied, 24);
  EXPECT_EQ(Shelf(), "20/0/4/0");
}

TEST_P(UnitsTest, AuditSumsOverAllProducts) {
  Open({.checkout_hold_ms = 50});
  Put(10);
  Put(5, {.checkout_hold_ms = 0}, kOtherProduct);
  (void)Placed(3);
  (void)Placed(20);
  (void)Placed({.product = kOtherProduct, .customer = kCustomer, .qty = 2});
  const AuditReport audit = shop().Audit();
  EXPECT_TRUE(audit.ok());
  EXPECT_EQ(audit.products, 2u);
  EXPECT_EQ(audit.orders, 3u);
  EXPECT_EQ(audit.pending, 1u);
  EXPECT_EQ(audit.available, 10);
  EXPECT_EQ(audit.held, 3);
  EXPECT_EQ(audit.sold, 2);
  EXPECT_EQ(audit.written_off, 0);
  EXPECT_EQ(audit.supplied, 15);
}

// Units that come back may bring available above what a command may set; no command may raise it from there.
TEST_P(UnitsTest, AvailableMayExceedTheMostBySalesUndone) {
  Open();
  Put(5);
  const OrderId order = Placed(5);
  SetStock(kStockMax);
  ASSERT_TRUE(shop().Refund(order, true, now).ok());
  EXPECT_EQ(Product().available, kStockMax + 5);
  EXPECT_EQ(shop().Adjust({.product = kProduct, .by = 1}, now).code, Code::kInvalidArgument);
  EXPECT_EQ(shop().Adjust({.product = kProduct, .by = -4}, now).code, Code::kInvalidArgument);
  EXPECT_EQ(shop().Adjust({.product = kProduct, .by = -5}, now).code, Code::kOk);
  EXPECT_EQ(Product().available, kStockMax);
}

}  // namespace
}  // namespace flexstock::spec
