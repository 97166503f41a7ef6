// What durability says where there is no journal, nothing to wait for, nobody who listens, or no memory.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <thread>

#include "tests/journal/shop.h"
#include "tests/program/program.h"
#include "tests/sim/forwarding_storage.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;

constexpr ProductId kProduct{1};

CommandResult Put(Engine* engine, Units stock) {
  return engine->Put({.product = kProduct, .member = MemberId{7}, .stock = stock, .status = {}, .policy = {}}, 1);
}

TEST(WithoutAJournalTest, AnEpochIsDurableWhenItHasEnded) {
  Options options = OptionsOn(nullptr);
  options.journal_dir.clear();
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  EXPECT_FALSE(engine->recovery().recovered);
  const CommandResult put = Put(engine.get(), 5);
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
  engine->NotifyDurable(Put(engine.get(), 6).epoch, [&](Code code) { told += code == Code::kReadOnly ? 10 : 100; });
  engine.reset();
  EXPECT_EQ(told, 16);
}

TEST(WithoutAJournalTest, ABackgroundThreadEndsEpochs) {
  Options options = OptionsOn(nullptr);
  options.journal_dir.clear();
  options.background = true;
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  EXPECT_EQ(engine->WaitDurable(Put(engine.get(), 5).epoch), Code::kOk);
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

// A disk on which a file's sync takes as long as a test likes, or fails, and its writes may throw.
class SlowStorage final : public sim::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::atomic<bool> hangs{false}, syncing{false}, fails{false}, throws{false};

 private:
  class File final : public sim::ForwardingFile {
   public:
    File(SlowStorage& all, std::unique_ptr<StorageFile> file) : ForwardingFile(std::move(file)), all_(all) {}
    IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
      if (all_.throws) throw std::bad_alloc();
      return ForwardingFile::WriteAt(offset, bytes);
    }
    int Sync() override {
      all_.syncing = true;
      while (all_.hangs) std::this_thread::yield();
      return all_.fails ? EIO : ForwardingFile::Sync();
    }

   private:
    SlowStorage& all_;
  };
  std::unique_ptr<StorageFile> Wrap(const std::string&, OpenMode, std::unique_ptr<StorageFile> file) override {
    return std::make_unique<File>(*this, std::move(file));
  }
};

TEST(SlowDiskTest, FiguresAreThereWhileItHangs) {
  const program::Directory directory;
  SlowStorage storage(SystemStorage());
  Options options = OptionsOn(&storage);
  options.journal_dir = (directory.path() / "journal").string();
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  const Epoch epoch = Put(engine.get(), 5).epoch;
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

// What has left its shard and is not on the disk is lost to this process: nothing may be written behind it.
TEST(NoMemoryTest, WhileAnEpochIsWrittenMakesReadOnly) {
  SimStorage disk(1);
  SlowStorage storage(disk);
  Epoch durable = 0;
  {
    auto [engine, problem] = Engine::Open(OptionsOn(&storage));
    ASSERT_EQ(problem, "");
    ASSERT_TRUE(Put(engine.get(), 5).ok());
    durable = engine->Place({.product = kProduct, .customer = CustomerId{1}}, 1).epoch;
    ASSERT_EQ(engine->WaitDurable(durable), Code::kOk);
    const Epoch epoch = Put(engine.get(), 6).epoch;
    storage.throws = true;
    EXPECT_EQ(engine->WaitDurable(epoch), Code::kReadOnly);
    storage.throws = false;
    EXPECT_EQ(engine->WaitDurable(epoch), Code::kReadOnly);
    EXPECT_EQ(engine->Journal().failure, "there is no memory for an epoch's changes");
    EXPECT_EQ(Put(engine.get(), 7).code, Code::kReadOnly);
    EXPECT_NE(engine->Snapshot(), "");
    std::array<Event, 8> events;
    EXPECT_EQ(engine->Poll(Audience::kFeed, events), 1u);  // of the order
    Abandon(&disk, &engine);
  }
  disk.PowerLoss(sim::Loss::kAll);
  const auto [engine, problem] = Engine::Open(OptionsOn(&disk));
  ASSERT_EQ(problem, "");
  EXPECT_EQ(engine->recovery().epoch, durable);
}

// A disk that may be full: nothing new can be made.
class FullStorage final : public sim::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::atomic<bool> full{false};
  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override {
    if (full && mode == OpenMode::kCreate) return ENOSPC;
    return ForwardingStorage::Open(path, mode, file);
  }

 private:
  std::unique_ptr<StorageFile> Wrap(const std::string&, OpenMode, std::unique_ptr<StorageFile> file) override {
    return file;
  }
};

