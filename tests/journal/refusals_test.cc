// What is not opened, and what is said then: a directory that somebody else holds, that is incomplete, mixed up, newer,
// or of other options. A refusal changes nothing: in order again, the directory opens.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "engine/journal/format.h"
#include "tests/journal/shop.h"
#include "tests/program/nobody.h"
#include "tests/program/program.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;
using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;

std::string PathOf(const std::string& name) { return std::string(kDirectory) + "/" + name; }

AssertionResult Says(const std::string& problem, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (problem.find(word) == std::string::npos) {
      return AssertionFailure() << "'" << word << "' is not in '" << problem << "'";
    }
  }
  return AssertionSuccess();
}

std::string ProblemOf(const Options& options) {
  auto [engine, problem] = Engine::Open(options);
  EXPECT_EQ(engine, nullptr);
  EXPECT_NE(problem, "");
  return problem;
}

// ---- A disk to be spoilt --------------------------------------------------------------------------------------------

// Its clock is where the journal's id comes from.
class ClockAt final : public Clock {
 public:
  explicit ClockAt(Millis at_ms) : at_ms_(at_ms) {}
  Millis NowMs() override { return at_ms_; }

 private:
  const Millis at_ms_;
};

// Segments, the last one never written to; if there is a snapshot, the first ones are gone.
struct Disk {
  explicit Disk(bool snapshot, Millis clock_ms = 0) {
    ClockAt clock(clock_ms);
    Options options = OptionsOn(storage.get());
    options.clock = &clock;
    auto [engine, problem] = Engine::Open(options);
    EXPECT_EQ(problem, "");
    shop.Use(engine.get());
    for (int i = 0; i < 50; ++i) {
      EXPECT_TRUE(shop.Run(8));
      if (snapshot && i == 25) {
        EXPECT_EQ(shop.Snapshot(), "");
      }
    }
    EXPECT_TRUE(shop.Settle());
    engine.reset();
    storage->PowerLoss(sim::Loss::kAll);
    std::vector<std::string> names;
    EXPECT_EQ(storage->List(kDirectory, &names), 0);
    for (const std::string& name : names) {
      std::uint64_t number = 0;
      if (IsSegmentName(name, &number)) segments.push_back(number);
      if (IsSnapshotName(name, &number)) snapshot_name = name;
    }
    std::sort(segments.begin(), segments.end());
    EXPECT_GE(segments.size(), 4u);
    EXPECT_EQ(snapshot, !snapshot_name.empty());
    EXPECT_EQ(snapshot, segments.front() > 1);
  }
  [[nodiscard]] std::string Refusal() const { return ProblemOf(OptionsOn(storage.get())); }
  // It opens, and everything is there.
  [[nodiscard]] AssertionResult IsWhole() const {
    auto [engine, problem] = Engine::Open(OptionsOn(storage.get()));
    if (engine == nullptr) return AssertionFailure() << problem;
    if (engine->recovery().epoch != shop.newest()) return AssertionFailure() << "epochs are gone";
    const std::string wrong = shop.Compare(*engine);
    return wrong.empty() ? AssertionSuccess() : AssertionFailure() << wrong;
  }
  void Write(const std::string& path, std::span<const std::byte> bytes) const {
    std::unique_ptr<StorageFile> file;
    ASSERT_EQ(storage->Open(path, OpenMode::kReadWrite, &file), 0);
    ASSERT_EQ(file->WriteAt(0, bytes).count, bytes.size());
    ASSERT_EQ(file->Sync(), 0);
  }
  // The header of the file, changed, its hash right.
  template <typename Change>
  void ChangeHeader(const std::string& path, Change change) const {
    FileHeader header;
    std::uint64_t hash = 0;
    ASSERT_EQ(TakeFileHeader(storage->Bytes(path), &header, &hash), "");
    change(header);
    std::byte bytes[kFileHeaderBytes];
    PutFileHeader(bytes, header);
    Write(path, bytes);
  }
  // The file is removed; a refusal, said with `words`; it is put back.
  void ExpectMissed(const std::string& name, const std::vector<std::string>& words) const {
    SCOPED_TRACE(name);
    const std::string aside = "/aside/" + name;
    ASSERT_EQ(storage->Rename(PathOf(name), aside), 0);
    EXPECT_TRUE(Says(Refusal(), words));
    ASSERT_EQ(storage->Rename(aside, PathOf(name)), 0);
    EXPECT_TRUE(IsWhole());
  }

