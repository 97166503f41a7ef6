// Everything at once: many threads do everything to the same few products while deadlines run out, queues are small and
// every audience is polled. Afterwards the books must agree: what callers were answered, what was told, what stands.
#include "tests/stress/hammer.h"

#include <gtest/gtest.h>

#include "tests/model/seed.h"

namespace flexstock::stress {
namespace {

struct Storm {
  const char* name;
  Site site;
};

class HammerTest : public testing::TestWithParam<Storm> {};

TEST_P(HammerTest, BooksAgreeAfterwards) {
  for (const std::uint64_t seed : model::Seeds(1, 1)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    Hammer hammer(GetParam().site, seed);
    hammer.Run();
    hammer.CheckPaths();
    hammer.CheckWinners();
    hammer.CheckKeys();
    hammer.CheckUnits();
    hammer.CheckAudiences();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Storms, HammerTest,
    testing::Values(Storm{"OneThread", {.threads = 1, .calls = 16000}},
                    Storm{"OneShard", {.threads = 4, .calls = 12000}},
                    Storm{"OneProduct", {.threads = 4, .calls = 12000, .products = 1}},
                    Storm{"SevenShards", {.threads = 4, .calls = 12000, .shards = 7}},
                    Storm{"SevenShardsBackground", {.threads = 4, .calls = 12000, .shards = 7, .background = true}},
                    Storm{"EightThreads", {.threads = 8, .calls = 6000, .shards = 64, .background = true}},
                    Storm{"OneShardBackground", {.threads = 2, .calls = 20000, .background = true}}),
    [](const auto& storm) { return std::string(storm.param.name); });

}  // namespace
}  // namespace flexstock::stress