TEST(FullDiskTest, IsSaidBeforeItStopsTheEngineAndForgottenWhenThereIsRoom) {
  const program::Directory directory;
  FullStorage storage(SystemStorage());
  Options options = OptionsOn(&storage);
  options.journal_dir = (directory.path() / "journal").string();
  options.clock = nullptr;
  options.background = true;
  options.snapshot_every_bytes = 0;
  Engine::Opened opened = Engine::Open(options);
  ASSERT_EQ(opened.problem, "");
  Engine* const engine = opened.engine.get();
  const auto said = [&] { return engine->Journal().segment_problem; };
  const auto wait_until = [&](auto&& holds) {
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds() && std::chrono::steady_clock::now() < latest) std::this_thread::yield();
    return holds();
  };
  ASSERT_TRUE(wait_until([&] { return engine->Journal().segments == 3; }));
  EXPECT_EQ(said(), "");
  storage.full = true;
  // A page each: the first segment, and some of the second.
  for (std::uint64_t i = 0; i < options.journal_segment_bytes / 4096 + 3; ++i) {
    ASSERT_EQ(engine->WaitDurable(Put(engine, 5).epoch), Code::kOk);
  }
  ASSERT_TRUE(wait_until([&] { return !said().empty(); }));
  EXPECT_NE(said().find("No space left on device"), std::string::npos) << said();
  EXPECT_TRUE(Put(engine, 6).ok());
  storage.full = false;
  EXPECT_TRUE(wait_until([&] { return said().empty(); }));
  EXPECT_EQ(engine->Journal().segments, 4u);

  // Full to the end: the present file is what there is left.
  storage.full = true;
  std::uint64_t written = 0;
  Code code = Code::kOk;
  while (written < 1'000 && (code = engine->WaitDurable(Put(engine, 7).epoch)) == Code::kOk) ++written;
  EXPECT_EQ(code, Code::kReadOnly);
  EXPECT_LE(written, 2 * options.journal_segment_bytes / 4096);
  EXPECT_NE(engine->Journal().failure.find("No space left on device"), std::string::npos);
  // And stays so: nobody makes files for a journal that has failed.
  storage.full = false;
  const std::uint64_t segments = engine->Journal().segments;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // ten looks of the engine's thread
  EXPECT_EQ(engine->Journal().segments, segments);
}

