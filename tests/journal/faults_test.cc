// A disk that fails: at every single operation of a fixed day (a new journal, commits, changes of segments, snapshots,
// recovery) once with EIO, ENOSPC, a short write, and for good.
//
// The engine says which file and why, turns read-only if it was the journal that failed and goes on if it was only a
// snapshot, answers questions, acknowledges nothing newer and tries nothing again. Opened once more, it is what it was
// at the end of an epoch not before the last that was acknowledged.
#include "tests/journal/faults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "tests/journal/shop.h"
#include "tests/sim/forwarding_storage.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::FaultKind;
using sim::Loss;
using sim::Op;
using sim::SimStorage;

// ---- The day ------------------------------------------------------------------------------------------------------

constexpr Shop::Setup kSetup = {.seed = 11, .products = 5};
constexpr int kCommits = 60;  // three changes of segments
constexpr int kSteps = 5;

// A snapshot after these commits; nothing is left to be committed then, so that it ends no epoch whether it goes well
// or not.
bool IsSnapshotDue(int commit) { return commit == 12 || commit == 40 || commit == 50; }

struct Day {
  explicit Day(SimStorage* disk) : storage(disk) {
    auto opened = Engine::Open(OptionsOn(storage));
    engine = std::move(opened.engine);
    problem = std::move(opened.problem);
    shop.Use(engine.get());
  }

  // Until it ends or the journal fails.
  void Run() {
    for (int i = 0; i < kCommits; ++i) {
      if (!shop.Run(kSteps)) return;
      if (!IsSnapshotDue(i)) continue;
      if (!shop.Settle()) return;
      std::string wrong = shop.Snapshot();
      EXPECT_EQ(engine->Journal().snapshot_problem, wrong);
      if (!engine->Journal().failure.empty()) return;
      if (!wrong.empty()) snapshot_problems.push_back(std::move(wrong));
    }
    ended = shop.Settle();
  }

  SimStorage* const storage;
  Shop shop{kSetup};
  std::unique_ptr<Engine> engine;
  std::string problem;
  std::vector<std::string> snapshot_problems;
  bool ended = false;
};

// The same day on a good disk: what everything has to look like, and how many operations it takes.
struct Reference {
  Reference() {
    SimStorage storage(1);
    storage.record = &operations;
    Day day(&storage);
    EXPECT_EQ(day.problem, "");
    opened = operations.size();
    day.Run();
    EXPECT_TRUE(day.ended);
    EXPECT_TRUE(day.snapshot_problems.empty());
    EXPECT_EQ(day.engine->Journal().snapshots, 3u);
    EXPECT_GT(day.engine->Journal().blocks, 3 * 15u);  // a segment holds 15 of a page
    day.engine.reset();
    shop.emplace(day.shop);
    shop->Use(nullptr);
  }
  std::vector<Op> operations;
  std::size_t opened = 0;  // operations of Open
  std::optional<Shop> shop;
};

const Reference& GoodDay() {
  static const Reference reference;
  return reference;
}

// ---- What has to be so ---------------------------------------------------------------------------------------------

