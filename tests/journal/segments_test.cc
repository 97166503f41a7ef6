// Segments: blocks go one behind the other, what comes next is always there, what is retired is used again.
#include "engine/journal/segments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/program/program.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;

constexpr std::uint64_t kBytes = 64 << 10;
constexpr std::uint64_t kBlocks = kBytes / kPage - 1;  // pages behind the first
const FileHeader kLike = {.engine = {.hi = 5, .lo = 6}, .shards = 3, .order_lot_bits = 4, .product_lot_bits = 2};

std::vector<std::byte> Pages(std::size_t count, unsigned fill) {
  return std::vector<std::byte>(count * kPage, static_cast<std::byte>(fill));
}

class SegmentsTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> Names() {
    std::vector<std::string> names;
    EXPECT_EQ(storage_.List("/j", &names), 0);
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] static std::vector<std::string> NamesOf(std::uint64_t first, std::uint64_t last) {
    std::vector<std::string> names;
    for (std::uint64_t number = first; number <= last; ++number) names.push_back(SegmentName(number));
    return names;
  }
  [[nodiscard]] const std::vector<std::byte>& Bytes(std::uint64_t number) const {
    return storage_.Bytes("/j/" + SegmentName(number));
  }
  void ExpectHeader(std::uint64_t number) const {
    FileHeader header;
    std::uint64_t hash = 0;
    ASSERT_EQ(TakeFileHeader(Bytes(number), &header, &hash), "");
    EXPECT_EQ(header.kind, FileKind::kSegment);
    EXPECT_EQ(header.number, number);
    EXPECT_EQ(header.engine, kLike.engine);
    EXPECT_EQ(header.shards, kLike.shards);
    EXPECT_EQ(header.order_lot_bits, kLike.order_lot_bits);
    EXPECT_EQ(header.product_lot_bits, kLike.product_lot_bits);
    EXPECT_EQ(header.bytes, kBytes);
    EXPECT_GE(Bytes(number).size(), kBytes);
  }
  // `count` blocks of a page.
  void Fill(Segments* segments, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(segments->Write(Pages(1, 1 + static_cast<unsigned>(i))), "");
  }

  SimStorage storage_{1};
};

TEST_F(SegmentsTest, MakesTheFirstAndTheOneBehindIt) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  EXPECT_EQ(Names(), NamesOf(1, 2));
  ExpectHeader(1);
  ExpectHeader(2);
  EXPECT_TRUE(
      std::all_of(Bytes(2).begin() + kFileHeaderBytes, Bytes(2).end(), [](auto byte) { return byte == std::byte{0}; }));
  EXPECT_EQ(segments.number(), 1u);
  EXPECT_EQ(segments.count(), 2u);
  ASSERT_EQ(segments.PrepareNext(), "");
  ASSERT_EQ(segments.PrepareNext(), "");
  EXPECT_EQ(Names(), NamesOf(1, 3));
  EXPECT_EQ(segments.count(), 3u);
  // All of it is on the disk.
  storage_.PowerLoss(sim::Loss::kAll);
  EXPECT_EQ(Names(), NamesOf(1, 3));
  ExpectHeader(3);
}

TEST_F(SegmentsTest, ChangesWhenABlockHasNoRoom) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  Fill(&segments, kBlocks);
  EXPECT_EQ(segments.number(), 1u);
  ASSERT_EQ(segments.Write(Pages(1, 0xee)), "");
  EXPECT_EQ(segments.number(), 2u);
  EXPECT_EQ(Names(), NamesOf(1, 3));
  EXPECT_EQ(Bytes(1)[kPage], std::byte{1});
  EXPECT_EQ(Bytes(1)[kBytes - 1], std::byte{kBlocks});
  EXPECT_EQ(Bytes(2)[kPage], std::byte{0xee});
  // Two blocks that do not fit together.
  ASSERT_EQ(segments.Write(Pages(kBlocks - 1, 2)), "");
  EXPECT_EQ(segments.number(), 2u);
  ASSERT_EQ(segments.Write(Pages(2, 3)), "");
  EXPECT_EQ(segments.number(), 3u);
  EXPECT_GT(segments.write_ns + segments.sync_ns, 0u);
}

TEST_F(SegmentsTest, ABlockLargerThanASegmentHasOneOfItsOwn) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  // In an empty one it may stay.
  ASSERT_EQ(segments.Write(Pages(kBlocks + 5, 7)), "");
  EXPECT_EQ(segments.number(), 1u);
  EXPECT_EQ(Bytes(1).size(), kBytes + 5 * kPage);
  ASSERT_EQ(segments.Write(Pages(1, 8)), "");
  EXPECT_EQ(segments.number(), 2u);
  ASSERT_EQ(segments.Write(Pages(kBlocks + 1, 9)), "");
  EXPECT_EQ(segments.number(), 3u);
  EXPECT_EQ(Bytes(3).back(), std::byte{9});
}

