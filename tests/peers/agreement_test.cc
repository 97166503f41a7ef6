// That wrong answers are found out: a right play is falsified in every way, one at a time.
#include "bench/peers/agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/peers/tournament.h"

namespace flexstock::bench::peers {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class AgreementTest : public testing::Test {
 protected:
  [[nodiscard]] std::size_t First(Answer answer) const {
    return static_cast<std::size_t>(std::ranges::find(right_.answers, answer) - right_.answers.begin());
  }
  [[nodiscard]] Shelf& ShelfOf(Played& played, std::size_t order) const {
    return played.shelves[static_cast<std::size_t>(sale_[order].product - 1)];
  }

  const Sale sale_{Spread::kHot, 10, 1000};
  const Played right_ = Expect(sale_);
  Played wrong_ = right_;
};

TEST_F(AgreementTest, FlexstockIsRightAndAgreesWithItself) {
  EXPECT_EQ(Problem(sale_, right_), "");
  EXPECT_EQ(Difference(sale_, right_, right_), "");
  // All three answers are in it, or nothing below tests anything.
  EXPECT_LT(First(Answer::kConfirmed), First(Answer::kPending));
  EXPECT_LT(First(Answer::kPending), First(Answer::kRefused));
  EXPECT_LT(First(Answer::kRefused), sale_.orders());
}

TEST_F(AgreementTest, TheFirstOrderThatIsAnsweredOtherwiseIsNamed) {
  const std::size_t order = First(Answer::kPending);
  wrong_.answers[order] = wrong_.answers[order + 1] = Answer::kRefused;
  EXPECT_THAT(Difference(sale_, right_, wrong_),
              StartsWith("hot sale, order " + std::to_string(order + 1) + " (" + std::to_string(sale_[order].qty) +
                         " of product 1): refused, flexstock says pending"));
}

TEST_F(AgreementTest, OtherUnitsAndPendingOrdersAreDifferences) {
  wrong_.shelves[7].available = 3;
  EXPECT_EQ(Difference(sale_, right_, wrong_), "hot sale, product 8: 3 left and 0 pending, flexstock says 0 and 0");
  wrong_ = right_;
  ++wrong_.shelves[0].pending;
  EXPECT_THAT(Difference(sale_, right_, wrong_), HasSubstr("101 pending, flexstock says 0 and 100"));
}

TEST_F(AgreementTest, AnOrderWithoutAnAnswerIsAProblem) {
  wrong_.answers[5] = Answer::kNone;
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("order 6 ("));
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("no answer"));
}

TEST_F(AgreementTest, SoldTwiceIsAProblem) {
  wrong_.answers[First(Answer::kRefused)] = Answer::kConfirmed;
  EXPECT_THAT(Problem(sale_, wrong_), StartsWith("hot sale, product 1: "));
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("sold and"));
}

TEST_F(AgreementTest, OversoldIsAProblem) {
  const std::size_t order = First(Answer::kRefused);
  wrong_.answers[order] = Answer::kConfirmed;
  ShelfOf(wrong_, order).available -= sale_[order].qty;
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("units are left"));
}

TEST_F(AgreementTest, ALostUnitIsAProblem) {
  wrong_.answers[0] = Answer::kRefused;
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("sold and"));
}

TEST_F(AgreementTest, TurnedAwayAtAFullShelfIsAProblem) {
  // The units of a confirmed order are still there, and it is refused all the same.
  wrong_.answers[0] = Answer::kRefused;
  ShelfOf(wrong_, 0).available += sale_[0].qty;
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("was not served from stock, yet"));
}

TEST_F(AgreementTest, RefusedWhileOthersMayWaitIsAProblem) {
  const std::size_t order = First(Answer::kPending);
  wrong_.answers[order] = Answer::kRefused;
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("100 orders pending, told 99"));
  --ShelfOf(wrong_, order).pending;
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("99 orders pending and"));
}

TEST_F(AgreementTest, MoreOrdersPendingThanMayBeIsAProblem) {
  const std::size_t order = First(Answer::kRefused);
  wrong_.answers[order] = Answer::kPending;
  ++ShelfOf(wrong_, order).pending;
  EXPECT_THAT(Problem(sale_, wrong_), HasSubstr("101 orders pending"));
}

}  // namespace
}  // namespace flexstock::bench::peers
