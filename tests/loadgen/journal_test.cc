// Runs with a journal: what they count must be in it, what they say of it must be true, and when it fails they end.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include "tests/model/seed.h"
#include "tests/program/program.h"
#include "tools/loadgen/checks.h"
#include "tools/loadgen/report.h"
#include "tools/loadgen/sale.h"
#include "tools/loadgen/trace.h"

namespace flexstock::loadgen {
namespace {

namespace fs = std::filesystem;

class JournalTest : public testing::Test {
 protected:
  [[nodiscard]] SaleOptions Sale(std::uint64_t seed) const {
    SaleOptions options;
    options.seed = seed;
    options.orders = 30'000;
    options.stock = 10'000;
    options.seconds = 3'600;  // the orders end it
    options.journal = (directory_.path() / "journal").string();
    options.policy.checkout_hold_ms = options.policy.payment_window_ms = options.policy.acceptance_window_ms =
        3'600'000;
    return options;
  }

  // The journal once more, by an engine that knows nothing else.
  static std::unique_ptr<Engine> Recover(const RunOptions& options) {
    Options engine_options;
    engine_options.shards = options.shards;
    engine_options.journal_dir = options.journal;
    engine_options.policy = options.policy;
    engine_options.background = false;
    auto [engine, problem] = Engine::Open(engine_options);
    EXPECT_NE(engine, nullptr) << problem;
    return std::move(engine);
  }

  static void ExpectFigures(const Result& result, std::uint64_t every) {
    ASSERT_TRUE(result.journal.has_value());
    const JournalFigures& journal = *result.journal;
    EXPECT_EQ(journal.stats.failure, "");
    EXPECT_EQ(journal.orders, result.totals.of(Outcome::kConfirmed) + result.totals.of(Outcome::kAwaitingPayment) +
                                  result.totals.of(Outcome::kAwaitingAcceptance));
    // A placed order is one change or more, and each was written once.
    EXPECT_GE(journal.stats.changes, journal.orders);
    EXPECT_GT(journal.stats.blocks, 0u);
    EXPECT_GE(journal.stats.bytes, journal.stats.change_bytes);
    EXPECT_EQ(journal.stats.bytes % 4096, 0u);
    // Each thread has its first one watched, and then one in 64.
    EXPECT_GE(journal.durable.count(), journal.orders / kDurableEvery);
    EXPECT_LE(journal.durable.count(), journal.orders / kDurableEvery + every);
    EXPECT_GT(journal.durable.min(), 0u);
  }

