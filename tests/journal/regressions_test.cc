// What the simulator (tests/sim) has found, each as small as it can be told.
#include <gtest/gtest.h>

#include <map>

#include "engine/journal/format.h"
#include "tests/journal/shop.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::FaultKind;
using sim::Loss;
using sim::SimStorage;

constexpr std::uint64_t kSegmentBytes = 64 << 10;
constexpr int kBlocksOfASegment = static_cast<int>(kSegmentBytes / kPage - 1);  // of one page each

// An engine whose every epoch sets the stock of one product to a number of its own, in one block of one page.
class Counter {
 public:
  explicit Counter(std::uint64_t seed = 1) : storage(seed) {}

  [[nodiscard]] testing::AssertionResult Open() {
    engine_.reset();
    auto [engine, problem] = Engine::Open(OptionsOn(&storage, 1));
    engine_ = std::move(engine);
    if (engine_ == nullptr) return testing::AssertionFailure() << problem;
    const Epoch epoch = engine_->recovery().epoch;
    ProductView view;
    const Code code = engine_->Find(kProduct, &view, 1'000);
    if (epoch == 0) return code == Code::kUnknownProduct ? testing::AssertionSuccess() : testing::AssertionFailure();
    if (code != Code::kOk || view.available != stock_.at(epoch)) {
      return testing::AssertionFailure() << "epoch " << epoch << " has a stock of " << view.available;
    }
    return testing::AssertionSuccess();
  }
  // False: the journal has failed.
  bool Commit() {
    const CommandResult result = PutStock(engine_.get(), ++next_, 1'000);
    if (!result.ok()) return false;
    stock_[result.epoch] = next_;
    return engine_->Commit();
  }
  void Commit(int times) {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(Commit());
  }
  void Close() { engine_.reset(); }
  // The process is gone, or the machine.
  void Kill() {
    Abandon(&storage, &engine_);
    storage.Kill();
  }
  void PowerLoss(Loss loss) {
    Abandon(&storage, &engine_);
    storage.PowerLoss(loss);
  }

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] Epoch recovered() const { return engine_->recovery().epoch; }
  [[nodiscard]] const std::string& torn() const { return engine_->recovery().torn; }
  [[nodiscard]] static std::string Segment(std::uint64_t number) {
    return std::string(kDirectory) + "/" + SegmentName(number);
  }

  SimStorage storage;

 private:
  std::unique_ptr<Engine> engine_;
  Units next_ = 100;
  std::map<Epoch, Units> stock_;
};

// ---- (a) ------------------------------------------------------------------------------------------------------------

// An epoch has two images of a product, and between them an order was filled from what the first one had brought: if
// only the last image is written, the order takes units that are not there.
TEST(RegressionTest, AnImageWithAFilledOrderBehindItIsNotSuperseded) {
  SimStorage storage(1);
  Options options = OptionsOn(&storage, 1);
  options.policy.fill_on_restock = FillOnRestock::kFifo;
  OrderId order{};
  {
    auto [engine, problem] = Engine::Open(options);
    ASSERT_EQ(problem, "");
    ASSERT_TRUE(PutStock(engine.get(), 0).ok());
    const PlaceResult placed = engine->Place({.product = kProduct, .customer = CustomerId{1}, .qty = 3}, 2);
    ASSERT_EQ(placed.state, OrderState::kAwaitingAcceptance);
    order = placed.order;
    ASSERT_TRUE(engine->Commit());
    ASSERT_TRUE(engine->Adjust({.product = kProduct, .by = 3}, 3).ok());
    OrderView view;
    ASSERT_EQ(engine->Find(order, &view, 3), Code::kOk);
    ASSERT_EQ(view.taken, 3);
    ASSERT_TRUE(engine->Adjust({.product = kProduct, .by = 5}, 4).ok());
    ASSERT_TRUE(engine->Adjust({.product = kProduct, .by = -1}, 4).ok());  // and one that is superseded
    ASSERT_TRUE(engine->Commit());
    ASSERT_EQ(engine->Journal().blocks, 2u);
  }
  auto [engine, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  ProductView product;
  ASSERT_EQ(engine->Find(kProduct, &product, 4), Code::kOk);
  EXPECT_EQ(product.available, 4);
  EXPECT_EQ(product.held, 3);
  EXPECT_EQ(product.supplied, 7);
  OrderView view;
  ASSERT_EQ(engine->Find(order, &view, 4), Code::kOk);
  EXPECT_EQ(view.state, OrderState::kAwaitingPayment);
  EXPECT_TRUE(engine->Audit().ok());
}

// ---- (b) ------------------------------------------------------------------------------------------------------------

// A segment is as long as it was made before it has its name. A shorter one has been cut, and what is missing may have
// been blocks, though what is missing now were zeros.
TEST(RegressionTest, ASegmentThatWasCutIsRefusedThoughNothingButZerosIsMissing) {
  for (const std::uint64_t number : {1, 2}) {
    for (const std::uint64_t size : {kSegmentBytes - 1, kSegmentBytes - kPage, 6 * kPage}) {
      Counter counter;
      ASSERT_TRUE(counter.Open());
      counter.Commit(5);
      counter.PowerLoss(Loss::kAll);
      counter.storage.Truncate(Counter::Segment(number), size);
      const auto opened = Engine::Open(OptionsOn(&counter.storage, 1));
      EXPECT_EQ(opened.engine, nullptr);
      EXPECT_EQ(opened.problem.find(Counter::Segment(number) + ": at " + std::to_string(size) + ": "), 0u)
          << opened.problem;
      EXPECT_NE(opened.problem.find("it has been cut"), std::string::npos) << opened.problem;
    }
  }
}

// ---- (c) ------------------------------------------------------------------------------------------------------------

// A sync fails: the block is in the page cache, taken for clean, and not on the disk, or in part. The process is
// killed, the next one reads the block back and answers from it; then the power goes. Whatever was answered must stay.
TEST(RegressionTest, ABlockWhoseSyncFailedIsWrittenOnceMore) {
  int came_back = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    for (const int before : {1, 2, kBlocksOfASegment - 1, kBlocksOfASegment}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(before) + " blocks");
      Counter counter(seed);
      ASSERT_TRUE(counter.Open());
      counter.Commit(before - 1);
      const Epoch acknowledged = counter.engine().durable_epoch();
      counter.storage.Arm({.at = counter.storage.operations() + 1, .kind = FaultKind::kError});  // write, sync
      ASSERT_FALSE(counter.Commit());
      ASSERT_NE(counter.engine().Journal().failure.find("cannot sync "), std::string::npos);
      counter.Kill();
      ASSERT_TRUE(counter.Open());
      const Epoch answered = counter.recovered();
      EXPECT_EQ(answered, acknowledged + 1);  // from the page cache
      counter.PowerLoss(Loss::kAll);
      ASSERT_TRUE(counter.Open());
      EXPECT_EQ(counter.recovered(), answered);
      came_back += counter.torn().empty() ? 1 : 0;
      ASSERT_TRUE(counter.Commit());
    }
  }
  EXPECT_GT(came_back, 0);
}

