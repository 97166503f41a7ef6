// While callers place carts over many shards, one thread commits and reads the feed. What it reads between two commits
// is what the first of them let out: whole carts, and each epoch once.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "tests/engine/open_engine.h"
#include "tests/model/seed.h"

namespace flexstock {
namespace {

struct Placed {
  OrderId order;
  Epoch epoch;
  CustomerId cart;  // each cart has a customer of its own
};

struct Shape {
  std::uint32_t shards;
  std::size_t lines;  // 1: single orders
};

class EpochStressTest : public testing::TestWithParam<Shape> {};

TEST_P(EpochStressTest, EpochLeavesWholeAndOnce) {
  constexpr int kThreads = 3;
  constexpr int kCarts = 4000;
  const Shape shape = GetParam();
  Options options = QuietOptions(shape.shards);
  options.orders_max = 1 << 18;
  options.events_max = 1 << 20;
  options.changes_max = (1u << 19) / shape.shards;  // more than comes to a shard: nobody but the committer commits
  const std::unique_ptr<Engine> engine = OpenEngine(options);
  const std::vector<ProductId> products = PutInDifferentShards(*engine, shape.shards > 64 ? 200 : 48, kStockMax);

  std::vector<std::vector<Placed>> placed(kThreads);
  std::atomic<int> working{kThreads};
  std::vector<std::thread> threads;
  // However it leaves, or the committer would wait for ever.
  struct Works {
    std::atomic<int>& working;
    ~Works() { working.fetch_sub(1, std::memory_order_release); }
  };
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const Works works{working};
      std::mt19937_64 random(static_cast<std::uint64_t>(thread));
      std::vector<CartLine> lines(shape.lines);
      std::vector<PlaceResult> results(shape.lines);
      for (int n = 0; n < kCarts; ++n) {
        if (n % 8 == 0) std::this_thread::yield();  // or on few CPUs the committer hardly comes to work
        const CustomerId customer{1 + thread + std::int64_t{kThreads} * n};
        const std::uint64_t first = random();
        for (std::size_t i = 0; i < lines.size(); ++i) {
          lines[i] = {.product = products[(first + i * 5) % products.size()], .qty = 1};
        }
        const CartMode mode = n % 2 == 0 ? CartMode::kSplit : CartMode::kAllOrNothing;
        CartResult cart;
        if (shape.lines == 1) {
          results[0] = engine->Place({.product = lines[0].product, .customer = customer, .qty = 1}, 0);
          cart.epoch = results[0].epoch;
        } else {
          cart = engine->Place({.customer = customer, .mode = mode, .lines = lines}, results, 0);
        }
        for (const PlaceResult& result : results) {
          ASSERT_TRUE(result.ok());
          ASSERT_EQ(result.epoch, cart.epoch);
          placed[static_cast<std::size_t>(thread)].push_back({result.order, result.epoch, customer});
        }
      }
    });
  }

  std::map<OrderId, int> commit_of;
  int commits = 0;
  for (bool last = false; !last; ++commits) {
    last = working.load(std::memory_order_acquire) == 0;
    ASSERT_TRUE(engine->Commit());
    for (const Event& event : PollAll(*engine, Audience::kFeed)) {
      if (event.type == EventType::kOrderConfirmed) commit_of.emplace(event.order, commits);
    }
  }
  for (std::thread& thread : threads) thread.join();

  std::map<CustomerId, int> commit_of_cart;
  std::map<Epoch, int> commit_of_epoch;
  int torn_carts = 0, torn_epochs = 0;
  for (const std::vector<Placed>& mine : placed) {
    for (const Placed& order : mine) {
      ASSERT_TRUE(commit_of.contains(order.order));
      const int commit = commit_of[order.order];
      torn_carts += commit_of_cart.emplace(order.cart, commit).first->second != commit;
      torn_epochs += commit_of_epoch.emplace(order.epoch, commit).first->second != commit;
    }
  }
  EXPECT_GT(commits, 5);  // or there was nothing to tear
  EXPECT_EQ(torn_carts, 0) << "orders that came in another commit than the first of their cart, of " << commits;
  EXPECT_EQ(torn_epochs, 0) << "orders that came in another commit than the first of their epoch";
}

INSTANTIATE_TEST_SUITE_P(Shapes, EpochStressTest,
                         testing::Values(Shape{64, 1}, Shape{64, 4}, Shape{64, 10}, Shape{1024, 1}, Shape{1024, 4}),
                         [](const auto& shape) {
                           return std::to_string(shape.param.shards) + "Shards" + std::to_string(shape.param.lines) +
                                  "Lines";
                         });

}  // namespace
}  // namespace flexstock
