// The replayer beyond its buffers: more forgotten names than it keeps, more events at once than the engine's queue
// holds.
#include "tools/replay/replayer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/replay/replayed.h"

namespace flexstock::replay {
namespace {

Command PlaceOne(Millis at_ms, std::string_view order, ProductId product) {
  return {.at_ms = at_ms, .action = Place{.order = order, .product = product, .customer = CustomerId{9}, .qty = 1}};
}

Command PutOne(ProductId product, Units stock) {
  return {.at_ms = 0, .action = PutProduct{.product = product, .member = MemberId{7}, .stock = stock}};
}

class ReplayerTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  void Open(ReplayOptions options) {
    options.shards = GetParam();
    auto [replayer, problem] = Replayer::Open(options);
    ASSERT_NE(replayer, nullptr) << problem;
    replayer_ = std::move(replayer);
    replayer_->WriteTo(results_.get(), events_.get());
  }

  void Run(const Command& command) { replayer_->Run(++line_, command); }

  std::string results_text_;
  std::string events_text_;
  std::unique_ptr<Output> results_ = Output::ToString(&results_text_);
  std::unique_ptr<Output> events_ = Output::ToString(&events_text_);
  std::unique_ptr<Replayer> replayer_;
  std::uint64_t line_ = 0;
};

TEST_P(ReplayerTest, NamesOfForgottenOrdersLeaveAndAreFreeAgain) {
  ReplayOptions options;
  options.retention_ms = 10;
  Open(options);
  Run(PutOne(ProductId{1}, 1'000'000));
  constexpr int kOrders = 400'000;
  for (int i = 0; i < kOrders; ++i) Run(PlaceOne(i, fmt::format("order-{}", i), ProductId{1}));
  EXPECT_LT(replayer_->names_known(), std::size_t{1} << 18);
  // Those of before, and of the last ten milliseconds.
  Run({.at_ms = kOrders, .action = Pay{.order = "order-0"}});
  Run({.at_ms = kOrders, .action = Pay{.order = fmt::format("order-{}", kOrders - 1)}});
  Run(PlaceOne(kOrders, "order-0", ProductId{1}));
  Run(PlaceOne(kOrders, fmt::format("order-{}", kOrders - 1), ProductId{1}));
  results_->Close();
  events_->Close();
  EXPECT_TRUE(
      results_text_.ends_with(fmt::format("{{\"line\":{},\"result\":\"unknown_order\"}}\n"
                                          "{{\"line\":{},\"result\":\"ok\",\"duplicate\":true}}\n"
                                          "{{\"line\":{},\"result\":\"confirmed\"}}\n"
                                          "{{\"line\":{},\"result\":\"confirmed\",\"duplicate\":true}}\n",
                                          line_ - 3, line_ - 2, line_ - 1, line_)))
      << results_text_.substr(results_text_.size() - 200);
  // Every event names its order, whoever had the name's number before.
  std::string expected;
  for (int i = 0; i <= kOrders; ++i) {
    for (const char* event : {"order_confirmed", "pickup_requested"}) {
      expected += fmt::format(
          "{{\"at\":{},\"event\":\"{}\",\"order\":\"order-{}\",\"product\":1,\"member\":7,\"customer\":9,\"qty\":1}}\n",
          i, event, i % kOrders);
    }
  }
  EXPECT_TRUE(events_text_ == expected);
}

TEST_P(ReplayerTest, AStormOfDeadlinesComesInTheOrderOfPlacement) {
  ReplayOptions options;
  options.policy.acceptance_window_ms = 1000;
  Open(options);
  for (int product = 1; product <= 50; ++product) Run(PutOne(ProductId{product}, 0));
  constexpr int kOrders = 200'000;
  for (int i = 0; i < kOrders; ++i) Run(PlaceOne(5, fmt::format("{}", i), ProductId{1 + i * 7 % 50}));
  results_->Close();
  const std::uint64_t events_before = replayer_->totals().events;
  Run({.at_ms = 1'000'000, .action = Advance{}});
  EXPECT_EQ(replayer_->totals().events - events_before, std::uint64_t{kOrders});
  events_->Close();
  std::string expected;
  for (int i = 0; i < kOrders; ++i) {
    expected += fmt::format(
        "{{\"at\":1005,\"event\":\"acceptance_expired\",\"order\":\"{}\",\"product\":{},\"member\":7,\"customer\":9,"
        "\"qty\":1}}\n",
        i, 1 + i * 7 % 50);
  }
  EXPECT_TRUE(events_text_.ends_with(expected));
  EXPECT_TRUE(replayer_->Audit().ok());
}

TEST_P(ReplayerTest, OneCommandMayFillMoreOrdersThanTheQueueHolds) {
  ReplayOptions options;
  options.policy.fill_on_restock = FillOnRestock::kFifo;
  Open(options);
  Run(PutOne(ProductId{1}, 0));
  constexpr int kOrders = 200'000;
  for (int i = 0; i < kOrders; ++i) Run(PlaceOne(5, fmt::format("{}", i), ProductId{1}));
  const std::uint64_t events_before = replayer_->totals().events;
  Run({.at_ms = 6, .action = SetStock{.product = ProductId{1}, .stock = kOrders - 1}});
  EXPECT_EQ(replayer_->totals().events - events_before, std::uint64_t{kOrders - 1});
  results_->Close();
  events_->Close();
  EXPECT_TRUE(results_text_.ends_with("\"result\":\"ok\"}\n"));
  EXPECT_TRUE(events_text_.ends_with(fmt::format(
      "{{\"at\":6,\"event\":\"payment_requested\",\"order\":\"{}\",\"product\":1,\"member\":7,\"customer\":9,\"qty\":1,"
      "\"deadline\":86400006}}\n",
      kOrders - 2)));
  EXPECT_TRUE(replayer_->Audit().ok());
}

INSTANTIATE_TEST_SUITE_P(Shards, ReplayerTest, testing::Values(1, 7));

}  // namespace
}  // namespace flexstock::replay