void ExpectReadOnly(Day* day) {
  Engine& engine = *day->engine;
  EXPECT_TRUE(SaysWhereAndWhy(engine.Journal().failure));
  const Epoch durable = engine.durable_epoch();
  const std::size_t operations = day->storage->record->size();
  const Millis now_ms = day->shop.now_ms();

  const PutProduct put{.product = ProductId{1}, .member = MemberId{101}, .stock = 9, .status = {}, .policy = {}};
  EXPECT_EQ(engine.Put(put, now_ms).code, Code::kReadOnly);
  EXPECT_EQ(engine.Place(PlaceOrder{.product = ProductId{1}, .customer = CustomerId{1}}, now_ms).code, Code::kReadOnly);
  EXPECT_EQ(engine.Advance(now_ms + 100'000), Code::kReadOnly);
  EXPECT_FALSE(engine.Commit());

  ProductView product;
  const Code found = engine.Find(ProductId{1}, &product, now_ms);
  EXPECT_TRUE(found == Code::kOk || found == Code::kUnknownProduct) << Name(found);
  for (const OrderId order : day->shop.orders()) {
    OrderView view;
    const Code code = engine.Find(order, &view, now_ms);
    EXPECT_TRUE(code == Code::kOk || code == Code::kUnknownOrder) << Name(code);
  }
  EXPECT_TRUE(engine.Audit().ok());
  EXPECT_EQ(engine.WaitDurable(durable), Code::kOk);
  EXPECT_EQ(engine.WaitDurable(durable + 1), Code::kReadOnly);
  std::optional<Code> told;
  engine.NotifyDurable(durable + 1, [&](Code code) { told = code; });
  EXPECT_EQ(told, Code::kReadOnly);
  EXPECT_NE(engine.Snapshot(), "");
  EXPECT_EQ(engine.durable_epoch(), durable);

  day->engine.reset();
  // A snapshot may have been begun, and not been ended; the journal has not been touched.
  const auto& record = *day->storage->record;
  EXPECT_EQ(std::count(record.begin() + static_cast<std::ptrdiff_t>(operations), record.end(), Op::kSync), 0);
  EXPECT_EQ(std::count(record.begin() + static_cast<std::ptrdiff_t>(operations), record.end(), Op::kRename), 0);
}

// The disk, in order again, holds what was acknowledged, and an end of an epoch.
void ExpectRecovers(SimStorage* storage, Epoch acknowledged) {
  auto [engine, problem] = Engine::Open(OptionsOn(storage));
  ASSERT_NE(engine, nullptr) << problem;
  EXPECT_GE(engine->recovery().epoch, acknowledged);
  // An engine that was never opened has left nothing, or an empty journal.
  if (engine->recovery().epoch != 0) {
    EXPECT_EQ(GoodDay().shop->Compare(*engine), "");
  }
  // It goes on.
  const PutProduct put{.product = ProductId{77}, .member = MemberId{7}, .stock = 5, .status = {}, .policy = {}};
  EXPECT_EQ(engine->Put(put, 1'000'000).code, Code::kOk);
  EXPECT_TRUE(engine->Commit());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(engine->Snapshot(), "");
}

class FaultsTest : public testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] static FaultKind kind() { return kKinds[GetParam()]; }
};

TEST_P(FaultsTest, AtEveryOperationOfADay) {
  const std::size_t count = GoodDay().operations.size();
  std::size_t refused = 0, read_only = 0, snapshots = 0;
  for (std::size_t i = 0; i < count * kEnds; ++i) {
    const std::size_t at = i / kEnds;
    SCOPED_TRACE("operation " + std::to_string(at) + " of " + std::to_string(count));
    SimStorage storage(i);
    std::vector<Op> record;
    storage.record = &record;
    storage.Arm({.at = at, .kind = kind()});
    Epoch acknowledged = 0;
    {
      Day day(&storage);
      if (day.engine == nullptr) {
        ++refused;
        EXPECT_LT(at, GoodDay().opened);
        EXPECT_TRUE(SaysWhereAndWhy(day.problem));
      } else {
        day.Run();
        acknowledged = day.engine->durable_epoch();
        for (const std::string& problem : day.snapshot_problems) {
          ++snapshots;
          EXPECT_TRUE(SaysWhereAndWhy(problem));
        }
        if (!day.ended) {
          ++read_only;
          ExpectReadOnly(&day);
        } else {
          EXPECT_EQ(acknowledged, GoodDay().shop->newest());
        }
      }
    }
    EndLife(&storage, i % kEnds);
    storage.record = nullptr;
    ExpectRecovers(&storage, acknowledged);
    if (HasFailure()) return;
  }
  std::printf("%zu days: %zu refused, %zu made the engine read-only, %zu cost a snapshot\n", count * kEnds, refused,
              read_only, snapshots);
  EXPECT_EQ(refused, GoodDay().opened * kEnds);
  EXPECT_GT(read_only, 2 * 3 * 15 * kEnds);  // a write and a sync of each block, at least
  EXPECT_GT(snapshots, 0u);
}

// ---- While it recovers ----------------------------------------------------------------------------------------------

// A journal with a snapshot, killed.
std::unique_ptr<SimStorage> KilledDisk() {
  auto storage = std::make_unique<SimStorage>(5);
  Day day(storage.get());
  day.Run();
  EXPECT_TRUE(day.ended);
  Abandon(storage.get(), &day.engine);
  storage->PowerLoss(Loss::kAll);
  return storage;
}