TEST(FullDiskTest, ASnapshotThatHasNoRoomLeavesNothing) {
  SimStorage storage(1);
  auto [engine, problem] = Engine::Open(OptionsOn(&storage));
  ASSERT_EQ(problem, "");
  ASSERT_EQ(engine->WaitDurable(Put(engine.get(), 5).epoch), Code::kOk);
  const auto names = [&] {
    std::vector<std::string> list;
    EXPECT_EQ(storage.List(kDirectory, &list), 0);
    return list;
  };
  std::uint64_t used = 0;
  for (const auto& file : storage.Files()) used += file.size;
  const std::vector<std::string> before = names();
  storage.SetSpace(used + 100);
  EXPECT_NE(engine->Snapshot(), "");
  EXPECT_EQ(names(), before);
  storage.SetSpace(used << 1);
  EXPECT_EQ(engine->Snapshot(), "");
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
    ASSERT_TRUE(Put(engine.get(), 1'000'000).ok());
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
  ASSERT_TRUE(Put(engine.get(), 1'000'000).ok());
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
    const CommandResult put = Put(engine.get(), 5);
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

// ---- No threads -----------------------------------------------------------------------------------------------------

// In a process of its own, which may have no threads more.
template <typename Work>
void WithoutThreads(Work work) {
  EXPECT_EXIT(
      {
        const rlimit none{};
        // Whoever may do everything is kept by no limit.
        if (::setrlimit(RLIMIT_NPROC, &none) != 0 || (::getuid() == 0 && ::setuid(65'534) != 0)) std::_Exit(9);
        std::_Exit(work() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(ThreadsTest, ThatTheSystemRefusesMakeRecoverySlowerOnly) {
  SimStorage storage(1);
  {
    auto [engine, problem] = Engine::Open(OptionsOn(&storage));
    ASSERT_EQ(problem, "");
    ASSERT_TRUE(Put(engine.get(), 5).ok());
    ASSERT_EQ(engine->Snapshot(), "");
  }
  WithoutThreads([&] {
    Options options = OptionsOn(&storage);
    options.recovery_threads = 8;
    auto [engine, problem] = Engine::Open(options);
    ProductView view;
    return engine != nullptr && engine->Find(kProduct, &view, 1) == Code::kOk && view.available == 5;
  });
}

TEST(ThreadsTest, ThatTheSystemRefusesToTheBackgroundAreSaid) {
  for (const char* journal : {"", kDirectory}) {
    SimStorage storage(1);
    Options options = OptionsOn(&storage);
    options.journal_dir = journal;
    options.background = true;
    WithoutThreads([&] {
      const auto [engine, problem] = Engine::Open(options);
      return engine == nullptr && problem.find("the system starts no thread") == 0;
    });
  }
}

// ---- Nothing to go on with ------------------------------------------------------------------------------------------

TEST(LockTest, ThatCannotBeMade) {
  const program::Directory directory;
  const std::string path = directory.path();
  std::filesystem::create_directories(path + "/LOCK");
  Options options = OptionsOn(nullptr);
  options.journal_dir = path;
  const auto opened = Engine::Open(options);
  EXPECT_EQ(opened.engine, nullptr);
  EXPECT_EQ(opened.problem, "cannot lock " + path + "/LOCK: Is a directory");
}

#ifndef FLEXSTOCK_SANITIZED  // they need address space of their own
TEST(MemoryTest, ThatTheSystemRefuses) {
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &old_limit), 0);
  std::size_t refused = 0, opened = 0;
  for (std::uint64_t gib = 0; gib < 256; gib += gib < 64 ? 1 : 16) {
    rlimit limit = old_limit;
    limit.rlim_cur = (gib + 1) << 30;
    ASSERT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
    Options options = OptionsOn(nullptr);
    options.journal_dir.clear();
    options.products_max = std::uint64_t{1} << 27;
    options.orders_max = std::uint64_t{1} << 28;
    const auto result = Engine::Open(options);
    ASSERT_EQ(::setrlimit(RLIMIT_AS, &old_limit), 0);
    result.engine == nullptr ? ++refused : ++opened;
    if (result.engine == nullptr) {
      EXPECT_NE(result.problem.find("orders_max"), std::string::npos) << result.problem;
    }
  }
  EXPECT_GT(refused, 0u);
  EXPECT_GT(opened, 0u);
}

// Buffers are made by operator new, which throws.
TEST(MemoryTest, ThatIsShortForTheBuffers) {
  rlimit old_limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = std::uint64_t{1} << 30;
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
  Options options = OptionsOn(nullptr, 1024);
  options.journal_dir.clear();
  options.changes_max = 1 << 20;
  const auto result = Engine::Open(options);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &old_limit), 0);
  EXPECT_EQ(result.engine, nullptr);
  EXPECT_NE(result.problem.find("changes_max"), std::string::npos) << result.problem;
}
#endif

}  // namespace
}  // namespace flexstock::journal
