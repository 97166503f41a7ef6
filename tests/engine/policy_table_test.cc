#include "engine/shard/policy_table.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace flexstock::shard {
namespace {

Policy WithHold(Millis hold_ms) {
  Policy policy;
  policy.checkout_hold_ms = hold_ms;
  return policy;
}

constexpr std::uint64_t kPoliciesMax = 100;

class PolicyTableTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(table.Open(Policy{})); }
  PolicyTable table{kPoliciesMax};
};

TEST(PolicyTableDefaultsTest, DefaultsAreIndexZero) {
  PolicyTable table(kPoliciesMax);
  ASSERT_TRUE(table.Open(WithHold(5)));
  EXPECT_EQ(table[0], WithHold(5));
  EXPECT_EQ(table.Acquire(WithHold(5)), 0u);
}

TEST_F(PolicyTableTest, EqualPoliciesShareAnIndex) {
  const std::uint32_t one = table.Acquire(WithHold(1));
  EXPECT_NE(one, 0u);
  EXPECT_EQ(table.Acquire(WithHold(1)), one);
  const std::uint32_t two = table.Acquire(WithHold(2));
  EXPECT_NE(two, one);
  EXPECT_EQ(table[one], WithHold(1));
  EXPECT_EQ(table[two], WithHold(2));
}

TEST_F(PolicyTableTest, EveryFieldTellsPoliciesApart) {
  std::vector<Policy> policies(10);
  policies[0].acceptance_window_ms = 1;
  policies[1].payment_window_ms = 1;
  policies[2].checkout_hold_ms = 1;
  policies[3].pending_limit = 1;
  policies[4].order_limit = 1;
  policies[5].customer_limit = 1;
  policies[6].overflow = Overflow::kReject;
  policies[7].fill_on_restock = FillOnRestock::kFifo;
  policies[8].late_payment = LatePayment::kRereserve;
  policies[9].draw_on_accept = false;
  for (std::size_t i = 0; i < policies.size(); ++i) {
    EXPECT_EQ(table.Acquire(policies[i]), i + 1);
    EXPECT_EQ(table[static_cast<std::uint32_t>(i + 1)], policies[i]);
  }
}

TEST_F(PolicyTableTest, IndexIsGivenAwayWhenItsLastUserLeaves) {
  const std::uint32_t one = table.Acquire(WithHold(1));
  EXPECT_EQ(table.Acquire(WithHold(1)), one);
  table.Release(one);
  EXPECT_NE(table.Acquire(WithHold(2)), one);  // still used
  table.Release(one);
  EXPECT_EQ(table.Acquire(WithHold(3)), one);
  EXPECT_EQ(table[one], WithHold(3));
  EXPECT_NE(table.Acquire(WithHold(1)), one);  // what it was is forgotten
}

TEST_F(PolicyTableTest, ManyComeAndGoInBoundedSpace) {
  for (Millis hold_ms = 1; hold_ms < 10'000; ++hold_ms) {
    const std::uint32_t index = table.Acquire(WithHold(hold_ms));
    ASSERT_EQ(index, 1u);
    table.Release(index);
  }
}

// What is in use neither moves nor changes, whatever comes and goes beside it.
TEST_F(PolicyTableTest, HoldsAsManyAsItMay) {
  const Policy* first = &table[0];
  std::vector<std::uint32_t> indices;
  for (std::uint64_t i = 1; i < kPoliciesMax; ++i) indices.push_back(table.Acquire(WithHold(static_cast<Millis>(i))));
  for (std::uint64_t i = 1; i < kPoliciesMax; ++i) EXPECT_EQ(table[indices[i - 1]], WithHold(static_cast<Millis>(i)));
  EXPECT_EQ(&table[0], first);
}

TEST_F(PolicyTableTest, ThreadsShareIt) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 5000; ++i) {
        const Policy policy = WithHold(1 + (thread + i) % 7);
        const std::uint32_t index = table.Acquire(policy);
        EXPECT_EQ(table[index], policy);
        table.Release(index);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(table.Acquire(WithHold(1)), 7u);
}

using PolicyTableDeathTest = PolicyTableTest;

TEST_F(PolicyTableDeathTest, ReleasingWhatNobodyUsesIsOurBug) {
  const std::uint32_t one = table.Acquire(WithHold(1));
  table.Release(one);
  EXPECT_DEATH(table.Release(one), "users_");
}

}  // namespace
}  // namespace flexstock::shard