  std::unique_ptr<SimStorage> storage = std::make_unique<SimStorage>(3);
  Shop shop{Shop::Setup{.seed = 3}};
  std::vector<std::uint64_t> segments;
  std::string snapshot_name;
};

TEST(RefusalsTest, NothingIsWrongWithTheDisksOfTheseTests) {
  EXPECT_TRUE(Disk(true).IsWhole());
  EXPECT_TRUE(Disk(false).IsWhole());
}

// ---- Incomplete -----------------------------------------------------------------------------------------------------

// The last one has never been written to, and is missed all the same: had it been written to, nobody could tell.
TEST(RefusalsTest, MissingSegment) {
  for (const bool snapshot : {false, true}) {
    const Disk disk(snapshot);
    for (std::size_t i = disk.segments.size(); i-- > 0;) {
      const std::string name = SegmentName(disk.segments[i]);
      disk.ExpectMissed(name, {PathOf(name), "it is missing"});
    }
  }
}

TEST(RefusalsTest, MissingSegments) {
  const Disk disk(false);
  for (std::size_t i = 1; i < disk.segments.size(); ++i)
    disk.storage->RemoveFile(PathOf(SegmentName(disk.segments[i])));
  EXPECT_TRUE(Says(disk.Refusal(), {PathOf(SegmentName(disk.segments[1])), "it is missing"}));
}

TEST(RefusalsTest, MissingSnapshot) {
  const Disk disk(true);
  disk.ExpectMissed(disk.snapshot_name, {PathOf(SegmentName(1)), "it is missing"});
}

TEST(RefusalsTest, SnapshotAlone) {
  const Disk disk(true);
  for (const std::uint64_t number : disk.segments) disk.storage->RemoveFile(PathOf(SegmentName(number)));
  EXPECT_TRUE(Says(disk.Refusal(), {PathOf(SegmentName(1)), "it is missing", "a snapshot alone"}));
}

// The journal has to reach the snapshot's epoch.
TEST(RefusalsTest, JournalThatEndsBeforeItsSnapshot) {
  const Disk disk(true);
  // All blocks of the segments that are there are lost.
  for (const std::uint64_t number : disk.segments) {
    const std::string path = PathOf(SegmentName(number));
    for (std::uint64_t at = kPage; at < disk.storage->Bytes(path).size(); at += kPage) {
      disk.storage->LosePage(path, at, std::nullopt);
    }
  }
  EXPECT_TRUE(
      Says(disk.Refusal(), {SegmentName(disk.segments.front()), ": at 4096: ", "but the snapshot is of epoch"}));
}

// ---- Mixed up -------------------------------------------------------------------------------------------------------

TEST(RefusalsTest, RenamedSegment) {
  const Disk disk(false);
  const std::string second = PathOf(SegmentName(2)), ninth = PathOf(SegmentName(9));
  ASSERT_EQ(disk.storage->Rename(second, ninth), 0);
  EXPECT_TRUE(Says(disk.Refusal(), {ninth + ": at 0: ", "renamed or replaced"}));
  ASSERT_EQ(disk.storage->Rename(ninth, second), 0);
  EXPECT_TRUE(disk.IsWhole());
}

TEST(RefusalsTest, RenamedSnapshot) {
  const Disk disk(true);
  const std::string path = PathOf(disk.snapshot_name);
  const std::string other = PathOf(SnapshotName(3));
  ASSERT_EQ(disk.storage->Rename(path, other), 0);
  EXPECT_TRUE(Says(disk.Refusal(), {other + ": at ", "contradicts its name"}));
  // A snapshot by the name of a segment, and the other way round.
  ASSERT_EQ(disk.storage->Rename(other, PathOf(SegmentName(99))), 0);
  EXPECT_TRUE(Says(disk.Refusal(), {PathOf(SegmentName(99)) + ": at 0: ", "renamed or replaced"}));
  ASSERT_EQ(disk.storage->Rename(PathOf(SegmentName(99)), path), 0);
  ASSERT_TRUE(disk.IsWhole());
  const std::string first = PathOf(SegmentName(disk.segments.front()));
  ASSERT_EQ(disk.storage->Rename(first, other), 0);
  EXPECT_TRUE(Says(disk.Refusal(), {other + ": at 0: ", "renamed or replaced"}));
}