// ---- (d) ------------------------------------------------------------------------------------------------------------

// The copy of the last block did not fit behind it, so it opens the next segment. A snapshot is taken at once: it
// begins in that segment, whose chain goes on from the block before the copied one or from that itself.
TEST(RegressionTest, ASnapshotRightBehindACopyAtTheBeginningOfASegment) {
  for (int blocks = 1; blocks <= 2 * kBlocksOfASegment + 2; ++blocks) {
    for (const int behind : {0, 1, 20}) {
      SCOPED_TRACE(std::to_string(blocks) + " blocks, " + std::to_string(behind) + " behind the snapshot");
      Counter counter;
      ASSERT_TRUE(counter.Open());
      counter.Commit(blocks);
      counter.Kill();
      ASSERT_TRUE(counter.Open());
      ASSERT_EQ(counter.engine().Snapshot(), "");
      if (blocks % kBlocksOfASegment == 0) {
        // It is so: the segment of the last block is gone, and the copy is all there is of it.
        EXPECT_EQ(counter.engine().Journal().segments, 2u);
      }
      counter.Commit(behind);
      const Epoch last = counter.engine().durable_epoch();
      counter.PowerLoss(Loss::kAll);
      ASSERT_TRUE(counter.Open());
      EXPECT_EQ(counter.recovered(), last);
      EXPECT_EQ(counter.torn(), "");
      // And once more, from where that one has put its copy.
      ASSERT_EQ(counter.engine().Snapshot(), "");
      counter.Kill();
      ASSERT_TRUE(counter.Open());
      EXPECT_EQ(counter.recovered(), last);
    }
  }
}

// ---- (e) ------------------------------------------------------------------------------------------------------------

