// Who takes the shards' locks, and who waits for them: as counted as it was done.
#include "flexstock/contention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "engine/engine_impl.h"
#include "tests/engine/open_engine.h"

namespace flexstock {
namespace {

Options Watching(std::uint32_t sample, std::uint32_t shards = 1) {
  Options options = QuietOptions(shards);
  options.contention_sample = sample;
  return options;
}

const ProductContention* Find(const ContentionReport& report, ProductId product) {
  const auto found = std::ranges::find(report.hottest, product, &ProductContention::product);
  return found == report.hottest.end() ? nullptr : &*found;
}

Bounds AcquisitionsFor(const Engine& engine, ProductId product) {
  const ContentionReport report = engine.Contention();
  const ProductContention* const found = Find(report, product);
  return found == nullptr ? Bounds{} : found->acquisitions;
}

constexpr Bounds Exactly(std::uint64_t value) { return {.least = value, .most = value}; }

OrderId PlaceOne(Engine& engine, ProductId product) {
  const PlaceResult placed = engine.Place({.product = product, .customer = CustomerId{9}, .qty = 1}, 0);
  EXPECT_TRUE(placed.ok()) << Name(placed.code);
  return placed.order;
}

TEST(ContentionTest, IsAllZerosWhenOff) {
  const auto engine = OpenEngine(Watching(0, 4));
  for (std::int64_t id = 1; id <= 20; ++id) PutLive(*engine, ProductId{id}, 5);
  for (int i = 0; i < 100; ++i) PlaceOne(*engine, ProductId{1 + i % 20});
  const ContentionReport report = engine->Contention();
  ASSERT_EQ(report.shards.size(), 4u);
  for (const ShardContention& shard : report.shards) {
    EXPECT_EQ(shard.acquisitions, 0u);
    EXPECT_EQ(shard.waits, 0u);
    EXPECT_EQ(shard.wait_ns, 0u);
  }
  EXPECT_TRUE(report.hottest.empty());
}

// Each row takes the lock so often for its product, and nobody waits.
TEST(ContentionTest, EveryCallIsCountedForItsProductWhenEachIsLookedAt) {
  const auto engine = OpenEngine(Watching(1));
  const ProductId lamp{1}, chair{2};
  PutLive(*engine, lamp, 100);
  PutLive(*engine, chair, 0);
  std::uint64_t lamps = 0, chairs = 0, nobodys = 2;  // when they were put, they were not there yet
  const auto expect = [&](const char* after) {
    SCOPED_TRACE(after);
    EXPECT_EQ(AcquisitionsFor(*engine, lamp), Exactly(lamps));
    EXPECT_EQ(AcquisitionsFor(*engine, chair), Exactly(chairs));
    const ContentionReport report = engine->Contention();
    EXPECT_EQ(report.shards[0].acquisitions, lamps + chairs + nobodys);
    EXPECT_EQ(report.shards[0].waits, 0u);
    EXPECT_EQ(report.shards[0].wait_ns, 0u);
  };
  expect("put");

  const OrderId confirmed = PlaceOne(*engine, lamp);
  ++lamps;
  const OrderId pending = PlaceOne(*engine, chair);
  ++chairs;
  expect("place");

  EXPECT_TRUE(engine->Accept(pending, 0).ok());
  EXPECT_TRUE(engine->Pay(pending, 0).ok());
  EXPECT_TRUE(engine->PickUp(pending, 0).ok());
  EXPECT_TRUE(engine->Refund(pending, true, 0).ok());
  chairs += 4;
  EXPECT_EQ(engine->Cancel(confirmed, 0).code, Code::kWrongState);
  ++lamps;
  expect("order commands");

  EXPECT_TRUE(engine->Set({.product = lamp, .stock = 50}, 0).ok());
  EXPECT_TRUE(engine->Adjust({.product = lamp, .by = 1}, 0).ok());
  EXPECT_TRUE(engine->Unpublish(chair, 0).ok());
  EXPECT_TRUE(engine->Publish(chair, 0).ok());
  lamps += 2;
  chairs += 2;
  (void)ViewOf(*engine, lamp);
  OrderView order;
  EXPECT_EQ(engine->Find(pending, &order, 0), Code::kOk);
  ++lamps;
  ++chairs;
  expect("product commands and questions");

  ProductRef ref;
  EXPECT_TRUE(engine->Resolve(lamp, &ref));
  ++lamps;
  EXPECT_TRUE(engine->Place(PlaceOrderByRef{.product = ref, .customer = CustomerId{9}, .qty = 1}, 0).ok());
  ++lamps;
  expect("by reference");

  // One lock for a batch, counted for its first; one for a cart.
  const std::array<PlaceOrder, 2> both = {PlaceOrder{.product = chair, .customer = CustomerId{9}},
                                          PlaceOrder{.product = lamp, .customer = CustomerId{9}}};
  std::array<PlaceResult, 2> results;
  engine->PlaceMany(both, results, 0);
  EXPECT_TRUE(results[0].ok() && results[1].ok());
  ++chairs;
  expect("a batch");
  const std::array<CartLine, 2> lines = {CartLine{.product = lamp, .qty = 1}, CartLine{.product = chair, .qty = 1}};
  EXPECT_TRUE(engine->Place({.customer = CustomerId{9}, .lines = lines}, results, 0).ok());
  ++lamps;
  expect("a cart");

  // What there is not, and what is about no product, is the shard's alone.
  EXPECT_EQ(engine->Place({.product = ProductId{3}, .customer = CustomerId{9}}, 0).code, Code::kUnknownProduct);
  EXPECT_EQ(engine->Pay(OrderId{2}, 0).code, Code::kUnknownOrder);
  EXPECT_TRUE(engine->Commit());
  nobodys += 3;
  expect("nobody");
}

TEST(ContentionTest, EachShardCountsItsOwn) {
  const auto engine = OpenEngine(Watching(1, 8));
  const std::vector<ProductId> products = PutInDifferentShards(*engine, 3, 1000);
  const ContentionReport before = engine->Contention();
  for (std::size_t i = 0; i < products.size(); ++i) {
    for (std::size_t n = 0; n < 10 * (i + 1); ++n) PlaceOne(*engine, products[i]);
  }
  const ContentionReport after = engine->Contention();
  ASSERT_EQ(after.shards.size(), 8u);
  for (std::size_t i = 0; i < products.size(); ++i) {
    const ProductContention* const found = Find(after, products[i]);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(after.shards[found->shard].acquisitions - before.shards[found->shard].acquisitions, 10 * (i + 1));
  }
  // Nobody waited, so by acquisitions, falling.
  for (std::size_t i = 1; i < after.hottest.size(); ++i) {
    EXPECT_GE(after.hottest[i - 1].acquisitions.least, after.hottest[i].acquisitions.least);
  }
}

// One below, at and one above a look.
TEST(ContentionTest, LooksAtEveryNthAcquisition) {
  constexpr std::uint32_t kSample = 16;
  const auto engine = OpenEngine(Watching(kSample));
  const ProductId lamp{1};
  PutLive(*engine, lamp, 1000);
  for (std::uint64_t taken = 2; taken <= 3 * kSample + 1; ++taken) {
    PlaceOne(*engine, lamp);
    EXPECT_EQ(engine->Contention().shards[0].acquisitions, taken);
    EXPECT_EQ(AcquisitionsFor(*engine, lamp).least, taken / kSample * kSample) << taken;
  }
}

TEST(ContentionTest, MoreProductsThanEntriesAreBoundedAndTheHotOneIsFound) {
  const auto engine = OpenEngine(Watching(1));
  const ProductId hot{77};
  for (std::int64_t id = 1; id <= 100; ++id) PutLive(*engine, ProductId{id}, 1000);
  for (int round = 0; round < 30; ++round) {
    for (std::int64_t id = 1; id <= 20; ++id) PlaceOne(*engine, ProductId{id * 5});
    for (int i = 0; i < 5; ++i) PlaceOne(*engine, hot);
  }
  const ContentionReport report = engine->Contention();
  EXPECT_EQ(report.hottest.size(), 12u);
  const Bounds found = AcquisitionsFor(*engine, hot);
  EXPECT_EQ(report.hottest.front().product, hot);
  EXPECT_LE(found.least, 150u);
  EXPECT_GE(found.most, 150u);
  EXPECT_LE(found.most - found.least, report.shards[0].acquisitions / 12);
}

// An engine whose inside is at hand, so that a test can hold its only shard's lock.
class HeldUp {
 public:
  explicit HeldUp(std::uint32_t sample) : engine_(Watching(sample)) {
    EXPECT_EQ(engine_.Start(), "");
    const auto put = engine_.OnProduct(kLamp, 0, [](shard::Shard& shard) FLEXSTOCK_UNCHECKED_LOCKS {
      return shard.Put({.product = kLamp, .member = MemberId{7}, .stock = 1'000'000});
    });
    EXPECT_TRUE(put.ok());
  }

