// A damaged journal: every bit flipped, every file cut everywhere, every page lost or astray. Opening it refuses and
// says where, or comes back exactly as things were at the end of an epoch: the last one that was acknowledged; or, of a
// tail that may as well be a write that a crash cut short, the one before, and says so. Never a crash, never a wrong
// state without a word.
//
// A flip of a bit that nothing rests on (what is behind a block in its page, pages not yet written) changes nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "engine/journal/format.h"
#include "tests/journal/shop.h"
#include "tests/model/seed.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;

// One of so many is tried: all in a release build, fewer where everything is ten times as slow (CMakeLists.txt).
constexpr std::uint64_t kStride = FLEXSTOCK_DAMAGE_STRIDE;

// How the journal was left.
enum class End : std::uint8_t {
  kKilled,    // the last block is the last epoch's
  kReopened,  // and once more behind itself
  kClosed,    // in order
};

struct Fixture {
  explicit Fixture(const Shop::Setup& setup) : shop(setup) {}
  Shop shop;
  std::unique_ptr<SimStorage> disk;
  Epoch acknowledged = 0;
  // The last block that has an epoch, where it lies first.
  std::string tail_path;
  std::uint64_t tail_begin = 0, tail_end = 0;
};

std::unique_ptr<Engine> OpenOrFail(SimStorage* storage) {
  auto [engine, problem] = Engine::Open(OptionsOn(storage));
  EXPECT_EQ(problem, "");
  return std::move(engine);
}

// Where the block with the highest epoch lies.
void FindTail(Fixture* fixture) {
  Epoch newest = 0;
  for (const SimStorage::Listed& file : fixture->disk->Files()) {
    if (file.path.find("/journal-") == std::string::npos) continue;
    const std::span<const std::byte> bytes = fixture->disk->Bytes(file.path);
    for (std::uint64_t at = kPage; at + kBlockHeaderBytes <= bytes.size(); at += kPage) {
      BlockHeader header;
      std::uint64_t hash = 0;
      if (!TakeBlockHeader(bytes.subspan(at), &header, &hash) || header.kind != BlockKind::kEpoch) continue;
      if (header.epoch <= newest) continue;
      newest = header.epoch;
      fixture->tail_path = file.path;
      fixture->tail_begin = at;
      fixture->tail_end = at + PageUp(kBlockHeaderBytes + header.payload_bytes);
    }
  }
  ASSERT_EQ(newest, fixture->acknowledged);
}

// Two segments, a snapshot, and a tail; commands between commits, commits before and after the snapshot.
struct Size {
  std::int64_t products;
  int steps;
  int before, behind;
  std::uint64_t advances;
};
std::unique_ptr<Fixture> Make(std::uint64_t seed, const Size& size, End end) {
  auto fixture =
      std::make_unique<Fixture>(Shop::Setup{.seed = seed, .products = size.products, .advances = size.advances});
  Shop& shop = fixture->shop;
  auto storage = std::make_unique<SimStorage>(seed);
  std::unique_ptr<Engine> engine = OpenOrFail(storage.get());
  shop.Use(engine.get());
  const auto reopen = [&] {
    Abandon(storage.get(), &engine);
    storage->Kill();
    engine = OpenOrFail(storage.get());
    shop.Use(engine.get());
  };
  for (int i = 0; i < size.before; ++i) EXPECT_TRUE(shop.Run(size.steps));
  EXPECT_EQ(shop.Snapshot(), "");
  for (int i = 0; i < size.behind / 2; ++i) EXPECT_TRUE(shop.Run(size.steps));
  EXPECT_TRUE(shop.Settle());
  reopen();
  for (int i = size.behind / 2; i < size.behind; ++i) EXPECT_TRUE(shop.Run(size.steps));
  EXPECT_TRUE(shop.Settle());
  if (end == End::kReopened) reopen();
  fixture->acknowledged = shop.newest();
  if (end != End::kClosed) Abandon(storage.get(), &engine);
  engine.reset();
  storage->PowerLoss(sim::Loss::kAll);
  fixture->disk = std::move(storage);
  FindTail(fixture.get());
  return fixture;
}

// ---- Trials -------------------------------------------------------------------------------------------------------

enum class Kind : std::uint8_t { kFlip, kCut, kLostPage, kStrayPage };