// Behind a copy, the next block is not where the last block ends. Damaged there, it is torn as it would be anywhere.
TEST(RegressionTest, ADamagedBlockBehindACopyIsSaidToBeTorn) {
  const auto make = [] {
    auto counter = std::make_unique<Counter>();
    EXPECT_TRUE(counter->Open());
    counter->Commit(3);  // pages 1 .. 3
    counter->Kill();
    EXPECT_TRUE(counter->Open());  // the copy: page 4
    counter->Commit(1);            // page 5
    counter->PowerLoss(Loss::kAll);
    return counter;
  };
  const std::string path = Counter::Segment(1);
  std::uint64_t bytes = 0;
  {
    const auto counter = make();
    BlockHeader header;
    std::uint64_t hash = 0;
    ASSERT_TRUE(TakeBlockHeader(std::span(counter->storage.Bytes(path)).subspan(5 * kPage), &header, &hash));
    EXPECT_EQ(header.epoch, 4u);
    bytes = kBlockHeaderBytes + header.payload_bytes;
  }
  for (std::uint64_t bit = 0; bit < 8 * bytes; ++bit) {
    const auto counter = make();
    counter->storage.FlipBit(path, 8 * 5 * kPage + bit);
    ASSERT_TRUE(counter->Open()) << "bit " << bit;
    EXPECT_EQ(counter->recovered(), 3u);
    EXPECT_EQ(counter->torn().find(path + ": at " + std::to_string(5 * kPage) + ": "), 0u)
        << "bit " << bit << ": " << counter->torn();
  }
}

// ---- (f) ------------------------------------------------------------------------------------------------------------

// A segment that is used again holds blocks of its life before. Where the first of the new ones has not made it to the
// disk, or the copy before it, an old one shows; it is neither the next block nor a later one.
class OldBlockTest : public testing::TestWithParam<bool> {};

TEST_P(OldBlockTest, BeforeTheFirstOfASegmentThatIsUsedAgain) {
  const bool snapshot = GetParam();
  int shown = 0;
  for (int blocks = 1; blocks <= 3 * kBlocksOfASegment; ++blocks) {
    SCOPED_TRACE(std::to_string(blocks) + " blocks");
    Counter counter;
    ASSERT_TRUE(counter.Open());
    counter.Commit(2 * kBlocksOfASegment + 3);
    ASSERT_EQ(counter.engine().Snapshot(), "");  // the first two are used again
    counter.Commit(blocks);
    const Epoch last = counter.engine().durable_epoch();
    // The power goes during the next write or sync.
    counter.storage.Arm(
        {.at = counter.storage.operations() + static_cast<std::uint64_t>(blocks % 2), .kind = FaultKind::kCrash});
    ASSERT_FALSE(counter.Commit());
    counter.PowerLoss(Loss::kAll);
    ASSERT_TRUE(counter.Open());
    const Epoch back = counter.recovered();
    EXPECT_TRUE(back == last || back == last + 1);
    if (snapshot) {
      ASSERT_EQ(counter.engine().Snapshot(), "");
    }
    counter.Commit(1);
    counter.PowerLoss(Loss::kAll);

    // If a copy is the first of a segment: it is lost as well, and an old block is where it was.
    bool lost = false;
    for (const SimStorage::Listed& file : counter.storage.Files()) {
      const std::span<const std::byte> bytes = counter.storage.Bytes(file.path);
      const auto epoch_at = [&](std::uint64_t at) -> Epoch {
        BlockHeader header;
        std::uint64_t hash = 0;
        return at < bytes.size() && TakeBlockHeader(bytes.subspan(at), &header, &hash) ? header.epoch : 0;
      };
      if (epoch_at(kPage) != back || epoch_at(2 * kPage) != back + 1) continue;
      for (std::uint64_t at = 3 * kPage; at < bytes.size() && !lost; at += kPage) {
        if (epoch_at(at) == 0 || epoch_at(at) >= back) continue;
        counter.storage.LosePage(file.path, kPage, at);
        lost = true;
      }
    }
    shown += lost ? 1 : 0;
    const testing::AssertionResult opened = counter.Open();
    if (lost && snapshot) {
      // The segment of the block itself is gone: the copy was all there was.
      EXPECT_FALSE(opened);
      EXPECT_NE(std::string(opened.message()).find(": at 4096: a block is damaged or missing"), std::string::npos);
      continue;
    }
    ASSERT_TRUE(opened);
    EXPECT_EQ(counter.recovered(), back + 1);
    EXPECT_EQ(counter.torn(), "");
  }
  EXPECT_GT(shown, 0);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutSnapshot, OldBlockTest, testing::Bool());

// ---- (g) ------------------------------------------------------------------------------------------------------------