  const program::Directory directory_;
};

TEST_F(JournalTest, WhatASaleCountsIsInItsJournal) {
  for (const std::uint64_t seed : model::Seeds(1, 2)) {
    for (const std::uint32_t batch : {1u, 64u}) {
      SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed << ", batches of " << batch);
      SaleOptions options = Sale(seed);
      options.demand.products = seed % 2 == 0 ? 1 : 50;
      options.stock /= options.demand.products;
      options.demand.batch = batch;
      options.snapshot_every_bytes = 1 << 18;
      Result result;
      ASSERT_EQ(RunSale(options, &result), "");
      EXPECT_TRUE(result.verdict.ok());
      ExpectFigures(result, options.threads);
      const std::unique_ptr<Engine> engine = Recover(options);
      ASSERT_NE(engine, nullptr);
      EXPECT_TRUE(engine->recovery().recovered);
      EXPECT_EQ(engine->recovery().events_waiting, 0u) << "all events were taken away and confirmed";
      const AuditReport audit = engine->Audit();
      EXPECT_TRUE(audit.ok());
      EXPECT_EQ(audit.products, options.demand.products);
      EXPECT_EQ(audit.sold, result.verdict.engine().sold);
      EXPECT_EQ(audit.held, result.verdict.engine().held);
      EXPECT_EQ(audit.available, result.verdict.engine().available);
      EXPECT_EQ(static_cast<std::int64_t>(audit.pending), result.verdict.engine().pending);
      EXPECT_GT(audit.sold, 0);
      fs::remove_all(options.journal);
    }
  }
}

// Confirmed late, events would fill what may wait unconfirmed, and everybody would wait for everybody.
TEST_F(JournalTest, ShortQueuesAreWaitedFor) {
  SaleOptions options = Sale(1);
  options.events_max = 1'024;
  options.stock = 1'000'000;
  options.threads = 4;
  Result result;
  ASSERT_EQ(RunSale(options, &result), "");
  EXPECT_TRUE(result.verdict.ok());
  EXPECT_EQ(result.totals.of(Outcome::kAwaitingPayment), options.orders);
  ExpectFigures(result, options.threads);
}

TEST_F(JournalTest, ATraceHasOneToo) {
  std::ostringstream text;
  text << "at_ms,product,customer,qty\n";
  for (int i = 0; i < 3'000; ++i) text << i * 600'000LL << ',' << i % 40 + 1 << ',' << i % 700 + 1 << ",2\n";
  std::istringstream in(text.str());
  const TraceRead read = ReadTrace(in, "trace.csv");
  ASSERT_EQ(read.problem, "");
  TraceOptions options;
  options.journal = (directory_.path() / "journal").string();
  Result result;
  ASSERT_EQ(RunTrace(options, read.trace, &result), "");
  EXPECT_TRUE(result.verdict.ok());
  ExpectFigures(result, options.threads);
  const std::unique_ptr<Engine> engine = Recover(options);
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(engine->Audit().sold, result.verdict.engine().sold);
}

TEST_F(JournalTest, WithoutOneThereAreNoFigures) {
  SaleOptions options = Sale(1);
  options.journal = "";
  Result result;
  ASSERT_EQ(RunSale(options, &result), "");
  EXPECT_FALSE(result.journal.has_value());
  EXPECT_EQ(Table(result).find("journal"), std::string::npos);
  EXPECT_EQ(Table(result).find("place_durable"), std::string::npos);
}

// ---- A disk that is full after so many blocks ---------------------------------------------------------------------

class FullFile final : public StorageFile {
 public:
  FullFile(std::unique_ptr<StorageFile> base, std::atomic<std::int64_t>& syncs)
      : base_(std::move(base)), syncs_(syncs) {}
  IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override { return base_->ReadAt(offset, bytes); }
  IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (syncs_.load() <= 0) return {.count = 0, .error = ENOSPC};
    return base_->WriteAt(offset, bytes);
  }
  int Sync() override {
    --syncs_;
    return base_->Sync();
  }
  int Size(std::uint64_t* size) override { return base_->Size(size); }

 private:
  const std::unique_ptr<StorageFile> base_;
  std::atomic<std::int64_t>& syncs_;
};

class FullDisk final : public Storage {
 public:
  explicit FullDisk(std::int64_t syncs) : syncs_(syncs) {}
  int MakeDirectory(const std::string& path) override { return base_.MakeDirectory(path); }
  int List(const std::string& path, std::vector<std::string>* names) override { return base_.List(path, names); }
  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override {
    std::unique_ptr<StorageFile> opened;
    const int error = base_.Open(path, mode, &opened);
    if (error == 0) *file = std::make_unique<FullFile>(std::move(opened), syncs_);
    return error;
  }
  int Rename(const std::string& from, const std::string& to) override { return base_.Rename(from, to); }
  int Remove(const std::string& path) override { return base_.Remove(path); }
  int SyncDirectory(const std::string& path) override { return base_.SyncDirectory(path); }
  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override { return base_.Lock(path, lock); }

 private:
  Storage& base_ = SystemStorage();
  std::atomic<std::int64_t> syncs_;
};

TEST_F(JournalTest, AFullDiskEndsASaleAtOnce) {
  for (const std::uint32_t batch : {1u, 64u}) {
    FullDisk disk(30);
    SaleOptions options = Sale(1);
    options.orders = 0;
    options.stock = 1'000'000'000;
    options.demand.batch = batch;
    options.storage = &disk;
    Result result;
    const std::string problem = RunSale(options, &result);
    EXPECT_TRUE(problem.starts_with("the journal failed: cannot write ")) << problem;
    EXPECT_NE(problem.find("No space left on device"), std::string::npos) << problem;
    fs::remove_all(options.journal);
  }
}

// As soon as there is room the same command runs: what is left of an engine that could not be opened is nothing.
TEST_F(JournalTest, ADirectoryInWhichNoEngineCouldOpenIsAsGoodAsNew) {
  FullDisk disk(0);
  SaleOptions options = Sale(1);
  options.storage = &disk;
  Result result;
  const std::string problem = RunSale(options, &result);
  EXPECT_TRUE(problem.starts_with("the engine refused to open: ")) << problem;
  EXPECT_FALSE(fs::is_empty(options.journal));
  EXPECT_EQ(NewDirectory()(options.journal), "");
  options.storage = nullptr;
  EXPECT_EQ(RunSale(options, &result), "");
  EXPECT_NE(NewDirectory()(options.journal), "");
}

TEST_F(JournalTest, AFullDiskEndsATrace) {
  std::ostringstream text;
  text << "at_ms,product,customer,qty\n";
  for (int i = 0; i < 20'000; ++i) text << i * 600'000LL << ',' << i % 40 + 1 << ',' << i % 700 + 1 << ",2\n";
  std::istringstream in(text.str());
  const TraceRead read = ReadTrace(in, "trace.csv");
  FullDisk disk(30);
  TraceOptions options;
  options.journal = (directory_.path() / "journal").string();
  options.storage = &disk;
  Result result;
  const std::string problem = RunTrace(options, read.trace, &result);
  EXPECT_TRUE(problem.starts_with("the journal failed: cannot write ")) << problem;
}

}  // namespace
}  // namespace flexstock::loadgen
