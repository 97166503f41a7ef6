// From one life of a journal to the next: what may change in between, what time it is then, who has a key, and that
// being opened over and over harms nothing.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "engine/journal/format.h"
#include "tests/journal/shop.h"
#include "tests/program/program.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::FaultKind;
using sim::Loss;
using sim::SimStorage;

constexpr CustomerId kCustomer{1};

// One engine after another on one disk.
class NextLifeTest : public testing::Test {
 protected:
  void Open() {
    engine_.reset();
    auto [engine, problem] = Engine::Open(options_);
    ASSERT_EQ(problem, "");
    engine_ = std::move(engine);
  }
  // The power goes, with everything on the disk that was committed.
  void Reopen() {
    ASSERT_TRUE(engine_->Commit());
    Abandon(&storage_, &engine_);
    storage_.PowerLoss(Loss::kAll);
    Open();
  }
  void Put(std::int64_t product, Units stock, Millis at_ms, Millis hold_ms = 0) {
    ASSERT_TRUE(engine_
                    ->Put({.product = ProductId{product},
                           .member = MemberId{7},
                           .stock = stock,
                           .status = {},
                           .policy = {.checkout_hold_ms = hold_ms}},
                          at_ms)
                    .ok());
  }
  PlaceResult Place(std::int64_t product, Millis at_ms, OrderKey key = {}) {
    return engine_->Place({.product = ProductId{product}, .customer = kCustomer, .qty = 1, .key = key}, at_ms);
  }
  // Two products of different shards.
  void FindTwoShards() {
    Put(1, 100, 0);
    const auto shard_of = [&](std::int64_t product) {
      const std::vector<ShardStats> before = engine_->Stats();
      Put(product, 100, 0);
      const std::vector<ShardStats> after = engine_->Stats();
      for (std::size_t i = 0; i < after.size(); ++i) {
        if (after[i].products != before[i].products) return i;
      }
      return after.size();
    };
    const std::size_t first = shard_of(2);
    one_ = 2;
    for (other_ = 3; shard_of(other_) == first; ++other_) ASSERT_LT(other_, 50);
  }

  SimStorage storage_{1};
  Options options_ = OptionsOn(&storage_);
  std::unique_ptr<Engine> engine_;
  std::int64_t one_ = 0, other_ = 0;
};

// ---- Time -----------------------------------------------------------------------------------------------------------