TEST_F(SegmentsTest, GoesOnWhereBlocksEnd) {
  {
    Segments segments(storage_, "/j", kLike, kBytes);
    ASSERT_EQ(segments.Open(1, kPage), "");
    Fill(&segments, kBlocks + 3);
  }
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(2, 4 * kPage), "");
  EXPECT_EQ(segments.number(), 2u);
  EXPECT_EQ(segments.count(), 3u);
  ASSERT_EQ(segments.Write(Pages(1, 0xaa)), "");
  EXPECT_EQ(Bytes(2)[4 * kPage], std::byte{0xaa});
  EXPECT_EQ(Bytes(2)[3 * kPage], std::byte{3 + kBlocks});
}

// What lies below a gap is removed; a disk that does not do it is named.
TEST_F(SegmentsTest, WhatCannotBeRemovedIsNamed) {
  {
    Segments segments(storage_, "/j", kLike, kBytes);
    ASSERT_EQ(segments.Open(1, kPage), "");
    Fill(&segments, 3 * kBlocks);
  }
  storage_.RemoveFile("/j/" + SegmentName(2));
  std::string problem;
  for (std::uint64_t at = 0; at < 10 && problem.find("cannot remove") == std::string::npos; ++at) {
    const std::unique_ptr<SimStorage> copy = storage_.Copy();
    copy->Arm({.at = copy->operations() + at, .kind = sim::FaultKind::kError});
    Segments segments(*copy, "/j", kLike, kBytes);
    problem = segments.Open(3, kPage);
  }
  EXPECT_EQ(problem, "cannot remove /j/" + SegmentName(1) + ": Input/output error");
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(3, kPage), "");
  EXPECT_EQ(Names().front(), SegmentName(3));
}

TEST(SegmentNameTest, HasDigitsAndNothingElse) {
  std::uint64_t number = 0;
  EXPECT_TRUE(IsSegmentName(SegmentName(0x1234), &number));
  EXPECT_EQ(number, 0x1234u);
  for (const char* name : {"journal-", "journal-000000000000000", "journal-00000000000000001",
                           "journal-000000000000000/", "journal-000000000000000:", "journal-000000000000000g",
                           "journal-000000000000000 ", "snapshot-0000000000000001", "journal-0000000000000001.new"}) {
    EXPECT_FALSE(IsSegmentName(name, &number)) << name;
  }
}

TEST_F(SegmentsTest, WhatIsRetiredIsUsedAgain) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  Fill(&segments, 4 * kBlocks + 1);  // 1 .. 5 written, 6 prepared
  EXPECT_EQ(segments.count(), 6u);
  ASSERT_EQ(segments.Retire(5), "");
  EXPECT_EQ(segments.count(), 2u);
  // Two are kept, the others are gone.
  std::vector<std::string> names = NamesOf(5, 6);
  names.insert(names.end(), {"spare-0000000000000001", "spare-0000000000000002"});
  EXPECT_EQ(Names(), names);
  EXPECT_TRUE(IsLeftover("spare-0000000000000002"));
  ASSERT_EQ(segments.Retire(5), "");
  EXPECT_EQ(Names(), names);

  std::vector<sim::Op> record;
  storage_.record = &record;
  ASSERT_EQ(segments.PrepareNext(), "");
  storage_.record = nullptr;
  EXPECT_EQ(std::count(record.begin(), record.end(), sim::Op::kCreate), 0);
  EXPECT_EQ(std::count(record.begin(), record.end(), sim::Op::kWrite), 1);  // its first page
  ExpectHeader(7);
  EXPECT_EQ(Bytes(7)[kPage], std::byte{1 + kBlocks});  // what was in it before
  EXPECT_EQ(Names(),
            (std::vector<std::string>{SegmentName(5), SegmentName(6), SegmentName(7), "spare-0000000000000001"}));
}

// Made by an engine with other options, or grown by a large block: of another size it is made anew.
TEST_F(SegmentsTest, WhatHasAnotherSizeIsNotUsedAgain) {
  for (const std::uint64_t bytes : {kBytes / 2, 2 * kBytes}) {
    storage_.PowerLoss(sim::Loss::kNone);
    for (const std::string& name : Names()) storage_.RemoveFile("/j/" + name);
    {
      Segments segments(storage_, "/j", kLike, kBytes);
      ASSERT_EQ(segments.Open(1, kPage), "");
      Fill(&segments, 2 * kBlocks + 1);
    }
    Segments segments(storage_, "/j", kLike, bytes);
    ASSERT_EQ(segments.Open(3, 2 * kPage), "");
    while (segments.number() < 5) ASSERT_EQ(segments.Write(Pages(1, 1)), "");
    ASSERT_EQ(segments.Retire(5), "");
    while (segments.number() < 9) ASSERT_EQ(segments.Write(Pages(1, 1)), "");
    for (std::uint64_t number = 5; number <= 10; ++number) EXPECT_EQ(Bytes(number).size(), bytes) << number;
    EXPECT_EQ(Names(), NamesOf(5, 10));
  }
}