  // What the waiter's own clock says that he waited, once he came: at least (if he was not held up on his way to the
  // lock), and at most.
  struct Wait {
    std::uint64_t least_ns, most_ns;
  };
  Wait Trial() {
    std::atomic<bool> coming{false};
    Clock::time_point begin, end, released;
    std::thread waiter;
    {
      const shard::Entered holder(engine_.At(0));
      waiter = std::thread([&] {
        begin = Clock::now();
        coming = true;
        EXPECT_TRUE(engine_.Place(PlaceOrder{.product = kLamp, .customer = CustomerId{9}}, 0).ok());
        end = Clock::now();
      });
      while (!coming) std::this_thread::yield();
      for (int i = 0; i < 1000; ++i) std::this_thread::yield();
      released = Clock::now();
    }
    waiter.join();
    return {Ns(released - begin), Ns(end - begin)};
  }

  ContentionReport Report() {
    ContentionReport report;
    const lock::Held held(engine_.At(0).lock);
    engine_.At(0).Append(&report);
    return report;
  }

  static constexpr ProductId kLamp{1};

 private:
  using Clock = std::chrono::steady_clock;
  static std::uint64_t Ns(Clock::duration d) { return static_cast<std::uint64_t>(std::chrono::nanoseconds(d).count()); }