struct Damage {
  std::string path;
  Kind kind = Kind::kFlip;
  std::uint64_t at = 0;  // of a flip: bits from the beginning; of a cut: the bytes that are left; a page
  std::vector<std::uint64_t> more = {};  // bits of the same sector
  std::uint64_t from = 0;                // where the stray page came from
};

std::string ToText(const Damage& damage) {
  const std::string at = std::to_string(damage.at);
  switch (damage.kind) {
    case Kind::kFlip:
      return damage.path + ": bit " + std::to_string(damage.at % 8) + " at " + std::to_string(damage.at / 8) + " and " +
             std::to_string(damage.more.size()) + " more";
    case Kind::kCut:
      return damage.path + " cut to " + at;
    case Kind::kLostPage:
      return damage.path + ": the page at " + at + " was never written";
    case Kind::kStrayPage:
      return damage.path + ": the page at " + at + " is as at " + std::to_string(damage.from);
  }
  return {};
}

void Do(const Damage& damage, SimStorage* disk) {
  switch (damage.kind) {
    case Kind::kFlip:
      disk->FlipBit(damage.path, damage.at);
      for (const std::uint64_t bit : damage.more) disk->FlipBit(damage.path, bit);
      return;
    case Kind::kCut:
      return disk->Truncate(damage.path, damage.at);
    case Kind::kLostPage:
      return disk->LosePage(damage.path, damage.at, std::nullopt);
    case Kind::kStrayPage:
      return disk->LosePage(damage.path, damage.at, damage.from);
  }
}

// The path of the segment behind this one; of a snapshot, its own.
std::string NextSegment(const std::string& path) {
  std::uint64_t number = 0;
  const std::size_t name_at = path.rfind('/') + 1;
  if (!IsSegmentName(path.substr(name_at), &number)) return path;
  return path.substr(0, name_at) + SegmentName(number + 1);
}

struct Outcomes {
  std::uint64_t refused = 0, whole = 0, torn = 0;
};

// Empty, or what is wrong with what an engine makes of the damaged disk.
std::string Judge(const Fixture& fixture, const Damage& damage, SimStorage* disk, Outcomes* outcomes) {
  auto [engine, problem] = Engine::Open(OptionsOn(disk));
  if (engine == nullptr) {
    ++outcomes->refused;
    // Or the one behind it, whose first block does not follow what is left.
    const bool names_file =
        problem.find(damage.path) != std::string::npos || problem.find(NextSegment(damage.path)) != std::string::npos;
    const bool names_place = problem.find(": at ") != std::string::npos;
    return names_file && names_place ? "" : "the refusal does not say where: " + problem;
  }
  const Epoch epoch = engine->recovery().epoch;
  const std::string& torn = engine->recovery().torn;
  if (std::string wrong = fixture.shop.Compare(*engine); !wrong.empty()) return wrong + " (" + torn + ")";
  if (epoch == fixture.acknowledged) {
    ++outcomes->whole;
    return {};
  }
  ++outcomes->torn;
  const std::uint64_t byte = damage.kind == Kind::kFlip ? damage.at / 8 : damage.at;
  const bool in_tail = damage.path == fixture.tail_path && byte >= fixture.tail_begin && byte < fixture.tail_end;
  if (!in_tail) return "epoch " + std::to_string(epoch) + " came back, though the last block was not touched";
  if (epoch != fixture.shop.Before(fixture.acknowledged)) return "more than the last epoch is lost";
  // Of a last block that never came, not even in part, there is no trace.
  const bool traceless = damage.kind == Kind::kLostPage || damage.kind == Kind::kStrayPage;
  if (!traceless && torn.find(damage.path + ": at ") == std::string::npos)
    return "an epoch is lost, and nothing is said: " + torn;
  return {};
}

void Try(const Fixture& fixture, const std::vector<Damage>& damages, Outcomes* outcomes) {
  for (const Damage& damage : damages) {
    const std::unique_ptr<SimStorage> disk = fixture.disk->Copy();
    Do(damage, disk.get());
    const std::string wrong = Judge(fixture, damage, disk.get(), outcomes);
    ASSERT_EQ(wrong, "") << ToText(damage);
  }
}

void Report(const Outcomes& outcomes) {
  testing::Test::RecordProperty("refused", std::to_string(outcomes.refused));
  std::printf("%llu refused, %llu came back whole, %llu without their last block\n",
              static_cast<unsigned long long>(outcomes.refused), static_cast<unsigned long long>(outcomes.whole),
              static_cast<unsigned long long>(outcomes.torn));
}