// A crash may undo some of the removals that were not on the disk yet, and not others.
TEST_F(SegmentsTest, WhatLiesBelowAGapIsRemoved) {
  {
    Segments segments(storage_, "/j", kLike, kBytes);
    ASSERT_EQ(segments.Open(1, kPage), "");
    Fill(&segments, 4 * kBlocks + 1);  // 1 .. 5 written, 6 prepared
  }
  storage_.RemoveFile("/j/" + SegmentName(3));
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(5, 2 * kPage), "");
  EXPECT_EQ(Names(), NamesOf(4, 6));
  EXPECT_EQ(segments.count(), 3u);
  ASSERT_EQ(segments.Retire(5), "");
  EXPECT_EQ(segments.count(), 2u);
}

// After a failed sync nobody knows which names the disk has, and no later sync says: what has been given a new name is
// not used again.
TEST_F(SegmentsTest, WhatWasRenamedWhenASyncFailedIsNotUsedAgain) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  Fill(&segments, 4 * kBlocks + 1);
  storage_.Arm(
      {.at = storage_.operations() + 4, .kind = sim::FaultKind::kError});  // two renamed, two removed; the sync
  EXPECT_EQ(segments.Retire(5), "cannot sync /j: Input/output error");
  std::vector<sim::Op> record;
  storage_.record = &record;
  ASSERT_EQ(segments.PrepareNext(), "");
  EXPECT_EQ(std::count(record.begin(), record.end(), sim::Op::kCreate), 1);
  ASSERT_EQ(segments.Retire(5), "");
  record.clear();
  Fill(&segments, kBlocks);
  ASSERT_EQ(segments.PrepareNext(), "");
  EXPECT_EQ(std::count(record.begin(), record.end(), sim::Op::kCreate), 1);
  storage_.record = nullptr;
  EXPECT_EQ(Names(), NamesOf(5, 8));
}

// Removed by hand: it is left over, after all.
TEST_F(SegmentsTest, ASpareThatIsGoneIsDoneWithout) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  Fill(&segments, 4 * kBlocks + 1);
  ASSERT_EQ(segments.Retire(5), "");
  for (const char* spare : {"/j/spare-0000000000000001", "/j/spare-0000000000000002"}) storage_.RemoveFile(spare);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(segments.PrepareNext(), "");
    Fill(&segments, kBlocks);
  }
  EXPECT_EQ(Names(), NamesOf(5, 9));
}

TEST_F(SegmentsTest, TheOneBeingWrittenIsNeverRetired) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  Fill(&segments, kBlocks + 1);
  ASSERT_EQ(segments.Retire(100), "");
  EXPECT_EQ(segments.count(), 2u);
  EXPECT_EQ(segments.number(), 2u);
  ASSERT_EQ(segments.Write(Pages(1, 5)), "");
}

// Made ahead, a segment is synced a piece at a time, with pauses, for the sake of whoever waits for a commit. Once the
// engine ends nobody does, and it would wait for them itself.
TEST_F(SegmentsTest, InAHurryASegmentIsSyncedOnce) {
  constexpr std::uint64_t kPieces = 3;
  Segments segments(storage_, "/j", kLike, kPieces << 20);
  ASSERT_EQ(segments.Open(1, kPage), "");
  const auto syncs_of_next = [&] {
    std::vector<sim::Op> operations;
    storage_.record = &operations;
    EXPECT_EQ(segments.PrepareNext(), "");
    storage_.record = nullptr;
    return std::count(operations.begin(), operations.end(), sim::Op::kSync);
  };
  EXPECT_EQ(syncs_of_next(), static_cast<std::ptrdiff_t>(kPieces));
  ASSERT_EQ(segments.Write(std::vector<std::byte>((kPieces << 20) - kPage)), "");
  ASSERT_EQ(segments.Write(Pages(1, 1)), "");  // the next one's first
  segments.Hurry();
  EXPECT_EQ(syncs_of_next(), 1);
  ASSERT_EQ(segments.PrepareNext(), "");
}

