// Files whose hashes are all right and whose contents are not: no disk makes them, but a bug may, or a hand. What they
// say is checked against what they said before: they are refused, with the place, or what opens has its books in order.
// Never a crash, never a read beyond (AddressSanitizer), never an engine that does not answer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>

#include "engine/journal/bytes.h"
#include "engine/journal/format.h"
#include "tests/journal/forgery.h"
#include "tests/journal/shop.h"
#include "tests/model/seed.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::Random;
using sim::SimStorage;

// A journal of two segments with blocks; with a snapshot, that and what is behind it.
struct Made {
  explicit Made(bool with_snapshot, int runs_behind = 6) {
    auto storage = std::make_unique<SimStorage>(7);
    Options options = OptionsOn(storage.get());
    auto [engine, problem] = Engine::Open(options);
    EXPECT_EQ(problem, "");
    shop.Use(engine.get());
    for (int i = 0; i < 25; ++i) EXPECT_TRUE(shop.Run(8));
    if (with_snapshot) {
      EXPECT_TRUE(shop.Settle());
      EXPECT_EQ(shop.Snapshot(), "");
      for (int i = 0; i < runs_behind; ++i) EXPECT_TRUE(shop.Run(8));
    }
    EXPECT_TRUE(shop.Settle());
    Abandon(storage.get(), &engine);
    storage->PowerLoss(sim::Loss::kAll);
    disk = std::move(storage);
    for (const SimStorage::Listed& file : disk->Files()) {
      if (file.path.find("/journal-") != std::string::npos) segments.push_back(file.path);
      if (file.path.find("/snapshot-") != std::string::npos) snapshot = file.path;
    }
    std::sort(segments.begin(), segments.end());
  }
  Shop shop{Shop::Setup{.seed = 21, .products = 4}};
  std::unique_ptr<SimStorage> disk;
  std::vector<std::string> segments;
  std::string snapshot;
};

// Changes a block of the journal's, by its number from the first on, and carries on the chain. False: there is none.
template <typename Change>
bool ForgeJournal(const Made& made, SimStorage* disk, std::size_t number, Change change) {
  bool done = false;
  std::uint64_t previous = 0;
  for (const std::string& path : made.segments) {
    File file(disk, path);
    if (!done && number < file.blocks.size()) {
      Forged& block = file.blocks[number];
      change(&block);
      done = true;
      // It has to stay where it is.
      if (block.payload.size() > kPage - kBlockHeaderBytes) return false;
    }
    if (!done) number -= file.blocks.size();
    if (file.blocks.empty()) continue;
    if (previous == 0) previous = file.blocks.front().header.previous;
    previous = file.Write(previous);
  }
  return done;
}
template <typename Change>
bool ForgeSnapshot(const Made& made, SimStorage* disk, std::size_t number, Change change) {
  File file(disk, made.snapshot);
  if (number >= file.blocks.size()) return false;
  change(&file.blocks[number]);
  (void)file.Write();
  return true;
}