// ---- All of a small one -------------------------------------------------------------------------------------------

constexpr Size kSmall = {.products = 5, .steps = 5, .before = 18, .behind = 32, .advances = 16};
constexpr int kShards = 4;  // so that tests that run side by side share the work

bool HasData(std::span<const std::byte> bytes, std::uint64_t page) {
  const std::size_t begin = std::min<std::size_t>(page * kPage, bytes.size());
  const std::span<const std::byte> in_page = bytes.subspan(begin, std::min(kPage, bytes.size() - begin));
  return std::any_of(in_page.begin(), in_page.end(), [](std::byte byte) { return byte != std::byte{0}; });
}

// Every bit of what is not zero. Of the zeros: one bit of every byte of the pages beside data, and of a byte in 29 of
// the others.
std::vector<Damage> AllFlips(const SimStorage& disk) {
  std::vector<Damage> damages;
  for (const SimStorage::Listed& file : disk.Files()) {
    const std::vector<std::byte>& bytes = disk.Bytes(file.path);
    bool is_beside = false;
    for (std::uint64_t at = 0; at < bytes.size(); ++at) {
      const std::uint64_t page = at / kPage;
      if (at % kPage == 0) {
        is_beside = !HasData(bytes, page) && ((page != 0 && HasData(bytes, page - 1)) || HasData(bytes, page + 1));
      }
      if (bytes[at] != std::byte{0}) {
        for (std::uint64_t bit = 0; bit < 8; ++bit) damages.push_back({.path = file.path, .at = 8 * at + bit});
      } else if (is_beside || at % 29 == 0) {
        damages.push_back({.path = file.path, .at = 8 * at + at % 8});
      }
    }
  }
  return damages;
}

// Every size that a file can be cut to.
std::vector<Damage> AllCuts(const SimStorage& disk) {
  std::vector<Damage> damages;
  for (const SimStorage::Listed& file : disk.Files()) {
    for (std::uint64_t size = 0; size < file.size; ++size) {
      damages.push_back({.path = file.path, .kind = Kind::kCut, .at = size});
    }
  }
  return damages;
}

// Every page as if it had never been written, and as if any other one of its file had been written there.
std::vector<Damage> AllPages(const SimStorage& disk) {
  std::vector<Damage> damages;
  for (const SimStorage::Listed& file : disk.Files()) {
    for (std::uint64_t at = 0; at < file.size; at += kPage) {
      damages.push_back({.path = file.path, .kind = Kind::kLostPage, .at = at});
      for (std::uint64_t from = 0; from < file.size; from += kPage) {
        damages.push_back({.path = file.path, .kind = Kind::kStrayPage, .at = at, .from = from});
      }
    }
  }
  return damages;
}

// The part of `all` that this shard tries.
std::vector<Damage> PartOf(const std::vector<Damage>& all, int shard) {
  std::vector<Damage> part;
  const std::uint64_t step = kShards * kStride;
  for (std::uint64_t i = static_cast<std::uint64_t>(shard); i < all.size(); i += step) part.push_back(all[i]);
  return part;
}

class SmallJournalTest : public testing::TestWithParam<int> {};

TEST_P(SmallJournalTest, EveryBitOfAKilledOne) {
  const auto fixture = Make(1, kSmall, End::kKilled);
  Outcomes outcomes;
  Try(*fixture, PartOf(AllFlips(*fixture->disk), GetParam()), &outcomes);
  Report(outcomes);
  EXPECT_GT(outcomes.refused, 0u);
  EXPECT_GT(outcomes.whole, 0u);
  EXPECT_GT(outcomes.torn, 0u);  // a bit of the last block
}

// What is left of the last block and its copy is one of both, whatever befalls the other.
TEST_P(SmallJournalTest, EveryBitOfOneThatWasReopened) {
  const auto fixture = Make(2, kSmall, End::kReopened);
  Outcomes outcomes;
  Try(*fixture, PartOf(AllFlips(*fixture->disk), GetParam()), &outcomes);
  Report(outcomes);
  EXPECT_GT(outcomes.refused, 0u);
  EXPECT_GT(outcomes.whole, 0u);
  EXPECT_EQ(outcomes.torn, 0u);
}

