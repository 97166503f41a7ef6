// Products: creating and changing them, their ranges, drafts and modes.
#include <functional>
#include <optional>

#include "tests/spec/spec_test.h"

namespace flexstock::spec {
namespace {

class ProductTest : public SpecTest {
 protected:
  Code PutCode(const PutProduct& put) { return shop().Put(put, now).code; }
  Code SetCode(Units stock, std::optional<Units> expect = {}, ProductId product = kProduct) {
    return shop().Set({.product = product, .stock = stock, .expect = expect}, now).code;
  }
  Code AdjustCode(Units by, ProductId product = kProduct) {
    return shop().Adjust({.product = product, .by = by}, now).code;
  }
};
FLEXSTOCK_SPEC(ProductTest);

// ---- put
// -------------------------------------------------------------------------------------------------------------

TEST_P(ProductTest, NewProductHasDefaultsWhereNothingIsGiven) {
  const Policy defaults{.acceptance_window_ms = 11,
                        .payment_window_ms = 12,
                        .checkout_hold_ms = 13,
                        .pending_limit = 14,
                        .order_limit = 15,
                        .customer_limit = 16,
                        .overflow = Overflow::kReject,
                        .fill_on_restock = FillOnRestock::kFifo,
                        .late_payment = LatePayment::kRereserve,
                        .draw_on_accept = false};
  Open(defaults);
  ASSERT_EQ(PutCode({.product = kProduct, .member = kMember, .stock = {}, .status = {}, .policy = {}}), Code::kOk);
  const ProductView view = Product();
  EXPECT_EQ(view.member, kMember);
  EXPECT_EQ(view.available, 0);
  EXPECT_EQ(view.mode, ProductMode::kInactive);
  EXPECT_EQ(view.policy, defaults);
  EXPECT_EQ(Told(), Lines{});
}

TEST_P(ProductTest, CreatingTellsNothingWhateverTheMode) {
  Open();
  Put(5);
  Put(0, {}, kOtherProduct);
  Put(5, {}, kNoProduct, ProductStatus::kDraft);
  EXPECT_EQ(Told(), Lines{});
}

TEST_P(ProductTest, PutChangesOnlyWhatIsGiven) {
  Open();
  Put(5, {.pending_limit = 3, .order_limit = 4});
  PutProduct put{.product = kProduct, .member = kMember, .stock = {}, .status = {}, .policy = {}};
  put.policy.order_limit = 0;
  ASSERT_EQ(PutCode(put), Code::kOk);
  EXPECT_EQ(Product().available, 5);
  EXPECT_EQ(Product().policy.pending_limit, 3);
  EXPECT_EQ(Product().policy.order_limit, 0);
  EXPECT_EQ(Product().mode, ProductMode::kActive);
  EXPECT_EQ(Told(), Lines{});

  put.status = ProductStatus::kDraft;
  ASSERT_EQ(PutCode(put), Code::kOk);
  EXPECT_EQ(Product().available, 5);
  EXPECT_EQ(Told(), (Lines{"product_mode draft at 1000000"}));
}

TEST_P(ProductTest, MemberOfAProductCannotChange) {
  Open();
  Put(5);
  PutProduct put{.product = kProduct,
                 .member = kOtherMember,
                 .stock = 9,
                 .status = ProductStatus::kDraft,
                 .policy = {.order_limit = 3}};
  EXPECT_EQ(PutCode(put), Code::kMemberMismatch);
  EXPECT_EQ(Product().available, 5);
  EXPECT_EQ(Product().mode, ProductMode::kActive);
  EXPECT_EQ(Product().policy.order_limit, 0);
  EXPECT_EQ(Told(), Lines{});
  put.stock = -1;  // a bad value is reported before whose the product is
  EXPECT_EQ(PutCode(put), Code::kInvalidArgument);
}

TEST_P(ProductTest, PutRefusesWhatIsOutOfRangeAndChangesNothing) {
  const PutProduct good{.product = kProduct, .member = kMember, .stock = 6, .status = {}, .policy = {}};
  std::vector<PutProduct> bad;
  const auto with = [&](auto change) {
    bad.push_back(good);
    change(bad.back());
  };
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{-1}, kMin64}) {
    with([&](PutProduct& put) { put.product = ProductId{id}; });
    with([&](PutProduct& put) { put.member = MemberId{id}; });
    with([&](PutProduct& put) { put.policy.acceptance_window_ms = id; });
    with([&](PutProduct& put) { put.policy.payment_window_ms = id; });
  }
  for (const std::int64_t negative : {std::int64_t{-1}, kMin64}) {
    with([&](PutProduct& put) { put.stock = negative; });
    with([&](PutProduct& put) { put.policy.checkout_hold_ms = negative; });
    with([&](PutProduct& put) { put.policy.pending_limit = negative; });
    with([&](PutProduct& put) { put.policy.order_limit = negative; });
    with([&](PutProduct& put) { put.policy.customer_limit = negative; });
  }
  for (const Units above : {kStockMax + 1, kMax64}) {
    with([&](PutProduct& put) { put.stock = above; });
  }
  for (std::size_t i = 0; i < bad.size(); ++i) {
    SCOPED_TRACE(i);
    Open();
    EXPECT_EQ(PutCode(bad[i]), Code::kInvalidArgument);
    EXPECT_EQ(shop().Audit().products, 0u);
    Put(5);
    EXPECT_EQ(PutCode(bad[i]), Code::kInvalidArgument);
    EXPECT_EQ(Product().available, 5);
  }
}

