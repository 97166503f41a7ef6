#include "tools/loadgen/sale.h"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <ostream>

#include "tests/model/seed.h"

namespace flexstock::loadgen {
namespace {

SaleOptions Small(std::uint64_t seed) {
  SaleOptions options;
  options.seed = seed;
  options.orders = 20'000;
  options.stock = 5'000;
  options.seconds = 3'600;  // the orders end it
  // However slow the machine, no deadline passes unless a test wants it to.
  options.policy.checkout_hold_ms = options.policy.payment_window_ms = options.policy.acceptance_window_ms = 3'600'000;
  return options;
}

struct Variant {
  const char* name;
  std::function<void(SaleOptions&)> change;
};

void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

class SaleTest : public testing::TestWithParam<Variant> {};

TEST_P(SaleTest, EndsWithEveryUnitAndEventAccountedFor) {
  for (const std::uint64_t seed : model::Seeds(1, 3)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    SaleOptions options = Small(seed);
    GetParam().change(options);
    Result result;
    ASSERT_EQ(RunSale(options, &result), "");
    for (const Difference& difference : result.verdict.differences()) {
      ADD_FAILURE() << difference.what << ": " << difference.engine << ", counted " << difference.counted;
    }
    const Totals& totals = result.totals;
    if (options.demand.keys) {
      EXPECT_GT(totals.all_orders(), options.orders);
      EXPECT_GT(totals.of(Outcome::kDuplicate), 0u);
    } else {
      EXPECT_EQ(totals.all_orders(), options.orders);
    }
    // Every order was timed.
    std::uint64_t timed = 0;
    for (const Call call : {Call::kPlaceTaken, Call::kPlacePending, Call::kPlaceRefused, Call::kPlaceDuplicate}) {
      timed += result.timings[IndexOf(call)].count();
    }
    if (options.demand.batch == 1) {
      EXPECT_EQ(timed, totals.all_orders());
    }
    // Somebody must have been served, and stock must have run out, or the test tests nothing. With deadlines of a
    // millisecond it is the machine that decides who is.
    if (options.policy.checkout_hold_ms != 1) {
      EXPECT_GT(result.verdict.engine().sold, 0);
      EXPECT_NE(result.short_after_ns, kNever);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Variants, SaleTest,
    testing::Values(
        Variant{"Default", [](SaleOptions&) {}}, Variant{"OneThread", [](SaleOptions& o) { o.threads = 1; }},
        Variant{"EightThreadsOneShard", [](SaleOptions& o) { o.threads = 8, o.shards = 1; }},
        Variant{"ConfirmedAtOnce", [](SaleOptions& o) { o.policy.checkout_hold_ms = 0; }},
        Variant{"Rejecting", [](SaleOptions& o) { o.policy.overflow = Overflow::kReject; }},
        Variant{"Batches", [](SaleOptions& o) { o.demand.batch = 64; }},
        Variant{"BatchesThatDoNotDivideTheOrders", [](SaleOptions& o) { o.demand.batch = 33, o.threads = 3; }},
        Variant{"Catalogue", [](SaleOptions& o) { o.demand.products = 500, o.stock = 20, o.shards = 7; }},
        Variant{"SentAgain", [](SaleOptions& o) { o.demand.keys = true, o.demand.retries = 0.3; }},
        Variant{"BatchesSentAgain",
                [](SaleOptions& o) { o.demand.keys = true, o.demand.retries = 1, o.demand.batch = 16; }},
        // Windows of a millisecond: deadlines pass while members and customers answer.
        Variant{"HastyWindows",
                [](SaleOptions& o) {
                  o.policy.checkout_hold_ms = o.policy.payment_window_ms = o.policy.acceptance_window_ms = 1;
                }},
        Variant{"Filled", [](SaleOptions& o) { o.policy.fill_on_restock = FillOnRestock::kFifo; }},
        Variant{"FilledInHaste",
                [](SaleOptions& o) {
                  o.policy.fill_on_restock = FillOnRestock::kFifo;
                  o.policy.checkout_hold_ms = 1;
                  o.policy.payment_window_ms = 2;
                }},
        // Queues so short that every thread has to wait for room.
        Variant{"ShortQueues", [](SaleOptions& o) { o.events_max = 1'024, o.threads = 4; }},
        Variant{"ShortQueuesAndBatches", [](SaleOptions& o) { o.events_max = 1'024, o.demand.batch = 512; }},
        Variant{"CustomerLimit", [](SaleOptions& o) { o.policy.customer_limit = 3, o.demand.customers = 5'000; }},
        Variant{"NobodyAnswers",
                [](SaleOptions& o) {
                  o.member = {0, 0, 0}, o.payer = {0.5, 0};
                }}),
    [](const auto& test) { return test.param.name; });

TEST(SaleOptionsTest, ShortQueuesAreWaitedForAndCounted) {
  for (const std::size_t batch : {1u, 4'096u}) {
    SCOPED_TRACE(testing::Message() << "batch " << batch);
    SaleOptions options = Small(1);
    options.events_max = 1'024;
    options.stock = 1'000'000;
    options.threads = 4;
    options.orders = 200'000;
    options.demand.batch = batch;
    Result result;
    ASSERT_EQ(RunSale(options, &result), "");
    EXPECT_TRUE(result.verdict.ok());
    EXPECT_GT(result.totals.overloaded, 0u);
    // Whoever found no room was served in the end.
    EXPECT_EQ(result.totals.of(Outcome::kAwaitingPayment), options.orders);
  }
}

TEST(SaleOptionsTest, WhoeverPaysInTimeGetsTheUnits) {
  SaleOptions options = Small(1);
  options.policy.pending_limit = 0;
  options.member = {.accept = 1, .accept_part = 0, .decline = 0};
  options.payer = {.pay = 1, .cancel = 0};
  Result result;
  ASSERT_EQ(RunSale(options, &result), "");
  EXPECT_TRUE(result.verdict.ok());
  // Nothing waits: all stock is sold, and every order ended as a sale.
  EXPECT_EQ(result.verdict.engine().sold, options.stock);
  EXPECT_EQ(result.verdict.engine().pending, 0);
  EXPECT_EQ(result.totals.done(Call::kPay), options.orders);
  EXPECT_EQ(result.totals.done(Call::kPickUp), options.orders);
}

TEST(SaleOptionsTest, OneThreadPlacesTheSameOrdersFromTheSameSeed) {
  SaleOptions options = Small(9);
  options.threads = 1;
  options.demand.products = 50;
  options.stock = 100;
  options.policy.checkout_hold_ms = 0;
  options.policy.overflow = Overflow::kReject;
  Result first, again, other;
  ASSERT_EQ(RunSale(options, &first), "");
  ASSERT_EQ(RunSale(options, &again), "");
  EXPECT_EQ(first.totals.orders, again.totals.orders);
  ++options.seed;
  ASSERT_EQ(RunSale(options, &other), "");
  EXPECT_NE(first.totals.orders, other.totals.orders);
}

TEST(SaleOptionsTest, TheTimeEndsASaleWithoutALimitOfOrders) {
  SaleOptions options = Small(1);
  options.orders = 0;
  options.seconds = 0.05;
  Result result;
  ASSERT_EQ(RunSale(options, &result), "");
  EXPECT_TRUE(result.verdict.ok());
  EXPECT_GE(result.seconds, 0.05);
  EXPECT_GT(result.totals.all_orders(), 0u);
}

TEST(SaleOptionsTest, AnEngineThatRefusesToOpenSaysWhy) {
  SaleOptions options = Small(1);
  options.shards = 0;
  Result result;
  EXPECT_NE(RunSale(options, &result).find("shards"), std::string::npos);
}

}  // namespace
}  // namespace flexstock::loadgen