TEST_P(FaultsTest, AtEveryOperationOfRecovery) {
  const std::unique_ptr<SimStorage> disk = KilledDisk();
  const Epoch acknowledged = GoodDay().shop->newest();
  std::vector<Op> operations;
  {
    const std::unique_ptr<SimStorage> copy = disk->Copy();
    copy->record = &operations;
    const auto [engine, problem] = Engine::Open(OptionsOn(copy.get()));
    ASSERT_NE(engine, nullptr) << problem;
    copy->record = nullptr;
  }
  ASSERT_GT(std::count(operations.begin(), operations.end(), Op::kRead), 5);
  ASSERT_GT(std::count(operations.begin(), operations.end(), Op::kWrite), 0);
  for (std::size_t at = 0; at < operations.size(); ++at) {
    SCOPED_TRACE("operation " + std::to_string(at) + " of " + std::to_string(operations.size()));
    const std::unique_ptr<SimStorage> copy = disk->Copy();
    copy->Arm({.at = copy->operations() + at, .kind = kind()});
    {
      const auto [engine, problem] = Engine::Open(OptionsOn(copy.get()));
      EXPECT_EQ(engine, nullptr);
      EXPECT_TRUE(SaysWhereAndWhy(problem));
    }
    // And nothing has become worse.
    EndLife(copy.get(), at % kEnds);
    ExpectRecovers(copy.get(), acknowledged);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FaultsTest, testing::Range(std::size_t{0}, std::size(kKinds)));

// ---- Full ----------------------------------------------------------------------------------------------------------

// A disk that is full from some size on, before and while the engine runs.
TEST(FullDiskTest, IsSaidOfTheFileThatDoesNotFit) {
  std::size_t refused = 0, read_only = 0;
  for (std::uint64_t space = 0; space <= 512u << 10; space += 4'000) {
    SCOPED_TRACE(std::to_string(space) + " bytes");
    SimStorage storage(space);
    std::vector<Op> record;
    storage.record = &record;
    storage.SetSpace(space);
    Epoch acknowledged = 0;
    {
      Day day(&storage);
      if (day.engine == nullptr) {
        ++refused;
        EXPECT_TRUE(SaysWhereAndWhy(day.problem));
        EXPECT_NE(day.problem.find("/journal-0000000000000"), std::string::npos) << day.problem;
        EXPECT_NE(day.problem.find("No space left on device"), std::string::npos) << day.problem;
      } else {
        day.Run();
        acknowledged = day.engine->durable_epoch();
        if (!day.ended) {
          ++read_only;
          ExpectReadOnly(&day);
        }
      }
    }
    storage.SetSpace(std::uint64_t{1} << 40);
    storage.PowerLoss(Loss::kSome);
    storage.record = nullptr;
    ExpectRecovers(&storage, acknowledged);
    if (HasFailure()) return;
  }
  EXPECT_GT(refused, 16u);  // two segments do not fit
  EXPECT_GT(read_only, 0u);
}

// ---- Short reads ---------------------------------------------------------------------------------------------------

// A storage whose n-th read gives less than it could, or nothing at all.
class ShortReads final : public sim::ForwardingStorage {
 public:
  ShortReads(Storage& storage, std::uint64_t at, bool nothing)
      : ForwardingStorage(storage), at_(at), nothing_(nothing) {}
  [[nodiscard]] std::uint64_t reads() const { return reads_; }

 private:
  class File final : public sim::ForwardingFile {
   public:
    File(ShortReads& all, std::unique_ptr<StorageFile> file) : ForwardingFile(std::move(file)), all_(all) {}
    IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override {
      if (all_.reads_++ == all_.at_) {
        if (all_.nothing_) return {};
        bytes = bytes.first(std::max<std::size_t>(1, bytes.size() / 3));
      }
      return ForwardingFile::ReadAt(offset, bytes);
    }

   private:
    ShortReads& all_;
  };

  std::unique_ptr<StorageFile> Wrap(const std::string& /*path*/, OpenMode /*mode*/,
                                    std::unique_ptr<StorageFile> file) override {
    return std::make_unique<File>(*this, std::move(file));
  }

  const std::uint64_t at_;
  const bool nothing_;
  std::uint64_t reads_ = 0;
};

TEST(ShortReadsTest, AreReadOnOrRefused) {
  const std::unique_ptr<SimStorage> disk = KilledDisk();
  std::size_t went_well = 0;
  for (const bool nothing : {false, true}) {
    for (std::uint64_t at = 0;; ++at) {
      SCOPED_TRACE("read " + std::to_string(at));
      const std::unique_ptr<SimStorage> copy = disk->Copy();
      ShortReads storage(*copy, at, nothing);
      const auto [engine, problem] = Engine::Open(OptionsOn(&storage));
      if (engine != nullptr) {
        EXPECT_FALSE(nothing && storage.reads() > at);
        EXPECT_EQ(GoodDay().shop->Compare(*engine), "");
        EXPECT_EQ(engine->recovery().epoch, GoodDay().shop->newest());
        ++went_well;
        if (storage.reads() <= at) break;  // it was never reached: that were all
      } else {
        EXPECT_NE(problem.find(std::string(kDirectory) + "/"), std::string::npos) << problem;
        EXPECT_NE(problem.find(": at "), std::string::npos) << problem;
      }
      ASSERT_FALSE(HasFailure());
    }
  }
  EXPECT_GT(went_well, 5u);
}

}  // namespace
}  // namespace flexstock::journal
