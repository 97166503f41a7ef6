// A snapshot is written while the engine goes on: chunks of one shard are of different instants, orders older than
// products. Here the others come in at every single write of it, in one thread, the same each time.
#include <gtest/gtest.h>

#include "tests/journal/shop.h"
#include "tests/model/seed.h"
#include "tests/sim/sim_storage.h"
#include "tests/sim/watched_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;
using sim::WatchedStorage;

class ChunksTest : public testing::TestWithParam<int> {};

TEST_P(ChunksTest, TheOthersComeInAtEveryWrite) {
  for (const std::uint64_t seed : model::Seeds(6'600'000 + 1'000 * static_cast<std::uint64_t>(GetParam()), 60)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    sim::Random random(seed);
    SimStorage disk(seed);
    WatchedStorage storage(disk);
    Shop shop(Shop::Setup{.seed = seed, .products = 30, .advances = 200});
    Options options = OptionsOn(&storage, random.OneIn(2) ? 3 : 1);
    std::unique_ptr<Engine> engine = Engine::Open(options).engine;
    ASSERT_NE(engine, nullptr);
    shop.Use(engine.get());
    for (int life = 0; life < 3; ++life) {
      ASSERT_TRUE(shop.Run(static_cast<int>(50 + random.Below(400))));
      std::uint64_t writes = 0;
      storage.before_write = [&](std::span<const std::byte> /*block*/) {
        ++writes;
        for (std::uint64_t i = 0; i < random.Below(12); ++i) EXPECT_TRUE(shop.Step());
        if (random.OneIn(4)) {
          EXPECT_TRUE(shop.Commit());
        }
      };
      EXPECT_EQ(shop.Snapshot(), "");
      storage.before_write = nullptr;
      EXPECT_GE(writes, 4u);
      if (random.OneIn(2)) {
        ASSERT_TRUE(shop.Run(static_cast<int>(random.Below(40))));
      }
      ASSERT_TRUE(shop.Settle());
      Abandon(&disk, &engine);
      disk.PowerLoss(sim::Loss::kAll);
      auto opened = Engine::Open(options);
      ASSERT_EQ(opened.problem, "");
      engine = std::move(opened.engine);
      EXPECT_EQ(engine->recovery().epoch, shop.newest());
      ASSERT_EQ(shop.Compare(*engine), "");
      shop.Use(engine.get());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChunksTest, testing::Range(0, 4));

}  // namespace
}  // namespace flexstock::journal
