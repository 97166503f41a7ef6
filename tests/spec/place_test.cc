// Placing an order: ten steps, the first that applies decides.
#include "tests/spec/spec_test.h"

namespace flexstock::spec {
namespace {

class PlaceTest : public SpecTest {};
FLEXSTOCK_SPEC(PlaceTest);

// ---- The order of the steps
// ------------------------------------------------------------------------------------------

enum class Known { kNo, kSame, kOtherProduct, kOtherCustomer, kOtherQty };

// A shelf, and an order that goes wrong in as many of the later steps as it can.
struct Step {
  const char* name;
  const char* answer;
  // The order.
  Units qty = 5;
  ProductId product = kProduct;
  CustomerId customer = kCustomer;
  Known key = Known::kNo;
  // The shelf.
  Units available = 0;
  bool draft = false;
  Units order_limit = 0;
  Units customer_limit = 0;
  Overflow overflow = Overflow::kAskMember;
  Units pending_limit = 0;
  Units pending = 0;  // other customers' orders that wait already
};

constexpr Overflow kReject = Overflow::kReject;

const Step kSteps[] = {
    {.name = "1 before 2", .answer = "invalid_argument", .qty = 0, .product = kNoProduct},
    {.name = "1 before 3", .answer = "invalid_argument", .qty = 0, .key = Known::kOtherQty},
    {.name = "1 before all",
     .answer = "invalid_argument",
     .customer = CustomerId{0},
     .key = Known::kOtherProduct,
     .draft = true,
     .order_limit = 4,
     .overflow = kReject},
    {.name = "2 before 3", .answer = "unknown_product", .product = kNoProduct, .key = Known::kOtherProduct},
    {.name = "3 before 4", .answer = "key_conflict", .key = Known::kOtherProduct, .draft = true},
    {.name = "3 customer", .answer = "key_conflict", .key = Known::kOtherCustomer, .draft = true},
    {.name = "3 qty", .answer = "key_conflict", .key = Known::kOtherQty, .draft = true, .order_limit = 4},
    {.name = "3 same before all",
     .answer = "duplicate",
     .key = Known::kSame,
     .draft = true,
     .order_limit = 4,
     .customer_limit = 4,
     .overflow = kReject,
     .pending_limit = 1,
     .pending = 1},
    {.name = "4 before 5", .answer = "product_draft", .draft = true, .order_limit = 4, .customer_limit = 4},
    {.name = "4 whatever is available", .answer = "product_draft", .available = 50, .draft = true},
    {.name = "5 before 6", .answer = "order_limit", .order_limit = 4, .customer_limit = 4, .overflow = kReject},
    {.name = "5 before 7", .answer = "order_limit", .available = 50, .order_limit = 4},
    {.name = "6 before 7", .answer = "customer_limit", .available = 50, .customer_limit = 4},
    {.name = "6 before 8", .answer = "customer_limit", .customer_limit = 4, .overflow = kReject},
    {.name = "6 before 9", .answer = "customer_limit", .customer_limit = 4, .pending_limit = 1, .pending = 1},
    {.name = "7 before 8", .answer = "confirmed", .available = 5, .overflow = kReject},
    {.name = "7 before 9", .answer = "confirmed", .available = 5, .pending_limit = 1, .pending = 1},
    {.name = "8 some are there", .answer = "insufficient_stock", .available = 4, .overflow = kReject},
    {.name = "8 none is there", .answer = "sold_out", .overflow = kReject},
    {.name = "8 before 9", .answer = "sold_out", .overflow = kReject, .pending_limit = 1, .pending = 1},
    {.name = "9", .answer = "backlog_full", .available = 4, .pending_limit = 1, .pending = 1},
    {.name = "9 one below", .answer = "awaiting_acceptance", .pending_limit = 2, .pending = 1},
    {.name = "9 one above", .answer = "backlog_full", .pending_limit = 1, .pending = 2},
    {.name = "10 overflow", .answer = "awaiting_acceptance", .available = 4},
    {.name = "10 inactive", .answer = "awaiting_acceptance", .available = 0},
};

TEST_P(PlaceTest, FirstStepThatAppliesDecides) {
  for (const Step& step : kSteps) {
    SCOPED_TRACE(step.name);
    Open();
    Put(0);
    Put(100, {}, kOtherProduct);
    const PlaceOrder order{.product = step.product, .customer = step.customer, .qty = step.qty, .key = kKey};
    PlaceOrder earlier = order;
    if (step.key == Known::kOtherProduct) earlier.product = kOtherProduct;
    if (step.key == Known::kOtherCustomer) earlier.customer = kOtherCustomer;
    if (step.key == Known::kOtherQty || step.qty == 0) earlier.qty = 7;
    if (step.customer == CustomerId{0}) earlier.customer = kCustomer;
    if (step.key != Known::kNo) (void)Placed(earlier);
    for (Units i = 0; i < step.pending; ++i) {
      (void)Placed({.product = kProduct, .customer = kOtherCustomer, .qty = 1});
    }
    PolicyChange policy;
    policy.order_limit = step.order_limit;
    policy.customer_limit = step.customer_limit;
    policy.overflow = step.overflow;
    policy.pending_limit = step.pending_limit;
    Put(step.available, policy, kProduct, step.draft ? ProductStatus::kDraft : ProductStatus::kLive);
    (void)Told();

    EXPECT_EQ(Answer(Place(order)), step.answer);
    const bool taken = std::string(step.answer) == "confirmed";
    EXPECT_EQ(Product().available, taken ? 0 : step.available);
    const bool placed = taken || std::string(step.answer) == "awaiting_acceptance";
    EXPECT_EQ(Told().empty(), !placed);
  }
}

// ---- Step 1: ranges
// --------------------------------------------------------------------------------------------------

TEST_P(PlaceTest, QtyIsOneToAMillion) {
  Open();
  Put(10'000'000);
  EXPECT_EQ(Answer(Place(1)), "confirmed");
  EXPECT_EQ(Answer(Place(999'999)), "confirmed");
  EXPECT_EQ(Answer(Place(1'000'000)), "confirmed");
  for (const Units qty : {Units{0}, Units{-1}, Units{1'000'001}, kMin64, kMax64}) {
    EXPECT_EQ(Answer(Place(qty)), "invalid_argument") << qty;
  }
  EXPECT_EQ(Product().available, 10'000'000 - 2'000'000);
}

TEST_P(PlaceTest, IdsArePositive) {
  Open();
  Put(100);
  Put(100, {}, ProductId{kMax64});
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{-1}, kMin64}) {
    EXPECT_EQ(Answer(Place({.product = ProductId{id}, .customer = kCustomer})), "invalid_argument") << id;
    EXPECT_EQ(Answer(Place({.product = kProduct, .customer = CustomerId{id}})), "invalid_argument") << id;
  }
  EXPECT_EQ(Answer(Place({.product = kProduct, .customer = CustomerId{kMax64}})), "confirmed");
  EXPECT_EQ(Answer(Place({.product = ProductId{kMax64}, .customer = CustomerId{1}})), "confirmed");
  EXPECT_EQ(Answer(Place({.product = ProductId{kMax64 - 1}, .customer = kCustomer})), "unknown_product");
}

// ---- Step 3: keys
// ----------------------------------------------------------------------------------------------------

TEST_P(PlaceTest, DuplicateIsAnsweredWithTheOrderAsItStandsNow) {
  Open();
  Put(0);
  const PlaceOrder order{.product = kProduct, .customer = kCustomer, .qty = 5, .key = kKey};
  const PlaceResult first = Place(order);
  (void)Told();
  now += 10;
  PlaceResult again = Place(order);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.order, first.order);
  EXPECT_EQ(again.state, OrderState::kAwaitingAcceptance);
  EXPECT_EQ(again.deadline_ms, first.deadline_ms);

  // Part of it accepted: the key still stands for what was ordered.
  ASSERT_TRUE(shop().AcceptPart(first.order, 2, now).ok());
  again = Place(order);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.state, OrderState::kAwaitingPayment);
  EXPECT_EQ(again.deadline_ms, now + kDay);
  EXPECT_EQ(Answer(Place({.product = kProduct, .customer = kCustomer, .qty = 2, .key = kKey})), "key_conflict");