TEST(RefusalsTest, SegmentOfAnotherJournal) {
  const Disk disk(false);
  const Disk other(false, /*clock_ms=*/5);
  const std::string path = PathOf(SegmentName(2));
  disk.Write(path, other.storage->Bytes(path));
  EXPECT_TRUE(Says(disk.Refusal(), {path + ": at 0: ", "another journal"}));
}

TEST(RefusalsTest, FileThatIsNone) {
  const Disk disk(false);
  const std::string path = PathOf(SegmentName(2));
  disk.Write(path, std::vector<std::byte>(kPage, std::byte{'x'}));
  EXPECT_TRUE(Says(disk.Refusal(), {path + ": at 0: ", "no file of a flexstock journal"}));
  disk.storage->Truncate(path, 0);
  EXPECT_TRUE(Says(disk.Refusal(), {path + ": at 0: ", "it ends before its header does"}));
}

TEST(RefusalsTest, NewerFormat) {
  const Disk disk(true);
  for (const std::string& name : {SegmentName(disk.segments[1]), disk.snapshot_name}) {
    const std::string path = PathOf(name);
    disk.ChangeHeader(path, [](FileHeader& header) { header.format = kFormat + 1; });
    EXPECT_TRUE(Says(disk.Refusal(), {path + ": at 0: ", "format 2", "reads up to 1", "use a newer one"}));
    // The format is what is read first: back by hand.
    std::vector<std::byte> bytes = disk.storage->Bytes(path);
    FileHeader header;
    std::uint64_t hash = 0;
    EXPECT_NE(TakeFileHeader(bytes, &header, &hash), "");
    header.format = kFormat;
    PutFileHeader(bytes.data(), header);
    disk.Write(path, bytes);
    EXPECT_TRUE(disk.IsWhole());
  }
}

// In every file, so that none contradicts another.
TEST(RefusalsTest, HeadersThatNoEngineWrites) {
  using Change = void (*)(FileHeader&);
  const Change changes[] = {
      [](FileHeader& header) { header.format = 0; }, [](FileHeader& header) { header.shards = 0; },
      [](FileHeader& header) { header.shards = 1025; }, [](FileHeader& header) { header.order_lot_bits = 31; },
      [](FileHeader& header) { header.product_lot_bits = 31; }};
  for (const Change change : changes) {
    const Disk disk(true);
    for (const std::uint64_t number : disk.segments) disk.ChangeHeader(PathOf(SegmentName(number)), change);
    disk.ChangeHeader(PathOf(disk.snapshot_name), change);
    EXPECT_TRUE(
        Says(disk.Refusal(), {PathOf(SegmentName(disk.segments.front())) + ": at 0: ", "no engine has written"}));
  }
}

TEST(RefusalsTest, HeadersThatContradictEachOther) {
  using Change = void (*)(FileHeader&);
  const Change changes[] = {[](FileHeader& header) { header.shards = 4; },
                            [](FileHeader& header) { header.order_lot_bits = 1; },
                            [](FileHeader& header) { header.product_lot_bits = 1; }};
  for (const Change change : changes) {
    const Disk disk(false);
    disk.ChangeHeader(PathOf(SegmentName(2)), change);
    EXPECT_TRUE(Says(disk.Refusal(), {PathOf(SegmentName(2)) + ": at 0: ", "contradicts the other files"}));
  }
}

// Lower limits than when it was written: what is there has no place.
TEST(RefusalsTest, LowerLimits) {
  for (const bool snapshot : {false, true}) {
    const Disk disk(snapshot);
    Options options = OptionsOn(disk.storage.get());
    options.orders_max = 8;
    EXPECT_TRUE(Says(ProblemOf(options), {kDirectory, ": at ", "orders_max"}));
    options = OptionsOn(disk.storage.get());
    options.products_max = 1;
    EXPECT_TRUE(Says(ProblemOf(options), {kDirectory, ": at ", "products_max"}));
    EXPECT_TRUE(disk.IsWhole());
  }
}