// Each shard goes on from its own time: streams that feed the engine at different times do not feel the restart.
TEST_F(NextLifeTest, EachShardGoesOnFromItsOwnTime) {
  for (const bool snapshot : {false, true}) {
    SCOPED_TRACE(snapshot ? "with a snapshot" : "without");
    storage_.PowerLoss(Loss::kNone);
    for (const auto& file : storage_.Files()) storage_.RemoveFile(file.path);
    Open();
    FindTwoShards();
    Put(one_, 100, 5'000, 100);
    Put(other_, 100, 1'000, 100);
    const PlaceResult lagging = Place(other_, 1'100);  // until 1'200
    ASSERT_EQ(lagging.deadline_ms, 1'200);
    if (snapshot) {
      ASSERT_EQ(engine_->Snapshot(), "");
    }
    Reopen();
    EXPECT_EQ(Place(other_, 1'150).deadline_ms, 1'250);
    EXPECT_EQ(engine_->Pay(lagging.order, 1'199).state, OrderState::kConfirmed);
    EXPECT_EQ(Place(other_, 1'000).deadline_ms, 1'299);  // it has seen 1'199
    EXPECT_EQ(Place(one_, 1'000).deadline_ms, 5'100);    // and that one 5'000
    EXPECT_TRUE(engine_->Audit().ok());
  }
}

// ---- Keys and retention ---------------------------------------------------------------------------------------------

// That an order was forgotten is written nowhere. Its key went to another order, of the same shard or another one; then
// both are there again, under a longer retention. The key finds the later one.
TEST_F(NextLifeTest, AKeyThatWasUsedAgainFindsTheLaterOrder) {
  const OrderKey key{.hi = 1, .lo = 2};
  for (const bool same_shard : {true, false}) {
    for (const bool snapshot : {false, true}) {
      for (const bool back : {false, true}) {  // which of the two shards is restored first
        SCOPED_TRACE(std::string(same_shard ? "same shard" : "another shard") + (snapshot ? ", snapshot" : "") +
                     (back ? ", back" : ""));
        storage_.PowerLoss(Loss::kNone);
        for (const auto& file : storage_.Files()) storage_.RemoveFile(file.path);
        options_.retention_ms = 10;
        Open();
        FindTwoShards();
        const std::int64_t before = back ? other_ : one_;
        const std::int64_t after = same_shard ? before : back ? one_ : other_;
        const OrderId first = Place(before, 100, key).order;
        ASSERT_TRUE(Place(before, 100).ok());  // its slot is free before the first one's
        ASSERT_TRUE(engine_->Advance(1'000) == Code::kOk);
        const PlaceResult second = Place(after, 1'000, key);
        ASSERT_TRUE(second.ok());
        ASSERT_FALSE(second.duplicate);
        ASSERT_NE(second.order, first);
        if (snapshot) {
          ASSERT_EQ(engine_->Snapshot(), "");
        }
        options_.retention_ms = 1'000'000;
        for (int life = 0; life < 2; ++life) {
          Reopen();
          OrderView view;
          ASSERT_EQ(engine_->Find(key, &view, 1'000), Code::kOk);
          EXPECT_EQ(view.order, second.order);
          EXPECT_EQ(view.key, key);
          EXPECT_TRUE(Place(after, 1'000, key).duplicate);
          if (engine_->Find(first, &view, 1'000) == Code::kOk) {
            EXPECT_EQ(view.key, key);  // as it was told when it was placed
          }
          EXPECT_TRUE(engine_->Audit().ok());
          ASSERT_EQ(engine_->Snapshot(), "");
        }
        // Forgotten for good, it takes nobody's key with it.
        options_.retention_ms = 10;
        Reopen();
        ASSERT_EQ(engine_->Advance(1'009), Code::kOk);
        EXPECT_TRUE(Place(after, 1'009, key).duplicate);
        ASSERT_EQ(engine_->Advance(1'010), Code::kOk);
        EXPECT_FALSE(Place(after, 1'010, key).duplicate);
        EXPECT_TRUE(engine_->Audit().ok());
      }
    }
  }
}

// ---- Segments -------------------------------------------------------------------------------------------------------

TEST_F(NextLifeTest, SegmentsOfAnotherSizeAreNotUsedAgain) {
  Units stock = 0;
  for (const std::uint64_t kib : {64, 256, 128, 64, 256}) {
    options_.journal_segment_bytes = kib << 10;
    Open();
    for (int i = 0; i < 200; ++i) {
      Put(1, ++stock, 1);
      ASSERT_TRUE(engine_->Commit());
      if (i % 64 == 60) {
        ASSERT_EQ(engine_->Snapshot(), "");
      }
    }
    Reopen();
    ProductView view;
    ASSERT_EQ(engine_->Find(ProductId{1}, &view, 1), Code::kOk);
    ASSERT_EQ(view.available, stock);
  }
}

// More of one segment than is worked on at a time.
TEST_F(NextLifeTest, AFullSegmentComesBackInSeveralParts) {
  options_.journal_segment_bytes = 8 << 20;
  Open();
  constexpr Units kEpochs = 1'500;  // of a page
  for (Units stock = 1; stock <= kEpochs; ++stock) {
    Put(1, stock, 1);
    ASSERT_TRUE(engine_->Commit());
  }
  Reopen();
  ProductView view;
  ASSERT_EQ(engine_->Find(ProductId{1}, &view, 1), Code::kOk);
  EXPECT_EQ(view.available, kEpochs);
  EXPECT_EQ(engine_->recovery().changes, static_cast<std::uint64_t>(kEpochs));
}

// A segment that was made smaller is not filled beyond that: what was cut from there would not be missed.
TEST_F(NextLifeTest, ASegmentIsFilledToItsOwnSize) {
  options_.journal_segment_bytes = 64 << 10;
  Open();
  Put(1, 1, 1);
  Reopen();
  options_.journal_segment_bytes = 256 << 10;
  Reopen();
  for (Units stock = 1; stock < 120; ++stock) {
    Put(1, stock, 1);
    ASSERT_TRUE(engine_->Commit());
  }
  Abandon(&storage_, &engine_);
  storage_.PowerLoss(Loss::kAll);
  int small = 0;
  for (const auto& file : storage_.Files()) {
    FileHeader header;
    std::uint64_t hash = 0;
    if (file.path.find("/journal-") == std::string::npos) continue;
    ASSERT_EQ(TakeFileHeader(storage_.Bytes(file.path), &header, &hash), "");
    EXPECT_EQ(file.size, header.bytes) << file.path;
    small += header.bytes == 64 << 10 ? 1 : 0;
  }
  EXPECT_GE(small, 2);  // the one that was written, and the one that was ready
}

// A block that is longer than a segment has a file of its own, which has grown. A file system whose blocks are smaller
// than a page may keep what was written of it, and not the zeros behind.
TEST_F(NextLifeTest, ABlockThatIsLongerThanASegmentComesBack) {
  for (const bool cut : {false, true}) {
    SCOPED_TRACE(cut ? "without the zeros behind it" : "whole");
    storage_.PowerLoss(Loss::kNone);
    for (const auto& file : storage_.Files()) storage_.RemoveFile(file.path);
    options_.changes_max = 1 << 14;
    Open();
    Put(1, 10'000, 1);
    ASSERT_TRUE(engine_->Commit());
    constexpr std::uint64_t kOrders = 3'000;
    for (std::uint64_t i = 1; i <= kOrders; ++i) ASSERT_TRUE(Place(1, 1, {.hi = 9, .lo = i}).ok());
    ASSERT_TRUE(engine_->Commit());
    Abandon(&storage_, &engine_);
    storage_.PowerLoss(Loss::kAll);
    std::string longest;
    std::uint64_t size = 0;
    for (const auto& file : storage_.Files()) {
      if (file.size > size) longest = file.path, size = file.size;
    }
    ASSERT_GT(size, options_.journal_segment_bytes + kPage);
    if (cut) {
      BlockHeader header;
      std::uint64_t hash = 0;
      ASSERT_TRUE(TakeBlockHeader(std::span(storage_.Bytes(longest)).subspan(kPage), &header, &hash));
      const std::uint64_t end = kPage + kBlockHeaderBytes + header.payload_bytes;
      ASSERT_GT(end, options_.journal_segment_bytes);
      ASSERT_NE(end % kPage, 0u);
      storage_.Truncate(longest, end);
    }
    Open();
    EXPECT_EQ(engine_->recovery().torn, "");
    for (int life = 0; life < 2; ++life) {
      ProductView view;
      ASSERT_EQ(engine_->Find(ProductId{1}, &view, 1), Code::kOk);
      EXPECT_EQ(view.sold, static_cast<Units>(kOrders) + life);
      EXPECT_TRUE(Place(1, 1, {.hi = 9, .lo = kOrders}).duplicate);
      ASSERT_TRUE(Place(1, 1).ok());
      Reopen();
    }
    // And its file is not used again.
    ASSERT_EQ(engine_->Snapshot(), "");
    for (int i = 0; i < 60; ++i) {
      Put(1, 5, 1);
      ASSERT_TRUE(engine_->Commit());
      ASSERT_EQ(engine_->Snapshot(), "");
    }
    for (const auto& file : storage_.Files()) EXPECT_LE(file.size, options_.journal_segment_bytes) << file.path;
    Reopen();
  }
}

// ---- Over and over --------------------------------------------------------------------------------------------------

// A sync has failed, and the block is in the page cache alone. The next engine reads it back and writes it behind
// itself; it has answered from it when it is killed. The next one is torn away while it does the same: the copy that is
// on the disk must still be there.
TEST_F(NextLifeTest, ACopyIsNotWrittenOverTheOnlyOneOnTheDisk) {
  int interrupted = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    for (std::uint64_t at = 0; at < 40; ++at) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", operation " + std::to_string(at));
      SimStorage storage(seed);
      options_ = OptionsOn(&storage);
      Open();
      Put(1, 100, 1);
      ASSERT_TRUE(engine_->Commit());
      storage.Arm({.at = storage.operations() + 1, .kind = FaultKind::kError});  // the write, the sync
      Put(1, 200, 1);
      ASSERT_FALSE(engine_->Commit());
      Abandon(&storage, &engine_);
      storage.Kill();
      Open();
      const Epoch answered = engine_->recovery().epoch;
      Abandon(&storage, &engine_);
      storage.Kill();
      storage.Arm({.at = storage.operations() + at, .kind = FaultKind::kCrash});
      engine_ = Engine::Open(options_).engine;
      storage.DisarmAll();
      interrupted += engine_ == nullptr ? 1 : 0;
      Abandon(&storage, &engine_);
      storage.PowerLoss(seed % 2 == 0 ? Loss::kTorn : Loss::kSome);
      Open();
      EXPECT_EQ(engine_->recovery().epoch, answered);
      engine_.reset();
    }
  }
  EXPECT_GT(interrupted, 12);
}

TEST_F(NextLifeTest, OpenedOverAndOverItFillsSegmentAfterSegment) {
  Open();
  Put(1, 100, 1);
  ASSERT_TRUE(engine_->Commit());
  for (int life = 0; life < 100; ++life) {
    Abandon(&storage_, &engine_);
    life % 2 == 0 ? storage_.Kill() : storage_.PowerLoss(Loss::kAll);
    Open();
    ProductView view;
    ASSERT_EQ(engine_->Find(ProductId{1}, &view, 1), Code::kOk);
    ASSERT_EQ(view.available, 100);
    if (life % 40 == 39) {
      ASSERT_EQ(engine_->Snapshot(), "");
      EXPECT_EQ(engine_->Journal().segments, 2u);
    }
  }
}

// A segment that is used again shows, behind the last block, that the engine was once closed: in the same epoch, but
// not behind this block.
TEST_F(NextLifeTest, ThatItWasClosedInAnEarlierLifeOfASegmentIsNoDamage) {
  Open();
  Put(1, 100, 1);
  ASSERT_TRUE(engine_->Commit());
  engine_.reset();  // the epoch's block, and that it was closed
  Open();           // a copy
  engine_.reset();  // closed once more
  const std::string path = std::string(kDirectory) + "/" + SegmentName(1);
  std::vector<std::uint64_t> closed;
  for (std::uint64_t at = kPage; at < storage_.Bytes(path).size(); at += kPage) {
    BlockHeader header;
    std::uint64_t hash = 0;
    const std::span<const std::byte> bytes = storage_.Bytes(path);
    if (TakeBlockHeader(bytes.subspan(at), &header, &hash) && header.kind == BlockKind::kClosed) closed.push_back(at);
  }
  ASSERT_EQ(closed.size(), 3u);
  storage_.LosePage(path, closed.back() + kPage, closed.front());
  Open();
  ProductView view;
  ASSERT_EQ(engine_->Find(ProductId{1}, &view, 1), Code::kOk);
  EXPECT_EQ(view.available, 100);
}

// What the journal has grown by before counts: an engine that is opened every day takes a snapshot all the same.
TEST(NextLifeWithThreadsTest, ASnapshotIsDueHoweverOftenItIsOpened) {
  const program::Directory directory;
  Options options = OptionsOn(nullptr);
  options.journal_dir = (directory.path() / "journal").string();
  options.clock = nullptr;
  options.background = true;
  options.snapshot_every_bytes = 400 << 10;  // of pages of 4 KiB: more than any life writes
  std::uint64_t blocks = 0, snapshots = 0;
  for (int life = 0; life < 4 && snapshots == 0; ++life) {
    auto [engine, problem] = Engine::Open(options);
    ASSERT_EQ(problem, "");
    for (int i = 0; i < 50; ++i) {
      const CommandResult put =
          engine->Put({.product = ProductId{1}, .member = MemberId{7}, .stock = i, .status = {}, .policy = {}});
      ASSERT_EQ(engine->WaitDurable(put.epoch), Code::kOk);
    }
    blocks += engine->Journal().blocks;
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (blocks > 100 && engine->Journal().snapshots == 0 && std::chrono::steady_clock::now() < latest) {
      std::this_thread::yield();
    }
    snapshots = engine->Journal().snapshots;
  }
  EXPECT_GT(snapshots, 0u);
  const auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  EXPECT_GT(engine->Journal().snapshot_epoch, 0u);
  EXPECT_GT(engine->Journal().snapshot_bytes, 0u);
}

}  // namespace
}  // namespace flexstock::journal