  ASSERT_TRUE(shop().Pay(first.order, now).ok());
  again = Place(order);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.state, OrderState::kConfirmed);
  EXPECT_EQ(again.deadline_ms, 0);
  EXPECT_EQ(Product().pending, 0);
}

TEST_P(PlaceTest, OrdersWithoutAKeyAreAllTheirOwn) {
  Open();
  Put(3);
  const OrderId first = Placed(1), second = Placed(1);
  EXPECT_NE(first, second);
  EXPECT_EQ(Product().available, 1);
}

TEST_P(PlaceTest, KeysDifferInEitherHalf) {
  Open();
  Put(10);
  for (const OrderKey key : {OrderKey{.hi = 0, .lo = 1}, OrderKey{.hi = 1, .lo = 0}, OrderKey{.hi = 1, .lo = 1},
                             OrderKey{.hi = ~0ULL, .lo = ~0ULL}}) {
    EXPECT_EQ(Answer(Place({.product = kProduct, .customer = kCustomer, .qty = 1, .key = key})), "confirmed");
    EXPECT_EQ(Answer(Place({.product = kProduct, .customer = kCustomer, .qty = 1, .key = key})), "duplicate");
  }
  EXPECT_EQ(Product().available, 6);
}

TEST_P(PlaceTest, RefusedOrderLeavesNothingBehind) {
  Open();
  Put(0, {.overflow = Overflow::kReject});
  const PlaceOrder order{.product = kProduct, .customer = kCustomer, .qty = 2, .key = kKey};
  EXPECT_EQ(Answer(Place(order)), "sold_out");
  EXPECT_EQ(Told(), Lines{});
  OrderView view;
  EXPECT_EQ(shop().Find(kKey, &view, now), Code::kUnknownOrder);
  // The same key may now stand for something else.
  SetStock(3);
  EXPECT_EQ(Answer(Place({.product = kProduct, .customer = kOtherCustomer, .qty = 3, .key = kKey})), "confirmed");
}