TEST(RefusalsTest, OtherShards) {
  const Disk disk(true);
  for (const std::uint32_t shards : {1u, 4u, 1024u}) {
    EXPECT_TRUE(Says(ProblemOf(OptionsOn(disk.storage.get(), shards)), {kDirectory, "Options::shards = 3"}));
  }
  EXPECT_TRUE(disk.IsWhole());
}

// ---- What is nobody's -----------------------------------------------------------------------------------------------

TEST(RefusalsTest, LeftoversAreRemovedAndStrangersLeft) {
  const Disk disk(true);
  const std::vector<std::string> leftovers = {"snapshot.new", "journal-0000000000000063.new", "spare-0000000000000001"};
  const std::vector<std::string> strangers = {"notes.txt",
                                              "journal-00000000000000zz",
                                              "journal-00000000000000FF",
                                              ".new",
                                              "journal-1",
                                              "snapshot-00000000000000012",
                                              "lost+found",
                                              "spares",
                                              "spare-wheel",
                                              "config.new",
                                              "snapshot-0000000000000012.new"};
  for (const auto* names : {&leftovers, &strangers}) {
    for (const std::string& name : *names) {
      std::unique_ptr<StorageFile> file;
      ASSERT_EQ(disk.storage->Open(PathOf(name), OpenMode::kCreate, &file), 0);
    }
  }
  EXPECT_TRUE(disk.IsWhole());
  std::vector<std::string> names;
  ASSERT_EQ(disk.storage->List(kDirectory, &names), 0);
  for (const std::string& name : leftovers) EXPECT_EQ(std::count(names.begin(), names.end(), name), 0) << name;
  for (const std::string& name : strangers) EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
}

// ---- Real directories -----------------------------------------------------------------------------------------------

class DirectoryTest : public testing::Test {
 protected:
  [[nodiscard]] Options RealOptions() const {
    Options options = OptionsOn(nullptr);
    options.journal_dir = path_;
    return options;
  }

  const program::Directory directory_;
  const std::string path_ = directory_.path() / "journal";
};

TEST_F(DirectoryTest, HasOneEngineAtATimeInAProcess) {
  auto [first, problem] = Engine::Open(RealOptions());
  ASSERT_EQ(problem, "");
  EXPECT_TRUE(Says(ProblemOf(RealOptions()), {path_ + "/LOCK", "another engine"}));
  // The first has noticed nothing.
  const PutProduct put{.product = ProductId{1}, .member = MemberId{2}, .stock = 3, .status = {}, .policy = {}};
  EXPECT_TRUE(first->Put(put, 1).ok());
  EXPECT_TRUE(first->Commit());
  first.reset();
  auto [second, second_problem] = Engine::Open(RealOptions());
  ASSERT_EQ(second_problem, "");
  ProductView view;
  EXPECT_EQ(second->Find(ProductId{1}, &view, 1), Code::kOk);
}

TEST(SimDirectoryTest, HasOneEngineAtATimeToo) {
  SimStorage storage(1);
  const auto [first, problem] = Engine::Open(OptionsOn(&storage));
  ASSERT_EQ(problem, "");
  EXPECT_TRUE(Says(ProblemOf(OptionsOn(&storage)), {kDirectory, "another engine"}));
}

TEST_F(DirectoryTest, HasOneEngineAtATimeAmongProcesses) {
  ASSERT_EQ(Engine::Open(RealOptions()).problem, "");  // makes it; closed again
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(60);  // whatever becomes of its parent
    const auto opened = Engine::Open(RealOptions());
    const char said = opened.engine != nullptr ? 'y' : 'n';
    (void)!::write(ready[1], &said, 1);
    for (;;) ::pause();
  }
  char said = 0;
  ASSERT_EQ(::read(ready[0], &said, 1), 1);
  EXPECT_EQ(said, 'y');
  EXPECT_TRUE(Says(ProblemOf(RealOptions()), {path_ + "/LOCK", "another engine"}));
  // However it ends.
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(Engine::Open(RealOptions()).problem, "");
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(DirectoryTest, ThatIsAFile) {
  std::ofstream(path_) << "not a directory";
  EXPECT_TRUE(Says(ProblemOf(RealOptions()), {path_, "Not a directory"}));
  Options below = RealOptions();
  below.journal_dir += "/below";
  EXPECT_TRUE(Says(ProblemOf(below), {path_, "Not a directory"}));
}