// The end that says that nothing is missing makes a damaged last block a damaged block like any other.
TEST_P(SmallJournalTest, EveryBitOfAClosedOne) {
  const auto fixture = Make(3, kSmall, End::kClosed);
  Outcomes outcomes;
  Try(*fixture, PartOf(AllFlips(*fixture->disk), GetParam()), &outcomes);
  Report(outcomes);
  EXPECT_GT(outcomes.refused, 0u);
  EXPECT_GT(outcomes.whole, 0u);
  EXPECT_EQ(outcomes.torn, 0u);
}

// No file of a journal is ever shorter than it was made.
TEST_P(SmallJournalTest, EveryCut) {
  const auto fixture = Make(1, kSmall, End::kKilled);
  Outcomes outcomes;
  Try(*fixture, PartOf(AllCuts(*fixture->disk), GetParam()), &outcomes);
  Report(outcomes);
  EXPECT_GT(outcomes.refused, 0u);
  EXPECT_EQ(outcomes.whole, 0u);
  EXPECT_EQ(outcomes.torn, 0u);
}

// A disk that says it has written what it has not, or has written it elsewhere.
TEST_P(SmallJournalTest, EveryPageLostOrAstray) {
  for (const End end : {End::kKilled, End::kReopened, End::kClosed}) {
    SCOPED_TRACE(static_cast<int>(end));
    const auto fixture = Make(4, kSmall, end);
    Outcomes outcomes;
    Try(*fixture, PartOf(AllPages(*fixture->disk), GetParam()), &outcomes);
    Report(outcomes);
    EXPECT_GT(outcomes.refused, 0u);
    EXPECT_GT(outcomes.whole, 0u);
    if (end != End::kKilled) {
      EXPECT_EQ(outcomes.torn, 0u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shards, SmallJournalTest, testing::Range(0, kShards));

// ---- Here and there in a larger one -------------------------------------------------------------------------------

constexpr Size kLarge = {.products = 200, .steps = 400, .before = 60, .behind = 240, .advances = 10'000};

// A bit, a sector with many, a cut: where there is something more often than not.
Damage RandomDamage(const SimStorage& disk, sim::Random* random) {
  const std::vector<SimStorage::Listed> files = disk.Files();
  const SimStorage::Listed& file = files[random->Below(files.size())];
  if (random->OneIn(5)) return {.path = file.path, .kind = Kind::kCut, .at = random->Below(file.size)};
  const std::vector<std::byte>& bytes = disk.Bytes(file.path);
  std::uint64_t at = random->Below(file.size);
  for (int tries = 0; tries < 3 && bytes[at] == std::byte{0}; ++tries) at = random->Below(file.size);
  Damage damage{.path = file.path, .at = 8 * at + random->Below(8)};
  if (random->OneIn(3)) {
    constexpr std::uint64_t kSectorBits = 8 * 512;
    // Not twice the same, which would be nothing.
    for (std::uint64_t bit = at / 512 * kSectorBits + random->Below(64);
         bit < std::min(8 * file.size, (at / 512 + 1) * kSectorBits); bit += 1 + random->Below(256)) {
      if (bit != damage.at) damage.more.push_back(bit);
    }
  }
  return damage;
}

class LargeJournalTest : public testing::TestWithParam<int> {};

TEST_P(LargeJournalTest, RandomDamage) {
  for (const std::uint64_t seed : model::Seeds(5'000'000 + 1'000 * static_cast<std::uint64_t>(GetParam()), 1)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    const End ends[] = {End::kKilled, End::kReopened, End::kClosed};
    const auto fixture = Make(seed, kLarge, ends[seed % 3]);
    std::uint64_t bytes = 0;
    for (const SimStorage::Listed& file : fixture->disk->Files()) bytes += file.size;
    EXPECT_GT(bytes, 2u << 20);
    sim::Random random(seed);
    std::vector<Damage> damages;
    for (std::uint64_t i = 0; i < 1'000 / kStride; ++i) damages.push_back(RandomDamage(*fixture->disk, &random));
    Outcomes outcomes;
    Try(*fixture, damages, &outcomes);
    Report(outcomes);
    EXPECT_GT(outcomes.refused, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LargeJournalTest, testing::Range(0, 10));

}  // namespace
}  // namespace flexstock::journal