// A large block did not fit into its segment, so it was the first of the next one, and the crash has left its header and
// not the rest. What follows would fit into the segment before; there it must not go, or the header that was left would
// seem to be of a later block when the journal is opened next.
TEST(RegressionTest, WhatIsLeftOfABlockThatBeganASegmentIsWrittenOver) {
  int left = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (std::uint64_t at = 0; at < 16; ++at) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", a crash at operation " + std::to_string(at));
      Counter counter(seed);
      ASSERT_TRUE(counter.Open());
      counter.Commit(kBlocksOfASegment - 2);
      for (std::int64_t product = 2; product < 600; ++product) {
        const PutProduct put{
            .product = ProductId{product}, .member = MemberId{7}, .stock = product, .status = {}, .policy = {}};
        ASSERT_TRUE(counter.engine().Put(put, 1'000).ok());
      }
      counter.storage.Arm({.at = counter.storage.operations() + at, .kind = FaultKind::kCrash});
      if (counter.Commit()) break;
      counter.PowerLoss(Loss::kSome);
      ASSERT_TRUE(counter.Open());
      left += counter.torn().find(Counter::Segment(2)) == 0 ? 1 : 0;
      counter.Close();
      ASSERT_TRUE(counter.Open());
      EXPECT_EQ(counter.torn(), "");
      counter.Commit(kBlocksOfASegment);
      counter.PowerLoss(Loss::kAll);
      ASSERT_TRUE(counter.Open());
    }
  }
  EXPECT_GT(left, 0);
}

// ---- (h) ------------------------------------------------------------------------------------------------------------

// The copy of the last block is the first of a segment, and a snapshot that begins there makes that of the block itself
// superfluous. Used again at once, as the segment ahead, it would show the last block in the last file that there is,
// where no block ever is: as if those behind it were gone. (Found by reading.)
TEST(RegressionTest, TheSegmentOfTheLastBlockIsNotUsedAgainBeforeTheNextBlock) {
  int crashed = 0;
  for (const Loss loss : {Loss::kAll, Loss::kNone, Loss::kSome, Loss::kTorn}) {
    for (std::uint64_t at = 0;; ++at) {
      SCOPED_TRACE("a crash at operation " + std::to_string(at));
      Counter counter(at + 1);
      ASSERT_TRUE(counter.Open());
      counter.Commit(kBlocksOfASegment);
      counter.Kill();
      ASSERT_TRUE(counter.Open());
      const Epoch last = counter.recovered();
      ASSERT_EQ(counter.engine().Snapshot(), "");
      // Too much for what is left of the second segment: one is made ahead, and another begun.
      constexpr std::int64_t kMuch = std::int64_t{1} << 60;  // takes more bytes
      for (std::int64_t product = 2; product < 1'000; ++product) {
        const PutProduct put{.product = ProductId{product},
                             .member = MemberId{7},
                             .stock = kStockMax,
                             .status = {},
                             .policy = {.acceptance_window_ms = kMuch,
                                        .payment_window_ms = kMuch,
                                        .checkout_hold_ms = kMuch,
                                        .pending_limit = kMuch,
                                        .order_limit = kMuch}};
        ASSERT_TRUE(counter.engine().Put(put, 1'000).ok());
      }
      counter.storage.Arm({.at = counter.storage.operations() + at, .kind = FaultKind::kCrash});
      if (counter.Commit()) break;
      ++crashed;
      counter.PowerLoss(loss);
      ASSERT_TRUE(counter.Open());
      EXPECT_GE(counter.recovered(), last);
      EXPECT_LE(counter.recovered(), last + 1);
      // In order, and once more: nothing has been committed since.
      counter.Close();
      ASSERT_TRUE(counter.Open());
      EXPECT_EQ(counter.torn(), "");
    }
  }
  EXPECT_GT(crashed, 20);
}

// An engine that did so has left such files: they open.
TEST(RegressionTest, TheLastBlockInTheLastSegmentIsOfItsEarlierLife) {
  Counter counter;
  ASSERT_TRUE(counter.Open());
  counter.Commit(3);
  counter.PowerLoss(Loss::kAll);
  counter.storage.OverwritePage(Counter::Segment(2), 7 * kPage, Counter::Segment(1), 3 * kPage);
  for (int life = 0; life < 2; ++life) {
    ASSERT_TRUE(counter.Open());
    EXPECT_EQ(counter.recovered(), 3u + static_cast<Epoch>(life));
    EXPECT_EQ(counter.torn(), "");
    counter.Commit(1);
    counter.PowerLoss(Loss::kAll);
  }
}

}  // namespace
}  // namespace flexstock::journal
