// The check that a run ends with must fail when a unit is missing. A real engine sells; the books are told of it, or
// are told something else.
#include "tools/loadgen/verdict.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>

namespace flexstock::loadgen {
namespace {

constexpr ProductId kProduct{7};
constexpr Units kStock = 10;

class VerdictTest : public testing::Test {
 protected:
  VerdictTest() {
    Options options;
    options.background = false;
    options.shards = 1;
    engine_ = Engine::Open(options).engine;
    catalogue_.Add(kProduct, kStock);
    EXPECT_EQ(catalogue_.PutInto(*engine_), "");
  }

  PlaceResult Place(Units qty) {
    return engine_->Place({.product = kProduct, .customer = CustomerId{1}, .qty = qty}, /*at_ms=*/1);
  }

  ProductView View() {
    ProductView view;
    EXPECT_EQ(engine_->Find(kProduct, &view, 1), Code::kOk);
    return view;
  }

  Verdict Judge(const ProductView& view) {
    const std::array<const Books*, 1> all = {&books_};
    Verdict verdict;
    verdict.Check(engine_->Audit());
    verdict.Check(catalogue_.products().front(), Close(all).front(), view);
    return verdict;
  }

  static void ExpectDifferences(const Verdict& verdict, const std::vector<std::string>& expected) {
    std::vector<std::string> found;
    for (const Difference& difference : verdict.differences()) {
      found.push_back(difference.what + " " + std::to_string(difference.engine) + ", counted " +
                      std::to_string(difference.counted));
    }
    EXPECT_EQ(found, expected);
    EXPECT_EQ(verdict.difference_count(), expected.size());
    EXPECT_EQ(verdict.ok(), expected.empty());
  }