  Engine::Impl engine_;
};

// Both clocks are measured against each other for two milliseconds only.
constexpr double kClocksAgree = 0.01;

// However late the waiter comes to the lock, he never waits longer than his call takes; and in one trial of many he
// comes at once and waits for all of the hold.
TEST(ContentionTest, AWaitIsMeasuredForAsLongAsTheLockIsHeld) {
  HeldUp held_up(1000);  // so that only waits are looked at
  constexpr int kTrials = 50;
  std::uint64_t waits = 0, wait_ns = 0;
  bool whole = false;
  for (int trial = 0; trial < kTrials && !whole; ++trial) {
    const HeldUp::Wait wait = held_up.Trial();
    const ContentionReport report = held_up.Report();
    ASSERT_LE(report.shards[0].waits, waits + 1);
    const std::uint64_t counted_ns = report.shards[0].wait_ns - wait_ns;
    EXPECT_LE(static_cast<double>(counted_ns), (1 + kClocksAgree) * static_cast<double>(wait.most_ns));
    whole = report.shards[0].waits == waits + 1 &&
            static_cast<double>(counted_ns) >= (1 - kClocksAgree) * static_cast<double>(wait.least_ns);
    waits = report.shards[0].waits;
    wait_ns = report.shards[0].wait_ns;
    // All of it was waited for the one product.
    if (waits == 0) continue;
    ASSERT_EQ(report.hottest.size(), 1u);
    EXPECT_EQ(report.hottest[0].product, HeldUp::kLamp);
    EXPECT_EQ(report.hottest[0].wait_ns, Exactly(wait_ns));
    EXPECT_EQ(report.hottest[0].waits, waits);
    EXPECT_EQ(report.hottest[0].acquisitions, Exactly(0));
  }
  EXPECT_TRUE(whole) << waits << " waits, " << wait_ns << " ns in all";
}

TEST(ContentionTest, WaitsAreCountedButNotMeasuredWhenOff) {
  HeldUp held_up(0);
  ContentionReport report;
  for (int trial = 0; trial < 50 && report.shards.empty(); ++trial) {
    (void)held_up.Trial();
    if (ContentionReport now = held_up.Report(); now.shards[0].waits != 0) report = std::move(now);
  }
  ASSERT_FALSE(report.shards.empty()) << "nobody had to wait in 50 trials";
  EXPECT_EQ(report.shards[0].waits, 1u);
  EXPECT_EQ(report.shards[0].acquisitions, 0u);
  EXPECT_EQ(report.shards[0].wait_ns, 0u);
  EXPECT_TRUE(report.hottest.empty());
}

// Every call of every thread is counted once, while others look on. With one thread, what the scaffold itself counts.
void CountsEveryCall(int threads_count) {
  constexpr int kRounds = 5'000;
  Options options = Watching(1, 2);
  options.audiences = {};  // nobody is told, so that changes only have to be committed
  options.changes_max = 1 << 16;
  const auto engine = OpenEngine(options);
  const std::vector<ProductId> products = PutInDifferentShards(*engine, 2, 1'000'000);
  const auto acquisitions = [&] {
    std::uint64_t sum = 0;
    for (const ShardContention& shard : engine->Contention().shards) sum += shard.acquisitions;
    return sum;
  };
  const std::uint64_t before = acquisitions();
  std::atomic<int> running{threads_count};
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_count; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < kRounds; ++round) {
        PlaceOne(*engine, products[static_cast<std::size_t>(i + round) % products.size()]);
      }
      running.fetch_sub(1, std::memory_order_relaxed);  // relaxed: only a hint, joining orders
    });
  }
  std::uint64_t last = before;
  do {
    const std::uint64_t now = acquisitions();
    EXPECT_GE(now, last);
    last = now;
    std::this_thread::yield();
  } while (running.load(std::memory_order_relaxed) != 0);
  for (std::thread& thread : threads) thread.join();

  const auto calls = static_cast<std::uint64_t>(threads_count) * kRounds;
  EXPECT_EQ(acquisitions() - before, calls);
  const ContentionReport report = engine->Contention();
  const std::vector<ShardStats> stats = engine->Stats();
  std::uint64_t by_product = 0;
  for (const ProductContention& product : report.hottest) by_product += product.acquisitions.least;
  EXPECT_GE(by_product, calls);
  for (std::size_t i = 0; i < stats.size(); ++i) {
    EXPECT_EQ(report.shards[i].waits, stats[i].lock_waits);
    EXPECT_LE(report.shards[i].waits, report.shards[i].acquisitions);
    EXPECT_EQ(report.shards[i].waits == 0, report.shards[i].wait_ns == 0);
  }
}