// Empty, or what is wrong with what an engine makes of it.
std::string Judge(SimStorage* disk, bool is_snapshot, std::uint64_t* refused, std::uint64_t* opened) {
  auto [engine, problem] = Engine::Open(OptionsOn(disk));
  if (engine == nullptr) {
    ++*refused;
    const bool names = problem.find(kDirectory) == 0;
    const bool says = problem.find(": at ") != std::string::npos || problem.find("contradicts") != std::string::npos ||
                      problem.find("events are missing") != std::string::npos ||
                      problem.find("it is missing") != std::string::npos;
    return names && says ? "" : "the refusal does not say where: " + problem;
  }
  ++*opened;
  // Of a snapshot's orders it is not checked that their products have sold as much: then Audit says so.
  const bool in_order = engine->Audit().ok();
  if (!in_order && !is_snapshot) return "the books are not in order";
  // It answers, forgets, expires, and ends.
  for (std::int64_t id = 1; id <= 4; ++id) {
    ProductView view;
    (void)engine->Find(ProductId{id}, &view, 100'000);
    (void)engine->Place({.product = ProductId{id}, .customer = CustomerId{1}}, 100'001);
  }
  (void)engine->Commit();
  std::vector<Event> events(64);
  while (engine->Poll(Audience::kFeed, events) != 0) {
  }
  return engine->Audit().ok() || !in_order ? "" : "the books are not in order, later";
}

// A byte changed, moved, taken out, put in, or made an end of its range.
void Spoil(std::vector<std::byte>* payload, Random* random) {
  if (payload->empty()) {
    payload->push_back(static_cast<std::byte>(random->Next()));
    return;
  }
  const std::size_t at = random->Below(payload->size());
  const auto where = payload->begin() + static_cast<std::ptrdiff_t>(at);
  switch (random->Below(8)) {
    case 0:
      payload->erase(where);
      return;
    case 1:
      payload->insert(where, static_cast<std::byte>(random->Next()));
      return;
    case 2:
      payload->resize(at);
      return;
    case 3:
      *where = std::byte{0};
      return;
    case 4:
      *where = std::byte{0xff};
      return;
    case 5:
      *where = static_cast<std::byte>(static_cast<unsigned>(*where) + 1);
      return;
    case 6:
      *where = static_cast<std::byte>(static_cast<unsigned>(*where) - 1);
      return;
    default:
      *where ^= static_cast<std::byte>(1u << random->Below(8));
  }
}

class ForgedTest : public testing::TestWithParam<int> {
 protected:
  // Some random spoiling of random blocks.
  template <typename Forge>
  void Run(const Made& made, bool is_snapshot, std::uint64_t first_seed, std::size_t blocks, Forge forge) {
    std::uint64_t refused = 0, opened = 0;
    const auto first = first_seed + 1'000'000 * static_cast<std::uint64_t>(GetParam());
    for (const std::uint64_t seed : model::Seeds(first, 4'000 / FLEXSTOCK_FORGED_STRIDE)) {
      model::NameSeedOnAbort(seed);
      Random random(seed);
      const std::unique_ptr<SimStorage> disk = made.disk->Copy();
      const bool forged = forge(made, disk.get(), random.Below(blocks), [&](Forged* block) {
        if (random.OneIn(40)) {  // what the header says
          switch (random.Below(6)) {
            case 0:
              block->header.epoch += random.Below(3) - 1;
              return;
            case 1:
              block->header.position += random.Below(3) - 1;
              return;
            case 2:
              block->header.kind = static_cast<BlockKind>(random.Below(24));
              return;
            case 3:
              block->header.engine.lo += random.Below(2);
              return;
            case 4:
              block->header.compressed = true;
              block->header.raw_bytes = static_cast<std::uint32_t>(random.Next() >> (32 + random.Below(32)));
              return;
            default:
              return;
          }
        }
        for (std::uint64_t i = 0; i <= random.Below(3); ++i) Spoil(&block->payload, &random);
      });
      if (!forged) continue;
      const std::string wrong = Judge(disk.get(), is_snapshot, &refused, &opened);
      ASSERT_EQ(wrong, "") << "FLEXSTOCK_SEED=" << seed;
    }
    std::printf("%llu refused, %llu opened\n", static_cast<unsigned long long>(refused),
                static_cast<unsigned long long>(opened));
    if (std::getenv("FLEXSTOCK_SEED") != nullptr) return;  // one seed is one or the other
    EXPECT_GT(refused, 0u);
    EXPECT_GT(opened, 0u);
  }
};

TEST_P(ForgedTest, Journal) {
  const Made made(false);
  Run(made, false, 7'000'000'000, 25, [](auto&&... args) { return ForgeJournal(args...); });
}

TEST_P(ForgedTest, JournalBehindASnapshot) {
  const Made made(true);
  Run(made, false, 8'000'000'000, 20, [](auto&&... args) { return ForgeJournal(args...); });
}

TEST_P(ForgedTest, Snapshot) {
  const Made made(true);
  const std::size_t blocks = File(made.disk.get(), made.snapshot).blocks.size();
  ASSERT_GE(blocks, 3u * 3 + 2);
  Run(made, true, 9'000'000'000, blocks, [](auto&&... args) { return ForgeSnapshot(args...); });
}

INSTANTIATE_TEST_SUITE_P(Rounds, ForgedTest, testing::Range(0, 2));

// ---- One wrong thing at a time --------------------------------------------------------------------------------------

// What is said to a snapshot whose blocks have been changed so.
template <typename Change>
std::string RefusalOf(Change change, int runs_behind = 6) {
  const Made made(true, runs_behind);
  const std::unique_ptr<SimStorage> disk = made.disk->Copy();
  {
    File file(disk.get(), made.snapshot);
    change(&file.blocks);
    (void)file.Write();
  }
  auto [engine, problem] = Engine::Open(OptionsOn(disk.get()));
  EXPECT_EQ(engine, nullptr);
  return problem;
}
TEST(ForgedSnapshotTest, ABlockOfNoKind) {
  for (const BlockKind kind : {BlockKind::kBegin, BlockKind::kEpoch, static_cast<BlockKind>(99)}) {
    EXPECT_NE(RefusalOf([&](auto* blocks) { (*blocks)[2].header.kind = kind; }).find("of a kind that is not known"),
              std::string::npos);
  }
}

TEST(ForgedSnapshotTest, ABlockThatIsNotCompressed) {
  for (const std::uint32_t raw : {0u, 100u, (1u << 30) + 1, ~0u}) {
    for (const BlockKind kind : {BlockKind::kShard, BlockKind::kOrders, BlockKind::kEvents, BlockKind::kEnd}) {
      const std::string problem = RefusalOf([&](auto* blocks) {
        BlockHeader& header = (*blocks)[FirstOf(*blocks, kind)].header;
        header.compressed = true;
        header.raw_bytes = raw;
      });
      EXPECT_NE(problem.find(": at "), std::string::npos) << problem;
    }
  }
}

// A frame of zstd's (RFC 8878) by hand: what is in it as it is, one block.
std::vector<std::byte> Framed(std::span<const std::byte> bytes) {
  EXPECT_LT(bytes.size(), 32u);  // so that each size is a byte
  const auto size = static_cast<std::uint8_t>(bytes.size());
  // Magic; a single segment, whose size is a byte; the last block, raw.
  const std::uint8_t head[] = {0x28, 0xb5, 0x2f, 0xfd, 0x20, size, static_cast<std::uint8_t>(size << 3 | 1), 0, 0};
  std::vector<std::byte> frame(std::size(head));
  std::memcpy(frame.data(), head, std::size(head));
  frame.insert(frame.end(), bytes.begin(), bytes.end());
  return frame;
}

TEST(ForgedSnapshotTest, ABlockThatIsLongerOrShorterThanItsHeaderSays) {
  const Made made(true);
  for (const int more : {-1, 0, 1}) {
    const std::unique_ptr<SimStorage> disk = made.disk->Copy();
    File file(disk.get(), made.snapshot);
    Forged& block = file.blocks[FirstOf(file.blocks, BlockKind::kShard)];
    block.header.compressed = true;
    block.header.raw_bytes = static_cast<std::uint32_t>(static_cast<int>(block.payload.size()) + more);
    block.payload = Framed(block.payload);
    (void)file.Write();
    auto [engine, problem] = Engine::Open(OptionsOn(disk.get()));
    EXPECT_EQ(engine != nullptr, more == 0) << problem;
    EXPECT_EQ(problem.find("a block cannot be decompressed") != std::string::npos, more != 0) << problem;
  }
}

// A chunk that comes twice, is missing, or belongs to another shard.
TEST(ForgedSnapshotTest, AChunkThatContradictsTheOthers) {
  for (const BlockKind kind : {BlockKind::kOrders, BlockKind::kProducts}) {
    EXPECT_NE(RefusalOf([&](auto* blocks) {
                const std::size_t at = FirstOf(*blocks, kind);
                const Forged again = (*blocks)[at];
                blocks->insert(blocks->begin() + static_cast<std::ptrdiff_t>(at), again);
              }).find("contradicts itself"),
              std::string::npos);
    EXPECT_NE(RefusalOf([&](auto* blocks) {
                blocks->erase(blocks->begin() + static_cast<std::ptrdiff_t>(FirstOf(*blocks, kind)));
              }).find("contradict"),
              std::string::npos);
    for (const unsigned shard : {1u, 2u, 3u, 127u}) {
      EXPECT_NE(RefusalOf([&](auto* blocks) {
                  (*blocks)[FirstOf(*blocks, kind)].payload[0] = static_cast<std::byte>(shard);
                }).find(": at "),
                std::string::npos);
    }
  }
}

TEST(ForgedSnapshotTest, SomethingBehindItsEnd) {
  EXPECT_NE(RefusalOf([&](auto* blocks) { blocks->push_back(blocks->back()); }).find("what follows"),
            std::string::npos);
  EXPECT_NE(RefusalOf([&](auto* blocks) { blocks->pop_back(); }).find("it has been cut"), std::string::npos);
}

// Each block whole, and yet not where it was.
TEST(ForgedSnapshotTest, ABlockThatIsMissing) {
  const Made made(true);
  const std::unique_ptr<SimStorage> disk = made.disk->Copy();
  std::vector<std::byte> bytes = disk->Bytes(made.snapshot);
  const File file(disk.get(), made.snapshot);
  bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(file.blocks[2].offset),
              bytes.begin() + static_cast<std::ptrdiff_t>(file.blocks[3].offset));
  std::unique_ptr<StorageFile> out;
  ASSERT_EQ(disk->Open(made.snapshot, OpenMode::kCreate, &out), 0);
  ASSERT_EQ(out->WriteAt(0, bytes).count, bytes.size());
  auto [engine, problem] = Engine::Open(OptionsOn(disk.get()));
  EXPECT_EQ(engine, nullptr);
  EXPECT_NE(problem.find(made.snapshot + ": at " + std::to_string(file.blocks[2].offset) + ": a block is missing"),
            std::string::npos)
      << problem;
}

template <typename Change>
std::string RefusalOfProducts(Change change) {
  return RefusalOf([&](auto* blocks) {
    ChangeImages<shard::ProductImage>(&(*blocks)[FirstOf(*blocks, BlockKind::kProducts)], change);
  });
}
template <typename Change>
std::string RefusalOfOrders(Change change) {
  // Nothing is behind it, so that orders are as they were changed.
  return RefusalOf(
      [&](auto* blocks) { ChangeImages<shard::SlotImage>(&(*blocks)[FirstOf(*blocks, BlockKind::kOrders)], change); },
      /*runs_behind=*/0);
}

TEST(ForgedSnapshotTest, ProductsThatDoNotAddUp) {
  const std::string overflow = RefusalOfProducts(
      [](auto* images) { images->front().available = images->front().held = std::numeric_limits<Units>::max(); });
  EXPECT_NE(overflow.find("contradicts itself"), std::string::npos) << overflow;
  const std::string sum = RefusalOfProducts([](auto* images) { ++images->front().sold; });
  EXPECT_NE(sum.find("contradicts itself"), std::string::npos) << sum;
  const std::string twice = RefusalOfProducts([](auto* images) {
    images->push_back(images->back());  // in another slot
    ++images->back().slot;
  });
  EXPECT_NE(twice.find("contradicts itself"), std::string::npos) << twice;
  const std::string held = RefusalOfProducts([](auto* images) {
    ++images->front().held;
    ++images->front().supplied;
  });
  EXPECT_NE(held.find("contradict"), std::string::npos) << held;
}

// Of settled ones one may have been forgotten.
TEST(ForgedSnapshotTest, WaitingOrdersThatHaveOneKey) {
  const std::string problem = RefusalOfOrders([](auto* images) {
    int waiting = 0;
    for (shard::SlotImage& image : *images) {
      if (!shard::IsWaiting(image.order.state)) continue;
      image.order.marks |= shard::Order::kKeyed;
      image.key = {.hi = 1, .lo = 1};
      ++waiting;
    }
    EXPECT_GT(waiting, 1);
  });
  EXPECT_NE(problem.find("contradict"), std::string::npos) << problem;
}

// A free slot that has had all its orders has no more: it comes back, and is not used again.
TEST(ForgedSnapshotTest, ASlotThatIsRetired) {
  const Made made(true);
  const std::unique_ptr<SimStorage> disk = made.disk->Copy();
  OrderId last = kNoOrder;
  {
    File file(disk.get(), made.snapshot);
    const std::size_t at = FirstOf(file.blocks, BlockKind::kOrders);
    const std::uint64_t shard = Reader(file.blocks[at].payload).Varint();
    ChangeImages<shard::SlotImage>(&file.blocks[at], [&](auto* images) {
      // The last slot: no change behind the snapshot comes near it.
      shard::SlotImage retired{.slot = images->front().slot | 511, .order = {}, .key = {}};
      retired.order.generation = shard::kGenerationMax;
      ASSERT_LT(images->back().slot, retired.slot);
      images->push_back(retired);
      last = shard::MakeOrderId({static_cast<std::uint32_t>(shard), retired.slot}, shard::kGenerationMax);
    });
    CountOrders(&file.blocks.back(), 1);
    (void)file.Write();
  }
  auto [engine, problem] = Engine::Open(OptionsOn(disk.get()));
  ASSERT_EQ(problem, "");
  const Millis now_ms = made.shop.now_ms();
  std::uint32_t highest = 0;  // of the shard's slots that were given
  for (std::int64_t id = 1; id <= 4; ++id) {
    ProductView view;
    if (engine->Find(ProductId{id}, &view, now_ms) != Code::kOk) continue;
    const PutProduct put{.product = ProductId{id},
                         .member = view.member,
                         .stock = 100'000,
                         .status = ProductStatus::kLive,
                         .policy = {.order_limit = 0, .customer_limit = 0}};
    ASSERT_TRUE(engine->Put(put, now_ms).ok());
    for (int i = 0; i < 2'000; ++i) {
      const PlaceResult placed = engine->Place({.product = ProductId{id}, .customer = CustomerId{50}}, now_ms);
      ASSERT_TRUE(placed.ok()) << Name(placed.code);
      ASSERT_NE(placed.order, last);
      const shard::OrderPlace place = shard::PlaceOf(placed.order);
      if (place.shard == shard::PlaceOf(last).shard) highest = std::max(highest, place.slot);
    }
  }
  EXPECT_GT(highest, shard::PlaceOf(last).slot);  // its lot has been used up
  EXPECT_TRUE(engine->Audit().ok());
}

// A block that says that it is longer than its file.
TEST(ForgedJournalTest, ABlockThatIsLongerThanItsFile) {
  const Made made(false);
  const std::unique_ptr<SimStorage> disk = made.disk->Copy();
  std::string path;
  std::uint64_t at = 0;
  std::vector<std::byte> page;
  for (const std::string& segment : made.segments) {
    const File file(disk.get(), segment);
    if (file.blocks.empty()) continue;
    path = segment;
    at = file.blocks.back().offset;
  }
  const std::vector<std::byte>& bytes = disk->Bytes(path);
  page.assign(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin() + static_cast<std::ptrdiff_t>(at + kPage));
  BlockHeader header;
  std::uint64_t hash = 0;
  ASSERT_TRUE(TakeBlockHeader(page, &header, &hash));
  header.payload_bytes = 1 << 20;
  PutBlockHeader(page.data(), header);
  std::unique_ptr<StorageFile> out;
  ASSERT_EQ(disk->Open(path, OpenMode::kReadWrite, &out), 0);
  ASSERT_EQ(out->WriteAt(at, page).count, page.size());
  auto [engine, problem] = Engine::Open(OptionsOn(disk.get()));
  ASSERT_EQ(problem, "");
  EXPECT_EQ(engine->recovery().epoch, made.shop.Before(made.shop.newest()));
  EXPECT_NE(engine->recovery().torn.find(path + ": at " + std::to_string(at) + ": "), std::string::npos);
  EXPECT_EQ(made.shop.Compare(*engine), "");
}

// Whatever is behind a segment's last page is not looked at.
TEST(ForgedJournalTest, ASegmentThatIsLongerThanItWasMade) {
  const Made made(false);
  for (const std::size_t more : {1, 50, 72, 5'000}) {
    const std::unique_ptr<SimStorage> disk = made.disk->Copy();
    for (const std::string& path : made.segments) {
      std::unique_ptr<StorageFile> out;
      ASSERT_EQ(disk->Open(path, OpenMode::kReadWrite, &out), 0);
      const std::vector<std::byte> garbage(more, std::byte{0x5a});
      ASSERT_EQ(out->WriteAt(disk->Bytes(path).size(), garbage).count, more);
    }
    auto [engine, problem] = Engine::Open(OptionsOn(disk.get()));
    ASSERT_EQ(problem, "");
    EXPECT_EQ(engine->recovery().epoch, made.shop.newest());
    EXPECT_EQ(made.shop.Compare(*engine), "");
  }
}

// Put together again as they were, they are what they were: these tests change what they say they change.
TEST(ForgeryTest, NothingForgedIsNothingChanged) {
  for (const bool snapshot : {false, true}) {
    const Made made(snapshot);
    const std::unique_ptr<SimStorage> disk = made.disk->Copy();
    ASSERT_TRUE(ForgeJournal(made, disk.get(), 3, [](Forged*) {}));
    if (snapshot) {
      ASSERT_TRUE(ForgeSnapshot(made, disk.get(), 3, [](Forged*) {}));
    }
    auto [engine, problem] = Engine::Open(OptionsOn(disk.get()));
    ASSERT_EQ(problem, "");
    EXPECT_EQ(engine->recovery().epoch, made.shop.newest());
    EXPECT_EQ(made.shop.Compare(*engine), "");
  }
}

}  // namespace
}  // namespace flexstock::journal