  std::unique_ptr<Engine> engine_;
  Catalogue catalogue_;
  Books books_{1};
};

TEST_F(VerdictTest, IsOkWhenAllIsBooked) {
  ASSERT_EQ(Place(3).state, OrderState::kConfirmed);
  books_.Confirmed(0, 3);
  const Verdict verdict = Judge(View());
  ExpectDifferences(verdict, {});
  EXPECT_EQ(verdict.products(), 1u);
  EXPECT_EQ(verdict.engine().available, 7);
  EXPECT_EQ(verdict.counted().available, 7);
}

TEST_F(VerdictTest, KnowsWhatAPromisedOrderTook) {
  ASSERT_EQ(Place(8).state, OrderState::kConfirmed);
  books_.Confirmed(0, 8);
  const PlaceResult asked = Place(5);
  ASSERT_EQ(asked.state, OrderState::kAwaitingAcceptance);
  books_.Asked(0);
  ASSERT_TRUE(engine_->Accept(asked.order, 1).ok());
  OrderView order;
  ASSERT_EQ(engine_->Find(asked.order, &order, 1), Code::kOk);
  books_.Accepted(0, asked.order, 5, order.taken);
  books_.PaymentRequested(0, 5);
  EXPECT_EQ(Judge(View()).engine().held, 2);
  ExpectDifferences(Judge(View()), {});
  ASSERT_TRUE(engine_->Pay(asked.order, 1).ok());
  books_.Paid(0, asked.order, 5);
  EXPECT_EQ(Judge(View()).engine().sold, 10);
  ExpectDifferences(Judge(View()), {});
}

TEST_F(VerdictTest, MissesAnOrderThatWasNotBooked) {
  ASSERT_EQ(Place(3).state, OrderState::kConfirmed);
  ExpectDifferences(Judge(View()), {"product 7: available 7, counted 10", "product 7: sold 3, counted 0"});
}

TEST_F(VerdictTest, MissesOneUnitOfAnOrder) {
  ASSERT_EQ(Place(3).state, OrderState::kConfirmed);
  books_.Confirmed(0, 2);
  ExpectDifferences(Judge(View()), {"product 7: available 7, counted 8", "product 7: sold 3, counted 2"});
}

TEST_F(VerdictTest, MissesOneUnitThatTheEngineLost) {
  ASSERT_EQ(Place(3).state, OrderState::kConfirmed);
  books_.Confirmed(0, 3);
  ProductView view = View();
  --view.available;
  ExpectDifferences(Judge(view), {"product 7: available 6, counted 7"});
}

TEST_F(VerdictTest, MissesAUnitSoldTwice) {
  ASSERT_EQ(Place(kStock).state, OrderState::kConfirmed);
  books_.Confirmed(0, kStock);
  books_.Confirmed(0, 1);
  ExpectDifferences(Judge(View()), {"product 7: available 0, counted -1", "product 7: sold 10, counted 11"});
}

TEST_F(VerdictTest, TellsHeldFromSold) {
  ASSERT_EQ(Place(3).state, OrderState::kConfirmed);
  books_.Held(0, 3);
  books_.PaymentRequested(0, 3);
  ExpectDifferences(Judge(View()), {"product 7: held 0, counted 3", "product 7: sold 3, counted 0"});
}

TEST_F(VerdictTest, MissesAPendingOrder) {
  ASSERT_EQ(Place(kStock + 1).state, OrderState::kAwaitingAcceptance);
  ExpectDifferences(Judge(View()), {"product 7: pending orders 1, counted 0"});
}

TEST_F(VerdictTest, MissesStockThatAppears) {
  ASSERT_TRUE(engine_->Adjust({.product = kProduct, .by = 1}, 1).ok());
  ExpectDifferences(Judge(View()), {"product 7: supplied 11, counted 10", "product 7: available 11, counted 10"});
}

TEST_F(VerdictTest, MissesAProductThatIsGone) { EXPECT_FALSE(Judge(ProductView{}).ok()); }

TEST(VerdictAuditTest, BelievesTheEnginesOwnAudit) {
  AuditReport audit;
  audit.broken = {kProduct};
  audit.broken_count = 3;
  Verdict verdict;
  verdict.Check(audit);
  EXPECT_EQ(verdict.difference_count(), 3u);
  EXPECT_EQ(verdict.differences().front().what, "product 7: the engine's own audit finds it broken");
}

TEST(VerdictAuditTest, MissesAKeyThatWasPlacedTwice) {
  Verdict verdict;
  verdict.CheckTwiceSold(0);
  EXPECT_TRUE(verdict.ok());
  verdict.CheckTwiceSold(1);
  EXPECT_FALSE(verdict.ok());
}

// ---- Events ---------------------------------------------------------------------------------------------------------

void Tell(Tally& tally, EventType type) {
  for (const Audience audience : {Audience::kMember, Audience::kCustomer, Audience::kLogistics}) {
    if (Tells(type, audience)) tally.Told(audience, type);
  }
}

Verdict JudgeEvents(const Tally& tally, bool fills) {
  Totals totals;
  tally.AddTo(&totals);
  Verdict verdict;
  verdict.Check(totals, fills);
  return verdict;
}

// One order of each kind, all events told but those of `kept_back`.
void EveryKind(Tally& tally, std::optional<EventType> kept_back) {
  tally.Placed(IndexOf(Outcome::kConfirmed));
  tally.Placed(IndexOf(Outcome::kAwaitingPayment));
  tally.Placed(IndexOf(Outcome::kAwaitingAcceptance));
  for (const Call call : {Call::kAccept, Call::kDecline, Call::kPay, Call::kCancel, Call::kPickUp})
    tally.Answered(call, {});
  for (const EventType type : {EventType::kOrderConfirmed, EventType::kOrderConfirmed, EventType::kPickupRequested,
                               EventType::kPickupRequested, EventType::kAcceptanceRequested,
                               EventType::kPaymentRequested, EventType::kPaymentRequested, EventType::kOrderDeclined,
                               EventType::kOrderCanceled, EventType::kOrderPickedUp}) {
    if (type != kept_back) Tell(tally, type);
  }
}

TEST(VerdictEventsTest, AreOkWhenEveryAnswerWasTold) {
  Tally tally;
  EveryKind(tally, {});
  EXPECT_TRUE(JudgeEvents(tally, false).ok());
}

TEST(VerdictEventsTest, AreMissedWhicheverKindIsKeptBack) {
  for (const EventType type : {EventType::kOrderConfirmed, EventType::kPickupRequested, EventType::kAcceptanceRequested,
                               EventType::kPaymentRequested, EventType::kOrderDeclined, EventType::kOrderCanceled,
                               EventType::kOrderPickedUp}) {
    Tally tally;
    EveryKind(tally, type);
    const Verdict verdict = JudgeEvents(tally, false);
    EXPECT_FALSE(verdict.ok()) << Name(type);
    for (const Difference& difference : verdict.differences()) {
      EXPECT_EQ(difference.what.substr(0, Name(type).size()), Name(type));
    }
  }
}

TEST(VerdictEventsTest, AreMissedWhenOnlyOneAudienceIsToldOfADeadline) {
  for (const EventType type : {EventType::kAcceptanceExpired, EventType::kPaymentExpired}) {
    Tally tally;
    tally.Told(Audience::kCustomer, type);
    EXPECT_FALSE(JudgeEvents(tally, false).ok());
    tally.Told(Audience::kMember, type);
    EXPECT_TRUE(JudgeEvents(tally, false).ok());
  }
}

TEST(VerdictEventsTest, RequestPaymentsUnaskedOnlyWhereTheEngineFills) {
  Tally tally;
  tally.Told(Audience::kCustomer, EventType::kPaymentRequested);
  EXPECT_FALSE(JudgeEvents(tally, false).ok());
  EXPECT_TRUE(JudgeEvents(tally, true).ok());
}

}  // namespace
}  // namespace flexstock::loadgen