TEST(ContentionTest, OneThreadsCallsAreCounted) { CountsEveryCall(1); }
TEST(ContentionTest, FourThreadsCallsAreCounted) { CountsEveryCall(4); }

// ---- Waiting ------------------------------------------------------------------------------------------------------

TEST(WaitingTest, IsWhatIsCommittedAndNotPolled) {
  Options options = QuietOptions();
  options.audiences = {Audience::kCustomer, Audience::kMember};
  const auto engine = OpenEngine(options);
  PutLive(*engine, ProductId{1}, 1000);
  std::array<Event, 4> events;
  for (int i = 0; i < 10; ++i) PlaceOne(*engine, ProductId{1});
  EXPECT_EQ(engine->Waiting(Audience::kCustomer), 0u);  // not committed yet
  EXPECT_TRUE(engine->Commit());
  EXPECT_EQ(engine->Waiting(Audience::kCustomer), 10u);
  for (const std::uint64_t left : {6u, 2u, 0u, 0u}) {
    const std::size_t polled = engine->Poll(Audience::kCustomer, events);
    EXPECT_EQ(engine->Waiting(Audience::kCustomer), left) << polled;
  }
  const std::uint64_t for_member = engine->Waiting(Audience::kMember);
  EXPECT_GT(for_member, 0u);
  EXPECT_EQ(PollAll(*engine, Audience::kMember).size(), for_member);
  EXPECT_EQ(engine->Waiting(Audience::kFeed), 0u);  // not of this engine
  EXPECT_EQ(engine->Waiting(static_cast<Audience>(9)), 0u);
}

// Never below nothing, which would be a huge number, and never above the limit, while others push and poll.
TEST(WaitingTest, StaysWithinTheQueueWhileOthersPushAndPoll) {
  Options options = QuietOptions();
  options.events_max = 1024;
  const auto engine = OpenEngine(options);
  PutLive(*engine, ProductId{1}, 1'000'000);
  std::atomic<bool> done{false};
  std::thread poller([&] {
    std::array<Event, 64> events;
    while (!done.load(std::memory_order_relaxed)) (void)engine->Poll(Audience::kFeed, events);
  });
  std::thread watcher([&] {
    std::uint64_t looks = 0;
    do {
      EXPECT_LE(engine->Waiting(Audience::kFeed), 1024u);
      ++looks;
    } while (!done.load(std::memory_order_relaxed));
    EXPECT_GT(looks, 0u);
  });
  for (int placed = 0; placed < 20'000;) {
    const PlaceResult result = engine->Place({.product = ProductId{1}, .customer = CustomerId{9}}, 0);
    if (result.ok()) {
      ++placed;
    } else {
      EXPECT_EQ(result.code, Code::kOverloaded);  // the poller is behind: the queue is as full as it gets
      std::this_thread::yield();
    }
    if (placed % 8 == 0) (void)engine->Commit();
  }
  done = true;
  poller.join();
  watcher.join();
  (void)Drain(*engine, Audience::kFeed);
  EXPECT_EQ(engine->Waiting(Audience::kFeed), 0u);
}

}  // namespace
}  // namespace flexstock