TEST_F(DirectoryTest, IsMadeWithThoseAboveIt) {
  Options options = RealOptions();
  options.journal_dir += "/a/b";
  EXPECT_EQ(Engine::Open(options).problem, "");
  EXPECT_TRUE(std::filesystem::exists(path_ + "/a/b/LOCK"));
}

TEST_F(DirectoryTest, WithoutPermission) {
  // Root may do everything: somebody else asks then, who has the directory.
  const bool is_root = ::geteuid() == 0;
  std::filesystem::create_directory(path_);
  ASSERT_EQ(::chmod(path_.c_str(), 0500), 0);
  if (is_root) {
    ASSERT_EQ(::chmod(directory_.path().c_str(), 0711), 0);
    ASSERT_EQ(::chown(path_.c_str(), program::kNobody, program::kNobody), 0);
  }
  const auto asks = [&] {
    Options below = RealOptions();
    below.journal_dir += "/below";
    const auto here = Says(ProblemOf(RealOptions()), {path_ + "/LOCK", "Permission denied"});
    const auto under = Says(ProblemOf(below), {path_, "Permission denied"});
    std::fprintf(stderr, "%s %s\n", here.message(), under.message());
    return here && under;
  };
  EXPECT_EXIT(program::ExitAsNobody(asks), testing::ExitedWithCode(0), "");
  ASSERT_EQ(::chmod(path_.c_str(), 0700), 0);
  EXPECT_EQ(Engine::Open(RealOptions()).problem, "");
}

// ---- Options --------------------------------------------------------------------------------------------------------

TEST(JournalOptionsTest, SegmentBytes) {
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{4096}, std::uint64_t{65535}, std::uint64_t{65537},
                                    std::uint64_t{61440}, (std::uint64_t{1} << 30) + 4096, ~std::uint64_t{0}}) {
    SimStorage storage(1);
    Options options = OptionsOn(&storage);
    options.journal_segment_bytes = bytes;
    EXPECT_TRUE(Says(ProblemOf(options), {"Options::journal_segment_bytes", "65536", "1073741824", "4096"})) << bytes;
    EXPECT_TRUE(storage.Files().empty());
  }
  for (const std::uint64_t bytes : {64 << 10, 68 << 10}) {
    SimStorage storage(1);
    Options options = OptionsOn(&storage);
    options.journal_segment_bytes = bytes;
    EXPECT_EQ(Engine::Open(options).problem, "") << bytes;
  }
}

// Another size than before is no contradiction: segments say theirs.
TEST(JournalOptionsTest, SegmentBytesMayChange) {
  const Disk disk(true);
  for (const std::uint64_t bytes : {128 << 10, 64 << 10, 256 << 10}) {
    Options options = OptionsOn(disk.storage.get());
    options.journal_segment_bytes = bytes;
    const auto [engine, problem] = Engine::Open(options);
    ASSERT_EQ(problem, "");
    for (std::int64_t i = 0; i < 40; ++i) {
      const PutProduct put{.product = ProductId{1'000}, .member = MemberId{7}, .stock = i, .status = {}, .policy = {}};
      ASSERT_TRUE(engine->Put(put, 1'000'000).ok());
      ASSERT_TRUE(engine->Commit());
    }
  }
  const auto [engine, problem] = Engine::Open(OptionsOn(disk.storage.get()));
  ASSERT_EQ(problem, "");
  ProductView view;
  ASSERT_EQ(engine->Find(ProductId{1'000}, &view, 1'000'000), Code::kOk);
  EXPECT_EQ(view.available, 39);
}

TEST(JournalOptionsTest, OptionsOfAnEngineWithoutAJournalAreCheckedAsWell) {
  Options options;
  options.journal_segment_bytes = 1;
  EXPECT_TRUE(Says(ProblemOf(options), {"Options::journal_segment_bytes"}));
}

}  // namespace
}  // namespace flexstock::journal
