// Thousands of short bursts of concurrent calls, each judged: is there an order of them that the rules agree with?
#include <gtest/gtest.h>

#include "tests/model/seed.h"
#include "tests/stress/burst.h"

namespace flexstock::stress {
namespace {

struct Sky {
  Weather weather;
  int threads;
  int calls_each;
  int bursts;
};

class HistoriesTest : public testing::TestWithParam<Sky> {};

TEST_P(HistoriesTest, EveryBurstHasAnOrderThatTheModelAgreesWith) {
  const Sky& sky = GetParam();
  for (const std::uint64_t seed : model::Seeds(1, 1)) {
    model::NameSeedOnAbort(seed);
    Crew crew(sky.threads);
    Bursts bursts(sky.weather, seed);
    // On a busy machine threads take turns rather than run together: then more bursts are needed to see as much.
    const auto enough = static_cast<std::size_t>(sky.threads > 1 ? sky.bursts : 0);
    const auto goes_on = [&](int burst) {
      if (bursts.overlapping() < enough) return burst < (bursts.overlapping() == 0 ? 30 : 3) * sky.bursts;
      return burst < sky.bursts;
    };
    for (int burst = 0; goes_on(burst); ++burst) {
      ASSERT_EQ(bursts.Run(crew, sky.calls_each), "") << "FLEXSTOCK_SEED=" << seed << ", burst " << burst;
    }
    if (sky.threads > 1) {
      EXPECT_GT(bursts.overlapping(), 0u) << "nothing has met";
    }
    RecordProperty("overlapping", static_cast<int>(bursts.overlapping()));
  }
}

// An engine whose compare-and-set were not one step would be found out.
TEST(HistoryTest, MistakeIsFound) {
  Crew crew(3);
  Bursts bursts({.name = "Careless", .careless = true}, 1);
  bool found = false;
  for (int burst = 0; burst < 20'000 && !found; ++burst) found = !bursts.Run(crew, 8).empty();
  EXPECT_TRUE(found);
}

constexpr Weather kOneProduct{.name = "OneProduct"};
constexpr Weather kTimeMoves{.name = "TimeMoves", .products = 2, .time_moves = true};
constexpr Weather kForgetful{.name = "Forgetful", .products = 2, .keys = true, .time_moves = true, .retention_ms = 5};
constexpr Weather kKeys{.name = "Keys", .shards = 7, .products = 3, .keys = true};
constexpr Weather kCarts{.name = "Carts", .shards = 7, .products = 4, .carts = true, .keys = true};
constexpr Weather kCartsOneShard{
    .name = "CartsOneShard", .products = 3, .carts = true, .keys = true, .time_moves = true, .retention_ms = 5};

INSTANTIATE_TEST_SUITE_P(Skies, HistoriesTest,
                         testing::Values(Sky{kOneProduct, 1, 20, 100}, Sky{kOneProduct, 2, 12, 800},
                                         Sky{kOneProduct, 4, 7, 500}, Sky{kTimeMoves, 2, 12, 800},
                                         Sky{kTimeMoves, 3, 8, 500}, Sky{kForgetful, 2, 12, 800},
                                         Sky{kForgetful, 4, 6, 500}, Sky{kKeys, 2, 12, 800}, Sky{kKeys, 4, 7, 500},
                                         Sky{kCarts, 2, 8, 800}, Sky{kCarts, 4, 5, 500},
                                         Sky{kCartsOneShard, 3, 6, 500}),
                         [](const auto& sky) {
                           return std::string(sky.param.weather.name) + std::to_string(sky.param.threads) + "Threads";
                         });

}  // namespace
}  // namespace flexstock::stress