TEST_P(ProductTest, PutTakesTheEndsOfEveryRange) {
  Open();
  const PutProduct largest{.product = ProductId{kMax64},
                           .member = MemberId{kMax64},
                           .stock = kStockMax,
                           .status = ProductStatus::kLive,
                           .policy = {.acceptance_window_ms = kMax64,
                                      .payment_window_ms = kMax64,
                                      .checkout_hold_ms = kMax64,
                                      .pending_limit = kMax64,
                                      .order_limit = kMax64,
                                      .customer_limit = kMax64}};
  EXPECT_EQ(PutCode(largest), Code::kOk);
  EXPECT_EQ(Product(ProductId{kMax64}).policy.checkout_hold_ms, kMax64);
  const PutProduct smallest{.product = ProductId{1},
                            .member = MemberId{1},
                            .stock = 0,
                            .status = ProductStatus::kLive,
                            .policy = {.acceptance_window_ms = 1,
                                       .payment_window_ms = 1,
                                       .checkout_hold_ms = 0,
                                       .pending_limit = 0,
                                       .order_limit = 0,
                                       .customer_limit = 0}};
  EXPECT_EQ(PutCode(smallest), Code::kOk);
  EXPECT_EQ(Product(ProductId{1}).policy.payment_window_ms, 1);
}

// ---- set_stock, adjust_stock
// -----------------------------------------------------------------------------------------

TEST_P(ProductTest, SetStockRefusals) {
  Open();
  Put(5);
  const struct {
    Units stock;
    std::optional<Units> expect;
    Code code;
  } rows[] = {
      {-1, {}, Code::kInvalidArgument},     {kStockMax + 1, {}, Code::kInvalidArgument},
      {kMin64, {}, Code::kInvalidArgument}, {9, -1, Code::kInvalidArgument},
      {9, kMin64, Code::kInvalidArgument},  {9, kStockMax + 1, Code::kStockConflict},
      {9, kMax64, Code::kStockConflict},    {9, 4, Code::kStockConflict},
      {9, 6, Code::kStockConflict},         {9, 0, Code::kStockConflict},
      {9, kStockMax, Code::kStockConflict},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(SetCode(row.stock, row.expect), row.code) << row.stock << " " << row.expect.value_or(-7);
    EXPECT_EQ(Product().available, 5);
  }
  EXPECT_EQ(SetCode(9, 5), Code::kOk);
  EXPECT_EQ(Product().available, 9);
  EXPECT_EQ(SetCode(kStockMax), Code::kOk);
  EXPECT_EQ(SetCode(0, kStockMax), Code::kOk);
  EXPECT_EQ(Product().available, 0);
}

TEST_P(ProductTest, AdjustStockRefusals) {
  Open();
  Put(5);
  for (const Units by : {Units{-6}, -kStockMax, kMin64}) {
    EXPECT_EQ(AdjustCode(by), Code::kInsufficientStock) << by;
  }
  for (const Units by : {kStockMax - 4, kStockMax, kMax64}) EXPECT_EQ(AdjustCode(by), Code::kInvalidArgument) << by;
  EXPECT_EQ(Product().available, 5);
  EXPECT_EQ(AdjustCode(-5), Code::kOk);
  EXPECT_EQ(Product().available, 0);
  EXPECT_EQ(AdjustCode(kStockMax), Code::kOk);
  EXPECT_EQ(Product().available, kStockMax);
  EXPECT_EQ(AdjustCode(0), Code::kOk);
  EXPECT_EQ(Product().supplied, kStockMax);
}

