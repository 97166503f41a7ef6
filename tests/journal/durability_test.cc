// What durability says where there is no journal, nothing to wait for, a disk that hangs, or nobody who listens.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/journal/shop.h"
#include "tests/journal/slow_storage.h"
#include "tests/program/program.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;

TEST(WithoutAJournalTest, AnEpochIsDurableWhenItHasEnded) {
  Options options = OptionsOn(nullptr);
  options.journal_dir.clear();
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  EXPECT_FALSE(engine->recovery().recovered);
  const CommandResult put = PutStock(engine.get(), 5);
  EXPECT_LT(engine->durable_epoch(), put.epoch);
  int told = 0;
  engine->NotifyDurable(put.epoch, [&](Code code) { told += code == Code::kOk ? 1 : 100; });
  EXPECT_EQ(told, 0);
  EXPECT_EQ(engine->WaitDurable(put.epoch), Code::kOk);
  EXPECT_EQ(told, 1);
  EXPECT_GE(engine->durable_epoch(), put.epoch);
  EXPECT_EQ(engine->WaitDurable(put.epoch + 1'000), Code::kInvalidArgument);
  engine->Confirm(Audience::kFeed, 1);
  EXPECT_EQ(engine->Snapshot(), "there is no journal: Options::journal_dir is empty");
  const JournalStats stats = engine->Journal();
  EXPECT_EQ(stats.durable_epoch, engine->durable_epoch());
  EXPECT_EQ(stats.blocks + stats.bytes + stats.segments, 0u);
  engine->NotifyDurable(put.epoch + 1'000, [&](Code code) { told += code == Code::kInvalidArgument ? 5 : 100; });
  EXPECT_EQ(told, 6);
  // Whoever still waits when it ends is told that it never came.
  engine->NotifyDurable(PutStock(engine.get(), 6).epoch,
                        [&](Code code) { told += code == Code::kReadOnly ? 10 : 100; });
  engine.reset();
  EXPECT_EQ(told, 16);
}

TEST(WithoutAJournalTest, ABackgroundThreadEndsEpochs) {
  Options options = OptionsOn(nullptr);
  options.journal_dir.clear();
  options.background = true;
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  EXPECT_EQ(engine->WaitDurable(PutStock(engine.get(), 5).epoch), Code::kOk);
}

// A few who want to be called, again and again: each time there is one who waits while the disk is at work.
TEST(NotifyDurableTest, AFewWhoWaitTogetherShareASync) {
  constexpr int kChains = 4, kCalls = 200;
  const program::Directory directory;
  Options options = OptionsOn(nullptr);
  options.journal_dir = directory.path() / "journal";
  options.background = true;
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  std::atomic<int> calls{0};
  const std::function<void(Code)> next = [&, one = engine.get()](Code code) {
    if (code != Code::kOk || calls.fetch_add(1) >= kCalls) return;
    one->NotifyDurable(PutStock(one, 1 + calls.load()).epoch, next);
  };
  const std::uint64_t blocks = engine->Journal().blocks;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kChains; ++i) next(Code::kOk);
  while (calls.load() < kCalls && engine->Journal().failure.empty()) std::this_thread::yield();
  ASSERT_EQ(engine->Journal().failure, "");
  const std::uint64_t more = engine->Journal().blocks - blocks;
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(more, std::uint64_t{kCalls / kChains / 2});
  // Half a millisecond from one to the next: on a disk that is slower than that nothing is to be seen.
  EXPECT_LE(more, static_cast<std::uint64_t>(took / std::chrono::microseconds(500)) + 2);
  engine.reset();  // calls whoever still waits
}

// What changes nothing waits for no disk: in a sold-out sale that is nearly everything.
class NothingChangedTest : public testing::Test {
 protected:
  void SetUp() override {
    Options options = OptionsOn(&storage_);
    options.events_max = 1'024;
    auto [engine, problem] = Engine::Open(options);
    ASSERT_EQ(problem, "");
    engine_ = std::move(engine);
    const CommandResult put = engine_->Put({.product = kProduct,
                                            .member = MemberId{7},
                                            .stock = 1,
                                            .status = {},
                                            .policy = {.overflow = Overflow::kReject}},
                                           1);
    ASSERT_TRUE(put.ok());
    ASSERT_TRUE(engine_->Place(Order(), 1).ok());
    ASSERT_EQ(engine_->WaitDurable(put.epoch), Code::kOk);
    blocks_ = engine_->Journal().blocks;
  }
  static PlaceOrder Order() { return {.product = kProduct, .customer = CustomerId{3}, .qty = 1}; }
  [[nodiscard]] std::uint64_t blocks_more() const { return engine_->Journal().blocks - blocks_; }

  SimStorage storage_{1};
  std::unique_ptr<Engine> engine_;
  std::uint64_t blocks_ = 0;
};

TEST_F(NothingChangedTest, ARefusalWaitsForNoDisk) {
  const PlaceResult refused = engine_->Place(Order(), 2);
  EXPECT_EQ(refused.code, Code::kSoldOut);
  EXPECT_GT(refused.epoch, engine_->durable_epoch());
  EXPECT_EQ(engine_->WaitDurable(refused.epoch), Code::kOk);
  EXPECT_EQ(blocks_more(), 0u);
  int told = 0;
  engine_->NotifyDurable(refused.epoch, [&](Code code) { told += code == Code::kOk ? 1 : 100; });
  EXPECT_TRUE(engine_->Commit());
  EXPECT_EQ(told, 1);
  EXPECT_EQ(blocks_more(), 0u);
}

// What has been written cannot be told yet, because nobody polls. That is no business of who changed nothing.
TEST_F(NothingChangedTest, AFullQueueIsNotWaitedFor) {
  constexpr ProductId kMany{2};
  ASSERT_TRUE(
      engine_->Put({.product = kMany, .member = MemberId{7}, .stock = 1'000'000, .status = {}, .policy = {}}, 1).ok());
  for (int placed = 0;; ++placed) {
    ASSERT_LT(placed, 1 << 16);
    const PlaceResult sold = engine_->Place({.product = kMany, .customer = CustomerId{3}, .qty = 1}, 1);
    ASSERT_TRUE(sold.ok());
    ASSERT_EQ(engine_->WaitDurable(sold.epoch), Code::kOk);
    if (!engine_->Commit()) break;
  }
  const PlaceResult refused = engine_->Place(Order(), 2);
  EXPECT_EQ(refused.code, Code::kSoldOut);
  EXPECT_EQ(engine_->WaitDurable(refused.epoch), Code::kOk);
  int told = 0;
  engine_->NotifyDurable(refused.epoch, [&](Code code) { told += code == Code::kOk ? 1 : 100; });
  EXPECT_FALSE(engine_->Commit());
  EXPECT_EQ(told, 1);
}

TEST_F(NothingChangedTest, WhatItHasSeenIsWaitedFor) {
  const CommandResult more = engine_->Adjust({.product = kProduct, .by = 1}, 2);
  ASSERT_TRUE(engine_->Place(Order(), 2).ok());
  const PlaceResult refused = engine_->Place(Order(), 2);
  EXPECT_EQ(refused.code, Code::kSoldOut);
  EXPECT_EQ(engine_->WaitDurable(refused.epoch), Code::kOk);
  EXPECT_EQ(blocks_more(), 1u);
  EXPECT_GE(engine_->durable_epoch(), more.epoch);
}

TEST_F(NothingChangedTest, APositionIsAChange) {
  const Position position{.stream = 1, .offset = 17};
  const PlaceResult refused = engine_->Place(Order(), When{2, &position});
  EXPECT_EQ(refused.code, Code::kSoldOut);
  EXPECT_EQ(engine_->WaitDurable(refused.epoch), Code::kOk);
  EXPECT_EQ(blocks_more(), 1u);
}

// A command that is refused before it reaches a shard carries its position all the same, in an epoch that it names.
TEST_F(NothingChangedTest, APositionOfAnInvalidCommandIsAChange) {
  const Position position{.stream = 1, .offset = 18};
  const When when{2, &position};
  PlaceOrder order = Order();
  order.qty = 0;
  std::vector<Epoch> epochs = {engine_->Put({.product = ProductId{0}}, when).epoch, engine_->Place(order, when).epoch,
                               engine_->Cancel(OrderId{~std::uint64_t{0}}, when).epoch,
                               engine_->Place(PlaceCart{}, {}, when).epoch};
  for (const Epoch epoch : epochs) EXPECT_GT(epoch, engine_->durable_epoch());
  EXPECT_EQ(engine_->WaitDurable(epochs.back()), Code::kOk);
  EXPECT_EQ(blocks_more(), 1u);
  Abandon(&storage_, &engine_);
  storage_.PowerLoss(sim::Loss::kAll);
  const auto [engine, problem] = Engine::Open(OptionsOn(&storage_));
  ASSERT_EQ(problem, "");
  std::uint64_t offset = 0;
  EXPECT_TRUE(engine->FindPosition(1, &offset));
  EXPECT_EQ(offset, 18u);
}

TEST(SlowDiskTest, FiguresAreThereWhileItHangs) {
  const program::Directory directory;
  SlowStorage storage(SystemStorage());
  Options options = OptionsOn(&storage);
  options.journal_dir = (directory.path() / "journal").string();
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  const Epoch epoch = PutStock(engine.get(), 5).epoch;
  storage.hangs = true;
  storage.syncing = false;
  std::thread waiter([&engine = engine, epoch] { EXPECT_EQ(engine->WaitDurable(epoch), Code::kOk); });
  while (!storage.syncing) std::this_thread::yield();
  const JournalStats stats = engine->Journal();
  EXPECT_LT(stats.durable_epoch, epoch);
  EXPECT_EQ(stats.failure, "");
  storage.hangs = false;
  waiter.join();
  EXPECT_GE(engine->Journal().durable_epoch, epoch);
}

class ListeningTest : public testing::TestWithParam<bool> {};

// Nobody polls: epochs end until the queue is full, then kOverloaded; and again when he does.
TEST_P(ListeningTest, NobodyPolls) {
  SimStorage storage(1);
  Options options = OptionsOn(&storage, 2);
  if (!GetParam()) options.journal_dir.clear();
  options.events_max = 1'024;
  options.changes_max = 16;
  options.retention_ms = 1'000'000;
  {
    auto [engine, problem] = Engine::Open(options);
    ASSERT_EQ(problem, "");
    ASSERT_TRUE(PutStock(engine.get(), 1'000'000).ok());
    const auto place = [&engine = engine] {
      return engine->Place({.product = kProduct, .customer = CustomerId{1}}, 1).code;
    };
    int placed = 0;
    Code code = Code::kOk;
    while (placed < 10'000 && (code = place()) == Code::kOk) ++placed;
    EXPECT_EQ(code, Code::kOverloaded);
    EXPECT_GE(placed, 1'000);
    EXPECT_FALSE(engine->Commit());
    const Epoch waits = engine->durable_epoch() + 1;
    EXPECT_EQ(engine->WaitDurable(waits), Code::kOverloaded);
    EXPECT_EQ(engine->Advance(1'000'000'000), Code::kOverloaded);
    // A snapshot ends an epoch all the same: it needs nobody's ear.
    if (GetParam()) {
      EXPECT_EQ(engine->Snapshot(), "");
    }

    std::array<Event, 100> events;
    std::uint64_t last = 0;
    std::size_t told = 0;
    for (int i = 0; i < 1'000; ++i) {
      (void)engine->Commit();
      const std::size_t count = engine->Poll(Audience::kFeed, events);
      if (count != 0) last = events[count - 1].position;
      told += count;
      engine->Confirm(Audience::kFeed, last);
    }
    EXPECT_GE(told, static_cast<std::size_t>(placed));
    EXPECT_EQ(place(), Code::kOk);
    engine->Confirm(static_cast<Audience>(7), last);  // nobody
    engine->Confirm(Audience::kFeed, last + 1'000);   // not told yet: as far as was told
    EXPECT_TRUE(engine->Commit());
    EXPECT_TRUE(engine->Audit().ok());
  }
  if (!GetParam()) return;
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  EXPECT_TRUE(engine->Audit().ok());
}

INSTANTIATE_TEST_SUITE_P(Journals, ListeningTest, testing::Bool());

// More was written than the queue has room for; then the disk fails. What is durable can be heard all the same.
TEST(ListeningAfterAFailureTest, AllThatIsDurableIsTold) {
  SimStorage disk(1);
  SlowStorage storage(disk);
  Options options = OptionsOn(&storage, 2);
  options.events_max = 1'024;
  options.changes_max = 1 << 13;  // all of it in one epoch
  options.audiences = {Audience::kFeed};
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  ASSERT_TRUE(PutStock(engine.get(), 1'000'000).ok());
  for (int i = 0; i < 3'000; ++i) {
    ASSERT_TRUE(engine->Place({.product = kProduct, .customer = CustomerId{1}}, 1).ok());
  }
  ASSERT_FALSE(engine->Commit());  // it is on the disk, and a part of it is told
  const Epoch durable = engine->durable_epoch();
  ASSERT_TRUE(engine->Place({.product = kProduct, .customer = CustomerId{1}}, 1).ok());
  storage.fails = true;
  ASSERT_NE(engine->Snapshot(), "");  // which commits, whoever listens
  ASSERT_NE(engine->Journal().failure, "");
  EXPECT_EQ(engine->durable_epoch(), durable);

  std::array<Event, 256> events;
  std::size_t told = 0;
  for (int quiet = 0; quiet < 3;) {
    const std::size_t count = engine->Poll(Audience::kFeed, events);
    if (count != 0) engine->Confirm(Audience::kFeed, events[count - 1].position);
    told += count;
    quiet = count == 0 ? quiet + 1 : 0;
    EXPECT_FALSE(engine->Commit());
  }
  EXPECT_EQ(told, 3'000u);  // of each order that is durable
}

// The journal fails in the commit that a snapshot makes: whoever waits to be called is called.
TEST(SnapshotTest, ThatMeetsABadDiskTellsWhoWaits) {
  int failed = 0;
  for (std::uint64_t at = 0; at < 40; ++at) {
    SimStorage storage(1);
    int told = 0;  // an engine that ends tells those who still wait
    auto [engine, problem] = Engine::Open(OptionsOn(&storage));
    ASSERT_EQ(problem, "");
    const CommandResult put = PutStock(engine.get(), 5);
    engine->NotifyDurable(put.epoch, [&](Code) { ++told; });
    storage.Arm({.at = storage.operations() + at, .kind = sim::FaultKind::kError});
    const std::string wrong = engine->Snapshot();
    if (engine->Journal().failure.empty()) continue;
    ++failed;
    EXPECT_NE(wrong, "");
    EXPECT_EQ(told, 1) << at;
  }
  EXPECT_GE(failed, 2);  // a write and a sync
}

}  // namespace
}  // namespace flexstock::journal
