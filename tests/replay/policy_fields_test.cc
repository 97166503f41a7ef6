#include "tools/replay/policy_fields.h"

#include <gtest/gtest.h>

namespace flexstock::replay {
namespace {

TEST(PolicyFieldsTest, SetsEveryField) {
  Policy policy;
  for (const char* assignment : {"acceptance_window_ms=1", "payment_window_ms=2", "checkout_hold_ms=3",
                                 "pending_limit=4", "order_limit=5", "customer_limit=6", "overflow=reject",
                                 "fill_on_restock=fifo", "late_payment=rereserve", "draw_on_accept=false"}) {
    EXPECT_EQ(SetPolicyField(assignment, &policy), "");
  }
  const Policy expected{.acceptance_window_ms = 1,
                        .payment_window_ms = 2,
                        .checkout_hold_ms = 3,
                        .pending_limit = 4,
                        .order_limit = 5,
                        .customer_limit = 6,
                        .overflow = Overflow::kReject,
                        .fill_on_restock = FillOnRestock::kFifo,
                        .late_payment = LatePayment::kRereserve,
                        .draw_on_accept = false};
  EXPECT_EQ(policy, expected);
}

TEST(PolicyFieldsTest, ABadOneChangesNothingAndIsNamed) {
  Policy policy;
  EXPECT_EQ(SetPolicyField("overflow", &policy), R"("overflow" is not of the form FIELD=VALUE)");
  EXPECT_EQ(SetPolicyField("overflow=", &policy), R"(overflow is ""; expected ask_member or reject)");
  EXPECT_EQ(SetPolicyField("order_limit=1.0", &policy), R"(order_limit is "1.0"; expected a signed 64-bit integer)");
  EXPECT_EQ(SetPolicyField("order_limit=9223372036854775808", &policy),
            R"(order_limit is "9223372036854775808"; expected a signed 64-bit integer)");
  EXPECT_EQ(SetPolicyField("order_limit=-1", &policy), "order_limit is -1, which is out of its range");
  EXPECT_EQ(SetPolicyField("acceptance_window_ms=0", &policy), "acceptance_window_ms is 0, which is out of its range");
  EXPECT_EQ(SetPolicyField("draw_on_accept=1", &policy), R"(draw_on_accept is "1"; expected true or false)");
  EXPECT_EQ(SetPolicyField("retention_ms=1", &policy).substr(0, 32), R"("retention_ms" is no policy fiel)");
  EXPECT_EQ(policy, Policy{});
}

}  // namespace
}  // namespace flexstock::replay
