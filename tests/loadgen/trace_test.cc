#include "tools/loadgen/trace.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/model/seed.h"
#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {
namespace {

constexpr Millis kDay = 86'400'000;

// A year of orders, some hours without any, many in one millisecond.
Trace Year(std::uint64_t seed, std::size_t orders) {
  Rng rng(seed, 0);
  std::ostringstream text;
  text << "at_ms,product,customer,qty\n";
  Millis at_ms = 1'300'000'000'000;
  for (std::size_t i = 0; i < orders; ++i) {
    if (rng.Below(3) == 0) at_ms += static_cast<Millis>(rng.Below(3 * 365 * kDay * 2 / orders));
    text << at_ms << ',' << 1'000 + rng.Below(200) << ',' << 1 + rng.Below(500) << ',' << 1 + rng.Below(12) << '\n';
  }
  std::istringstream in(text.str());
  TraceRead read = ReadTrace(in, "year.csv");
  EXPECT_EQ(read.problem, "");
  return std::move(read.trace);
}

Units Demand(const Trace& trace) {
  Units demand = 0;
  for (const Trace::Product& product : trace.products) demand += product.demand;
  return demand;
}

Result Drive(const TraceOptions& options, const Trace& trace) {
  Result result;
  EXPECT_EQ(RunTrace(options, trace, &result), "");
  for (const Difference& difference : result.verdict.differences()) {
    ADD_FAILURE() << difference.what << ": " << difference.engine << ", counted " << difference.counted;
  }
  EXPECT_EQ(result.totals.all_orders(), trace.rows.size());
  // Time has gone on until nobody waits.
  EXPECT_EQ(result.verdict.engine().held, 0);
  EXPECT_EQ(result.verdict.engine().pending, 0);
  return result;
}

TEST(TraceTest, EndsWithEveryUnitAndEventAccountedFor) {
  for (const std::uint64_t seed : model::Seeds(1, 2)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    const Trace trace = Year(seed, 3'000);
    for (const std::uint32_t threads : {1u, 3u}) {
      for (const std::size_t batch : {1u, 7u}) {
        TraceOptions options;
        options.seed = seed;
        options.threads = threads;
        options.batch = batch;
        Drive(options, trace);
        options.policy.checkout_hold_ms = 10 * 60'000;
        options.policy.fill_on_restock = FillOnRestock::kFifo;
        options.events_max = 1'024;
        Drive(options, trace);
      }
    }
  }
}

// Windows mean what they say: a year passes in milliseconds, and still nobody who answers is too late.
TEST(TraceTest, WhoeverAnswersIsInTimeHoweverFastTimeFlies) {
  for (const std::uint64_t seed : model::Seeds(1, 3)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    const Trace trace = Year(seed, 2'000);
    TraceOptions options;
    options.seed = seed;
    options.policy.acceptance_window_ms = 3'600'000;
    options.policy.payment_window_ms = 3'600'000;
    options.policy.checkout_hold_ms = 3'600'000;
    options.member = {.accept = 1, .accept_part = 0, .decline = 0};
    options.payer = {.pay = 1, .cancel = 0};
    const Result result = Drive(options, trace);
    EXPECT_EQ(result.totals.done(Call::kPay), trace.rows.size());
    EXPECT_EQ(result.totals.told(Audience::kMember, EventType::kAcceptanceExpired), 0u);
    EXPECT_EQ(result.totals.told(Audience::kCustomer, EventType::kPaymentExpired), 0u);
  }
}

TEST(TraceTest, WhoeverNeverAnswersRunsOutOfTime) {
  const Trace trace = Year(1, 2'000);
  TraceOptions options;
  options.policy.checkout_hold_ms = 3'600'000;
  options.member = {.accept = 0, .accept_part = 0, .decline = 0};
  options.payer = {.pay = 0, .cancel = 0};
  const Result result = Drive(options, trace);
  EXPECT_EQ(result.verdict.engine().sold, 0);
  EXPECT_EQ(result.verdict.engine().available, result.verdict.engine().supplied);
  EXPECT_EQ(result.totals.told(Audience::kCustomer, EventType::kPaymentExpired),
            result.totals.of(Outcome::kAwaitingPayment));
  EXPECT_EQ(result.totals.told(Audience::kMember, EventType::kAcceptanceExpired),
            result.totals.of(Outcome::kAwaitingAcceptance));
}

TEST(TraceTest, AllOfTheDemandInStockIsSoldAtOnce) {
  const Trace trace = Year(1, 2'000);
  TraceOptions options;
  options.stock = {.share = 1};
  const Result result = Drive(options, trace);
  EXPECT_EQ(result.totals.of(Outcome::kConfirmed), trace.rows.size());
  EXPECT_EQ(result.verdict.engine().sold, Demand(trace));
  EXPECT_EQ(result.verdict.engine().available, 0);
}

TEST(TraceTest, OneThreadAnswersTheSameTraceTheSameWay) {
  const Trace trace = Year(2, 2'000);
  TraceOptions options;
  options.threads = 1;
  options.policy.overflow = Overflow::kReject;
  EXPECT_EQ(Drive(options, trace).totals.orders, Drive(options, trace).totals.orders);
}

TEST(TraceTest, StandsTheLastTimesThatAreAllowed) {
  std::istringstream in("at_ms,product,customer,qty\n0,1,1,3\n4611686018427387903,1,1,3\n");
  const TraceRead read = ReadTrace(in, "far.csv");
  ASSERT_EQ(read.problem, "");
  TraceOptions options;
  options.stock = {.units = 3};
  options.member = {.accept = 0, .accept_part = 0, .decline = 0};
  const Result result = Drive(options, read.trace);
  EXPECT_EQ(result.totals.of(Outcome::kConfirmed), 1u);
  EXPECT_EQ(result.totals.told(Audience::kMember, EventType::kAcceptanceExpired), 1u);
}

TEST(StockRuleTest, IsUnitsOrAShareOfTheDemandRoundedUp) {
  EXPECT_EQ((StockRule{.units = 500}).For(10), 500);
  EXPECT_EQ((StockRule{.share = 0.8}).For(10), 8);
  EXPECT_EQ((StockRule{.share = 0.8}).For(1), 1);
  EXPECT_EQ((StockRule{.share = 0.8}).For(11), 9);
  EXPECT_EQ((StockRule{.share = 10'000}).For(kStockMax), kStockMax);
}

}  // namespace
}  // namespace flexstock::loadgen
