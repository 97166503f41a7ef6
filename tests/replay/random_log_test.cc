// Random logs: the same bytes for every number of shards, and what the model says must come of them.
#include "tests/replay/random_log.h"

#include <gtest/gtest.h>

#include "tests/model/seed.h"
#include "tests/replay/model_replay.h"
#include "tests/replay/replayed.h"

namespace flexstock::replay {
namespace {

constexpr int kLines = 1500;

ReplayOptions OptionsFor(std::uint64_t seed) {
  ReplayOptions options;
  constexpr Millis kRetentions[] = {0, 10, 100, 86'400'000};
  options.retention_ms = kRetentions[seed % 4];
  if (seed % 3 == 0) options.policy.checkout_hold_ms = 7;
  if (seed % 5 == 0) options.policy.fill_on_restock = FillOnRestock::kFifo;
  options.policy.acceptance_window_ms = 20;
  options.policy.payment_window_ms = 20;
  options.products_max = options.orders_max = 1 << 14;
  return options;
}

TEST(RandomLogTest, EveryShardCountWritesTheBytesThatTheModelExpects) {
  for (const std::uint64_t seed : model::Seeds(1, 40)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    const std::string log = RandomLog(seed, kLines);
    ReplayOptions options = OptionsFor(seed);
    options.shards = 1;
    const Replayed one = Replay(log, options);
    ASSERT_EQ(one.end.how, ReplayEnd::How::kRan) << one.end.problem;
    ASSERT_EQ(one.totals.commands, static_cast<std::uint64_t>(kLines));
    for (const std::uint32_t shards : {7u, 64u}) {
      options.shards = shards;
      const Replayed many = Replay(log, options);
      ASSERT_TRUE(one.results == many.results) << "results with 1 and " << shards << " shards differ";
      ASSERT_TRUE(one.events == many.events) << "events with 1 and " << shards << " shards differ";
      ASSERT_TRUE(one.state == many.state) << "states with 1 and " << shards << " shards differ";
      ASSERT_TRUE(many.audit.ok());
    }
    const ModelReplay expected = ReplayByModel(log, options);
    ASSERT_EQ(one.results, expected.results);
    ASSERT_EQ(EventsByProduct(one.events), expected.events);
    ASSERT_EQ(one.state, expected.state);
  }
}

}  // namespace
}  // namespace flexstock::replay