TEST_F(SegmentsTest, WhatCannotBeFinishedKeepsNoRoom) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  storage_.SetSpace(2 * kBytes + kBytes / 2);
  EXPECT_NE(segments.PrepareNext(), "");
  EXPECT_EQ(Names(), NamesOf(1, 2));
  storage_.SetSpace(3 * kBytes);
  EXPECT_EQ(segments.PrepareNext(), "");
  EXPECT_EQ(Names(), NamesOf(1, 3));
}

TEST_F(SegmentsTest, EveryFailureNamesItsFile) {
  const auto next_day = [](SimStorage* storage, std::uint64_t number) -> std::string {
    storage->RemoveFile("/j/" + SegmentName(number - 1));  // what lies below is removed
    Segments segments(*storage, "/j", kLike, 2 * kBytes);
    if (std::string problem = segments.Open(number, kPage); !problem.empty()) return problem;
    while (segments.number() < number + 3) {
      if (std::string problem = segments.Write(Pages(1, 4)); !problem.empty()) return problem;
    }
    if (std::string problem = segments.Retire(number + 3); !problem.empty()) return problem;
    return segments.PrepareNext();  // what was retired has another size
  };
  const auto day = [&](SimStorage* storage) -> std::string {
    Segments segments(*storage, "/j", kLike, kBytes);
    if (std::string problem = segments.Open(1, kPage); !problem.empty()) return problem;
    for (std::uint64_t i = 0; i < 6 * kBlocks; ++i) {
      if (std::string problem = segments.Write(Pages(1, 3)); !problem.empty()) return problem;
      if (i % 80 != 79) continue;  // some are kept, some removed
      if (std::string problem = segments.Retire(segments.number()); !problem.empty()) return problem;
    }
    return next_day(storage, segments.number());
  };
  SimStorage good(1);
  ASSERT_EQ(day(&good), "");
  for (std::uint64_t at = 0; at < good.operations(); ++at) {
    for (const sim::FaultKind kind : {sim::FaultKind::kError, sim::FaultKind::kNoSpace, sim::FaultKind::kShortWrite}) {
      SimStorage storage(at);
      storage.Arm({.at = at, .kind = kind});
      const std::string problem = day(&storage);
      EXPECT_NE(problem.find(" /j"), std::string::npos) << "operation " << at << ": " << problem;
    }
  }
}

// Filling takes several syncs; each may fail.
TEST_F(SegmentsTest, AFailureWhileAFileIsFilledNamesIt) {
  const auto open = [](SimStorage* storage) {
    Segments segments(*storage, "/j", kLike, 3 << 20);
    return segments.PrepareNext();  // nobody is in a hurry
  };
  SimStorage good(1);
  ASSERT_EQ(open(&good), "");
  for (std::uint64_t at = 0; at < good.operations(); ++at) {
    SimStorage storage(at);
    storage.Arm({.at = at, .kind = sim::FaultKind::kError});
    EXPECT_NE(open(&storage).find(" /j"), std::string::npos) << "operation " << at;
  }
}

// What was whole when it was made is not when its turn comes.
TEST_F(SegmentsTest, AHeaderThatIsDamagedMeanwhileIsSaid) {
  Segments segments(storage_, "/j", kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  storage_.FlipBit("/j/" + SegmentName(2), 100);
  Fill(&segments, kBlocks);
  const std::string problem = segments.Write(Pages(1, 1));
  EXPECT_EQ(problem.find("/j/" + SegmentName(2) + ": at 0: "), 0u) << problem;
}

TEST(IoProblemTest, HasAReasonInAnyCase) {
  EXPECT_EQ(IoProblem("write", "/j/a", 28), "cannot write /j/a: No space left on device");
  EXPECT_EQ(IoProblem("read", "/j/a", 0), "cannot read /j/a: Input/output error");
}

// Whoever takes a snapshot retires, whoever keeps the journal prepares, whoever commits writes.
TEST(SegmentsThreadsTest, WritePrepareAndRetireAtOnce) {
  const program::Directory directory;
  const std::string path = directory.path();
  Segments segments(SystemStorage(), path, kLike, kBytes);
  ASSERT_EQ(segments.Open(1, kPage), "");
  std::atomic<bool> done{false};
  std::thread preparer([&] {
    while (!done) {
      EXPECT_EQ(segments.PrepareNext(), "");
      EXPECT_GE(segments.count(), 2u);
    }
  });
  std::thread retirer([&] {
    while (!done) EXPECT_EQ(segments.Retire(segments.number()), "");
  });
  for (std::uint64_t i = 0; i < 10 * kBlocks; ++i) EXPECT_EQ(segments.Write(Pages(1, 3)), "");
  done = true;
  preparer.join();
  retirer.join();
  EXPECT_EQ(segments.number(), 10u);
}

}  // namespace
}  // namespace flexstock::journal
