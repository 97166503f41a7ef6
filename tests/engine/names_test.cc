// Every value has its word, and no two the same; who is told of what is the table of docs/semantics.md.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "flexstock/events.h"

namespace flexstock {
namespace {

template <typename Value>
std::set<std::string> NamesUpTo(Value last) {
  std::set<std::string> names;
  for (int value = 0; value <= static_cast<int>(last); ++value) names.emplace(Name(static_cast<Value>(value)));
  return names;
}

TEST(NamesTest, EveryValueHasItsOwnWord) {
  EXPECT_EQ(NamesUpTo(OrderState::kRefunded).size(), 10u);
  EXPECT_EQ(NamesUpTo(Code::kReadOnly).size(), 20u);
  EXPECT_EQ(NamesUpTo(ProductMode::kDraft), (std::set<std::string>{"active", "inactive", "draft"}));
  EXPECT_EQ(NamesUpTo(EventType::kProductMode).size(), 12u);
  EXPECT_EQ(NamesUpTo(Audience::kFeed), (std::set<std::string>{"member", "customer", "logistics", "feed"}));
}

TEST(NamesTest, OnlyNoStateIsWithoutAWord) {
  EXPECT_EQ(Name(OrderState::kNone), "");
  EXPECT_EQ(NamesUpTo(OrderState::kRefunded).count(""), 1u);
  EXPECT_EQ(NamesUpTo(Code::kReadOnly).count(""), 0u);
  EXPECT_EQ(NamesUpTo(EventType::kProductMode).count(""), 0u);
}

TEST(NamesTest, WordsAreThoseOfTheCommandLog) {
  EXPECT_EQ(Name(OrderState::kAwaitingAcceptance), "awaiting_acceptance");
  EXPECT_EQ(Name(OrderState::kPickedUp), "picked_up");
  EXPECT_EQ(Name(OrderState::kRefunded), "refunded");
  EXPECT_EQ(Name(Code::kOk), "ok");
  EXPECT_EQ(Name(Code::kInvalidArgument), "invalid_argument");
  EXPECT_EQ(Name(Code::kSoldOut), "sold_out");
  EXPECT_EQ(Name(Code::kPaymentLate), "payment_late");
  EXPECT_EQ(Name(Code::kCartRefused), "refused");
  EXPECT_EQ(Name(EventType::kRefundDue), "refund_due");
  EXPECT_EQ(Name(EventType::kProductMode), "product_mode");
}

TEST(NamesTest, TellsWhomItConcerns) {
  const std::map<EventType, std::string> told = {
      {EventType::kOrderConfirmed, "customer member"}, {EventType::kPickupRequested, "logistics"},
      {EventType::kAcceptanceRequested, "member"},     {EventType::kPaymentRequested, "customer"},
      {EventType::kOrderDeclined, "customer"},         {EventType::kAcceptanceExpired, "customer member"},
      {EventType::kPaymentExpired, "customer member"}, {EventType::kOrderCanceled, "customer member"},
      {EventType::kOrderRefunded, "customer member"},  {EventType::kOrderPickedUp, "customer"},
      {EventType::kRefundDue, "customer member"},      {EventType::kProductMode, "member"},
  };
  for (const auto& [type, whom] : told) {
    std::string answer;
    for (const Audience audience : {Audience::kCustomer, Audience::kMember, Audience::kLogistics}) {
      if (Tells(type, audience)) answer += (answer.empty() ? "" : " ") + std::string(Name(audience));
    }
    EXPECT_EQ(answer, whom) << Name(type);
    EXPECT_TRUE(Tells(type, Audience::kFeed));
  }
}

}  // namespace
}  // namespace flexstock
