// What an engine says when there is not enough of something: memory, room on the disk, threads, a lock.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/journal/shop.h"
#include "tests/journal/slow_storage.h"
#include "tests/program/nobody.h"
#include "tests/program/program.h"
#include "tests/sim/forwarding_storage.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;

// ---- Memory ---------------------------------------------------------------------------------------------------------

// What has left its shard and is not on the disk is lost to this process: nothing may be written behind it.
TEST(NoMemoryTest, WhileAnEpochIsWrittenMakesReadOnly) {
  SimStorage disk(1);
  SlowStorage storage(disk);
  Epoch durable = 0;
  {
    auto [engine, problem] = Engine::Open(OptionsOn(&storage));
    ASSERT_EQ(problem, "");
    ASSERT_TRUE(PutStock(engine.get(), 5).ok());
    durable = engine->Place({.product = kProduct, .customer = CustomerId{1}}, 1).epoch;
    ASSERT_EQ(engine->WaitDurable(durable), Code::kOk);
    const Epoch epoch = PutStock(engine.get(), 6).epoch;
    storage.throws = true;
    EXPECT_EQ(engine->WaitDurable(epoch), Code::kReadOnly);
    storage.throws = false;
    EXPECT_EQ(engine->WaitDurable(epoch), Code::kReadOnly);
    EXPECT_EQ(engine->Journal().failure, "there is no memory for an epoch's changes");
    EXPECT_EQ(PutStock(engine.get(), 7).code, Code::kReadOnly);
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

// A snapshot is not needed: the engine goes on, and the next one may find what it needs.
TEST(NoMemoryTest, ForASnapshotIsSaid) {
  SimStorage disk(1);
  SlowStorage storage(disk);
  auto [engine, problem] = Engine::Open(OptionsOn(&storage));
  ASSERT_EQ(problem, "");
  ASSERT_TRUE(PutStock(engine.get(), 5).ok());
  ASSERT_TRUE(engine->Commit());
  storage.throws = true;
  EXPECT_EQ(engine->Snapshot(), "there is no memory for a snapshot");
  EXPECT_EQ(engine->Journal().snapshot_problem, "there is no memory for a snapshot");
  storage.throws = false;
  EXPECT_TRUE(PutStock(engine.get(), 6).ok());
  EXPECT_EQ(engine->Snapshot(), "");
  EXPECT_EQ(engine->Journal().snapshot_problem, "");
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

// ---- Room -----------------------------------------------------------------------------------------------------------

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
    ASSERT_EQ(engine->WaitDurable(PutStock(engine, 5).epoch), Code::kOk);
  }
  ASSERT_TRUE(wait_until([&] { return !said().empty(); }));
  EXPECT_NE(said().find("No space left on device"), std::string::npos) << said();
  EXPECT_TRUE(PutStock(engine, 6).ok());
  storage.full = false;
  EXPECT_TRUE(wait_until([&] { return said().empty(); }));
  EXPECT_EQ(engine->Journal().segments, 4u);

  // Full to the end: the present file is what there is left.
  storage.full = true;
  std::uint64_t written = 0;
  Code code = Code::kOk;
  for (; written < options.journal_segment_bytes / 4096; ++written) {
    ASSERT_EQ(engine->WaitDurable(PutStock(engine, 7).epoch), Code::kOk);
  }
  // The engine's thread has seen it, and looks again in a second: it is not about to make a file when the journal fails.
  ASSERT_TRUE(wait_until([&] { return !said().empty(); }));
  while (written < 1'000 && (code = engine->WaitDurable(PutStock(engine, 7).epoch)) == Code::kOk) ++written;
  EXPECT_EQ(code, Code::kReadOnly);
  EXPECT_LE(written, 2 * options.journal_segment_bytes / 4096);
  EXPECT_NE(engine->Journal().failure.find("No space left on device"), std::string::npos);
  // And stays so: nobody makes files for a journal that has failed.
  storage.full = false;
  const std::uint64_t segments = engine->Journal().segments;
  std::this_thread::sleep_for(std::chrono::milliseconds(1'500));  // the engine's thread has looked
  EXPECT_EQ(engine->Journal().segments, segments);
}

TEST(FullDiskTest, ASnapshotThatHasNoRoomLeavesNothing) {
  SimStorage storage(1);
  auto [engine, problem] = Engine::Open(OptionsOn(&storage));
  ASSERT_EQ(problem, "");
  ASSERT_EQ(engine->WaitDurable(PutStock(engine.get(), 5).epoch), Code::kOk);
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

// ---- Threads --------------------------------------------------------------------------------------------------------

// In a process of its own, which may have no threads more.
template <typename Work>
void WithoutThreads(Work work) {
  EXPECT_EXIT(
      {
        const rlimit none{};
        if (::setrlimit(RLIMIT_NPROC, &none) != 0) std::_Exit(9);
        program::ExitAsNobody(work);  // whoever may do everything is kept by no limit
      },
      testing::ExitedWithCode(0), "");
}

TEST(ThreadsTest, ThatTheSystemRefusesMakeRecoverySlowerOnly) {
  SimStorage storage(1);
  {
    auto [engine, problem] = Engine::Open(OptionsOn(&storage));
    ASSERT_EQ(problem, "");
    ASSERT_TRUE(PutStock(engine.get(), 5).ok());
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

// ---- A lock ---------------------------------------------------------------------------------------------------------

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

}  // namespace
}  // namespace flexstock::journal