TEST_P(ProductTest, ProductThatIsNotThereIsUnknown) {
  Open();
  EXPECT_EQ(SetCode(5), Code::kUnknownProduct);
  EXPECT_EQ(SetCode(5, 1), Code::kUnknownProduct);
  EXPECT_EQ(AdjustCode(5), Code::kUnknownProduct);
  EXPECT_EQ(AdjustCode(kMax64), Code::kUnknownProduct);
  EXPECT_EQ(shop().Publish(kProduct, now).code, Code::kUnknownProduct);
  EXPECT_EQ(shop().Unpublish(kProduct, now).code, Code::kUnknownProduct);
  ProductView view;
  EXPECT_EQ(shop().Find(kProduct, &view, now), Code::kUnknownProduct);
  // Ranges first.
  EXPECT_EQ(SetCode(-1), Code::kInvalidArgument);
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{-1}, kMin64}) {
    EXPECT_EQ(SetCode(5, {}, ProductId{id}), Code::kInvalidArgument);
    EXPECT_EQ(AdjustCode(5, ProductId{id}), Code::kInvalidArgument);
    EXPECT_EQ(shop().Publish(ProductId{id}, now).code, Code::kInvalidArgument);
    EXPECT_EQ(shop().Unpublish(ProductId{id}, now).code, Code::kInvalidArgument);
  }
}

// ---- Drafts and modes
// ------------------------------------------------------------------------------------------------

TEST_P(ProductTest, ModeFollowsStatusAndStock) {
  Open();
  Put(0);
  const auto publish = [&] { (void)shop().Publish(kProduct, now); };
  const auto unpublish = [&] { (void)shop().Unpublish(kProduct, now); };
  const struct {
    const char* what;
    std::function<void()> command;
    ProductMode mode;
    Lines told;
  } steps[] = {
      {"publish a live one", publish, ProductMode::kInactive, {}},
      {"nothing to nothing", [&] { SetStock(0); }, ProductMode::kInactive, {}},
      {"first unit", [&] { (void)AdjustCode(1); }, ProductMode::kActive, {"product_mode active at 1000000"}},
      {"more units", [&] { SetStock(4); }, ProductMode::kActive, {}},
      {"draft", unpublish, ProductMode::kDraft, {"product_mode draft at 1000000"}},
      {"draft again", unpublish, ProductMode::kDraft, {}},
      {"a draft's stock", [&] { SetStock(0); }, ProductMode::kDraft, {}},
      {"live without stock", publish, ProductMode::kInactive, {"product_mode inactive at 1000000"}},
      {"draft with units",
       [&] { Put(3, {}, kProduct, ProductStatus::kDraft); },
       ProductMode::kDraft,
       {"product_mode draft at 1000000"}},
      {"live with units", publish, ProductMode::kActive, {"product_mode active at 1000000"}},
      {"all sold",
       [&] { (void)Placed(3); },
       ProductMode::kInactive,
       {"order_confirmed at 1000000 qty 3", "pickup_requested at 1000000 qty 3", "product_mode inactive at 1000000"}},
      {"both at once",
       [&] { Put(3, {}, kProduct, ProductStatus::kLive); },
       ProductMode::kActive,
       {"product_mode active at 1000000"}},
      {"taken away", [&] { (void)AdjustCode(-3); }, ProductMode::kInactive, {"product_mode inactive at 1000000"}},
  };
  for (const auto& step : steps) {
    SCOPED_TRACE(step.what);
    step.command();
    EXPECT_EQ(Product().mode, step.mode);
    EXPECT_EQ(Told(), step.told);
  }
}

TEST_P(ProductTest, RepeatedPublishIsOkAndChangesNothing) {
  Open();
  Put(1);
  EXPECT_EQ(shop().Publish(kProduct, now).code, Code::kOk);
  EXPECT_EQ(shop().Unpublish(kProduct, now).code, Code::kOk);
  EXPECT_EQ(shop().Unpublish(kProduct, now).code, Code::kOk);
  EXPECT_EQ(Told(), (Lines{"product_mode draft at 1000000"}));
}

// Orders that a draft already has run on: they are answered, paid, refunded and expire.
TEST_P(ProductTest, OrdersOfADraftRunOn) {
  Open({.acceptance_window_ms = 100, .payment_window_ms = 100});
  Put(2);
  const OrderId bought = Placed(2), first = Placed(3), second = Placed(4);
  ASSERT_TRUE(shop().Unpublish(kProduct, now).ok());
  EXPECT_EQ(Answer(Place(1)), "product_draft");
  EXPECT_EQ(Answer(shop().Accept(first, now)), "awaiting_payment");
  EXPECT_EQ(Answer(shop().Pay(first, now)), "confirmed");
  EXPECT_EQ(Answer(shop().Refund(bought, true, now)), "refunded");
  EXPECT_EQ(Product().available, 2);
  EXPECT_EQ(Product().mode, ProductMode::kDraft);
  now += 100;
  EXPECT_EQ(State(second), OrderState::kAcceptanceExpired);
}

}  // namespace
}  // namespace flexstock::spec
