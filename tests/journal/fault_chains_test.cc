// One fault after another: a journal that has been through a failed write, a crash while it recovered from that, a
// snapshot that was left half, lives on through the next of them.
//
// Lives follow each other on one disk. Each is rehearsed on a copy where nothing fails: what is so at the end of each of
// its epochs. Then it is lived on the disk itself, with one fault or two at random operations, and ends in some way. The
// next life has to begin at the end of an epoch, not before the last that was acknowledged in any life before.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "tests/journal/faults.h"
#include "tests/journal/shop.h"
#include "tests/model/seed.h"
#include "tests/sim/random.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;

constexpr int kLives = 6;
constexpr int kCommits = 20;  // more than a segment holds; a snapshot at the end
constexpr int kSteps = 5;
constexpr std::uint64_t kSeeds = 25;

class Chain {
 public:
  explicit Chain(std::uint64_t seed) : random_(seed), disk_(seed) {
    // No Advance, which ends epochs in the middle of a step.
    ends_.emplace(0, Shop({.seed = seed, .products = 5, .advances = std::uint64_t{1} << 60}));
  }

  void Run() {
    for (int life = 0; life < kLives; ++life) {
      SCOPED_TRACE("life " + std::to_string(life));
      Begin();
      if (testing::Test::HasFatalFailure()) return;
      const Shop shop = ends_.rbegin()->second;
      Live(shop, Rehearse(shop));
      if (testing::Test::HasFailure()) return;
    }
    Begin();
  }

  struct Counts {
    int refused = 0, read_only = 0, snapshots = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  using Ends = std::map<Epoch, Shop>;  // how things are at the ends of epochs

  // What is on the disk is the end of an epoch; from there it goes on.
  void Begin() {
    const std::unique_ptr<SimStorage> copy = disk_.Copy();
    const auto [engine, problem] = Engine::Open(OptionsOn(copy.get()));
    ASSERT_NE(engine, nullptr) << problem;
    const Epoch epoch = engine->recovery().epoch;
    ASSERT_GE(epoch, acknowledged_);
    const auto end = ends_.find(epoch);
    ASSERT_NE(end, ends_.end()) << "epoch " << epoch << " never ended";
    if (epoch != 0) {
      ASSERT_EQ(end->second.Compare(*engine), "");
    }
    ends_.erase(std::next(end), ends_.end());
    ends_.erase(ends_.begin(), ends_.lower_bound(acknowledged_));
  }

  // The life without a fault. How many operations it takes.
  std::uint64_t Rehearse(Shop shop) {
    const std::unique_ptr<SimStorage> copy = disk_.Copy();
    const std::uint64_t before = copy->operations();
    auto [engine, problem] = Engine::Open(OptionsOn(copy.get()));
    EXPECT_EQ(problem, "");
    EXPECT_TRUE(Spend(engine.get(), &shop, &ends_));
    engine.reset();
    return copy->operations() - before;
  }

  // The same life on the disk, with faults.
  void Live(Shop shop, std::uint64_t operations) {
    for (int faults = random_.OneIn(3) ? 2 : 1; faults != 0; --faults) {
      disk_.Arm(
          {.at = disk_.operations() + random_.Below(operations), .kind = kKinds[random_.Below(std::size(kKinds))]});
    }
    auto [engine, problem] = Engine::Open(OptionsOn(&disk_));
    if (engine == nullptr) {
      ++counts_.refused;
      EXPECT_TRUE(SaysWhereAndWhy(problem));
    } else {
      const bool ended = Spend(engine.get(), &shop, nullptr);
      acknowledged_ = engine->durable_epoch();
      EXPECT_EQ(engine->Journal().failure.empty(), ended);
      if (!ended) {
        ++counts_.read_only;
        EXPECT_TRUE(SaysWhereAndWhy(engine->Journal().failure));
      } else if (random_.OneIn(2)) {
        Abandon(&disk_, &engine);
      }
      engine.reset();
    }
    disk_.DisarmAll();
    EndLife(&disk_, random_.Below(kEnds));
  }

  // False: the journal has failed.
  bool Spend(Engine* engine, Shop* shop, Ends* ends) {
    shop->Use(engine);
    const auto commits = [&](bool committed) {
      if (committed && ends != nullptr) {
        ends->erase(shop->newest());  // of a commit that wrote nothing
        ends->emplace(shop->newest(), *shop);
      }
      return committed;
    };
    for (int i = 1; i <= kCommits; ++i) {
      if (!commits(shop->Run(kSteps))) return false;
      if (i % 7 != 6) continue;
      // Nothing is left to be written then, so that neither a snapshot, whether it goes well or not, nor the engine's
      // end ends an epoch.
      for (int settle = 0; settle < 2; ++settle) {
        if (!commits(shop->Commit())) return false;
      }
      const std::string wrong = shop->Snapshot();
      if (!engine->Journal().failure.empty()) return false;
      if (wrong.empty()) continue;
      ++counts_.snapshots;
      EXPECT_TRUE(SaysWhereAndWhy(wrong));
    }
    return true;
  }

  sim::Random random_;
  SimStorage disk_;
  Ends ends_;
  Epoch acknowledged_ = 0;
  Counts counts_;
};

class FaultChainsTest : public testing::TestWithParam<int> {};

TEST_P(FaultChainsTest, EveryLifeBeginsWhereAnEpochEnded) {
  Chain::Counts sum;
  for (const std::uint64_t seed : model::Seeds(6'000'000 + 1'000 * static_cast<std::uint64_t>(GetParam()), kSeeds)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    Chain chain(seed);
    chain.Run();
    if (HasFailure()) return;
    sum.refused += chain.counts().refused;
    sum.read_only += chain.counts().read_only;
    sum.snapshots += chain.counts().snapshots;
  }
  std::printf("%d refused to open, %d became read-only, %d snapshots failed\n", sum.refused, sum.read_only,
              sum.snapshots);
  if (std::getenv("FLEXSTOCK_SEED") != nullptr) return;  // one seed need not have all of it
  EXPECT_GT(sum.refused, 0);
  EXPECT_GT(sum.read_only, 0);
  EXPECT_GT(sum.snapshots, 0);
}

INSTANTIATE_TEST_SUITE_P(Parts, FaultChainsTest, testing::Range(0, 4));

}  // namespace
}  // namespace flexstock::journal