// ---- Step 7 and 10: what is entered
// ----------------------------------------------------------------------------------

TEST_P(PlaceTest, TakesUpToWhatIsAvailable) {
  const struct {
    Units qty;
    const char* answer;
    Units left;
  } rows[] = {{4, "confirmed", 1}, {5, "confirmed", 0}, {6, "awaiting_acceptance", 5}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.qty);
    Open();
    Put(5);
    EXPECT_EQ(Answer(Place(row.qty)), row.answer);
    EXPECT_EQ(Product().available, row.left);
    EXPECT_EQ(Product().sold, 5 - row.left);
  }
}

TEST_P(PlaceTest, CheckoutHoldKeepsUnitsUntilPaid) {
  Open();
  Put(5, {.checkout_hold_ms = 100});
  const PlaceResult held = Place(3);
  EXPECT_EQ(held.state, OrderState::kAwaitingPayment);
  EXPECT_EQ(held.deadline_ms, now + 100);
  EXPECT_EQ(Product().held, 3);
  const OrderView view = Order(held.order);
  EXPECT_EQ(view.taken, 3);
  EXPECT_EQ(view.accepted, 0);
  EXPECT_EQ(view.member, kMember);
  EXPECT_EQ(Told(), (Lines{"payment_requested at 1000000 qty 3 until 1000100"}));
  EXPECT_EQ(Answer(shop().Pay(held.order, now)), "confirmed");
  EXPECT_EQ(Product().sold, 3);
  EXPECT_EQ(Order(held.order).taken, 3);
}

TEST_P(PlaceTest, WaitingOrderHoldsNoUnits) {
  Open();
  Put(3, {.acceptance_window_ms = 50});
  const PlaceResult waits = Place(4);
  EXPECT_EQ(waits.state, OrderState::kAwaitingAcceptance);
  EXPECT_EQ(waits.deadline_ms, now + 50);
  EXPECT_EQ(Order(waits.order).taken, 0);
  EXPECT_EQ(Product().pending, 1);
  EXPECT_EQ(Answer(Place(3)), "confirmed");
  EXPECT_EQ(Product().available, 0);
}

TEST_P(PlaceTest, ManyAreAnsweredAsOneByOne) {
  Open();
  Put(3, {.overflow = Overflow::kReject});
  Put(1, {}, kOtherProduct);
  const std::vector<PlaceOrder> orders = {
      {.product = kProduct, .customer = kCustomer, .qty = 2, .key = kKey},
      {.product = kOtherProduct, .customer = kCustomer, .qty = 1, .key = kKey},
      {.product = kProduct, .customer = kCustomer, .qty = 2, .key = kKey},
      {.product = kProduct, .customer = kCustomer, .qty = 2},
      {.product = kNoProduct, .customer = kCustomer, .qty = 2},
      {.product = kOtherProduct, .customer = kCustomer, .qty = 0},
      {.product = kProduct, .customer = kCustomer, .qty = 1},
      {.product = kProduct, .customer = kCustomer, .qty = 1},
      {.product = kOtherProduct, .customer = kCustomer, .qty = 2},
  };
  std::vector<PlaceResult> results(orders.size());
  shop().PlaceMany(orders, results, now);
  Lines answers;
  for (const PlaceResult& result : results) answers.push_back(Answer(result));
  EXPECT_EQ(answers, (Lines{"confirmed", "key_conflict", "duplicate", "insufficient_stock", "unknown_product",
                            "invalid_argument", "confirmed", "sold_out", "awaiting_acceptance"}));
  EXPECT_EQ(results[2].order, results[0].order);
}

}  // namespace
}  // namespace flexstock::spec
