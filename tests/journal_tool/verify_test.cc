// What verify says of journals that are whole, that end in a write cut short, and that are damaged.
#include "tools/journal/verify.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <array>
#include <span>

#include "engine/journal/format.h"
#include "tests/journal_tool/on_disk.h"
#include "tools/journal/scan.h"

namespace flexstock::journal_tool {
namespace {

using VerifyTest = OnDisk;
using testing::HasSubstr;

std::string ProblemOf(const std::string& path, bool deep = false) {
  return Verify(SystemStorage(), path, deep).problem;
}

std::string RemedyOf(const std::string& path) { return Verify(SystemStorage(), path, false).remedy; }

// Where the blocks of the journal are, in the order in which they were written.
struct At {
  std::string file;
  std::uint64_t offset, bytes;
  Epoch epoch;
};
std::vector<At> BlocksOf(const std::string& path) {
  class Places : public Visitor {
   public:
    void OnBlock(std::uint64_t segment, const journal::Block& block, const journal::EpochBlock& /*epoch*/) override {
      at.push_back({journal::SegmentName(segment), block.offset, journal::kBlockHeaderBytes + block.payload.size(),
                    block.header.epoch});
    }
    std::vector<At> at;
  } places;
  Scanned scanned;
  EXPECT_EQ(Scan(SystemStorage(), path, &places, &scanned), "");
  return places.at;
}

TEST_F(VerifyTest, SaysWhatIsThere) {
  MakeADay();
  const auto before = Files();
  for (const bool deep : {false, true}) {
    const Verified verified = Verify(SystemStorage(), path_, deep);
    EXPECT_EQ(verified.problem, "");
    EXPECT_THAT(verified.remarks, testing::IsEmpty());
    const std::vector<At> blocks = BlocksOf(path_);
    EXPECT_THAT(verified.report, HasSubstr("whole: snapshot of epoch "));
    EXPECT_THAT(verified.report,
                HasSubstr(std::to_string(blocks.size()) + " blocks, epochs " + std::to_string(blocks.front().epoch) +
                          " to " + std::to_string(blocks.back().epoch) + ", "));
    EXPECT_THAT(verified.report, HasSubstr("closed in order"));
    EXPECT_EQ(verified.report.find("add up") != std::string::npos, deep);
  }
  EXPECT_TRUE(Files() == before) << "it only reads";
}

TEST_F(VerifyTest, IsContentWithANewJournalAndWithOneThatWasNotClosed) {
  {
    const std::unique_ptr<Engine> engine = OpenHere();
    EXPECT_THAT(Verify(SystemStorage(), path_, true).report, HasSubstr("no snapshot, 2 segments, 0 blocks, 0 changes"));
    journal::Shop shop({.seed = 3});
    RunADay(&shop, engine.get());
    EXPECT_THAT(Verify(SystemStorage(), path_, true).report, HasSubstr("not closed"));
  }
  EXPECT_THAT(Verify(SystemStorage(), path_, true).report, HasSubstr("closed in order"));
}

TEST_F(VerifyTest, CountsWhatAnEngineThenRecovers) {
  MakeADay(7);
  const std::string report = Verify(SystemStorage(), path_, true).report;
  const auto [engine, problem] = Engine::Open(OptionsHere());
  ASSERT_EQ(problem, "");
  const AuditReport audit = engine->Audit();
  EXPECT_THAT(report, HasSubstr("recovered: " + std::to_string(audit.products) + " products, "));
  EXPECT_THAT(report, HasSubstr(" " + std::to_string(engine->recovery().changes) + " changes"));
}

// A crash cuts the last write short.
TEST_F(VerifyTest, NamesATornTailAndIsContent) {
  MakeADay();
  // The last block is the one that says that the engine was closed; the one before it has changes.
  const std::vector<At> blocks = BlocksOf(path_);
  const At& closed = blocks[blocks.size() - 1];
  const At& last = blocks[blocks.size() - 2];
  {
    std::fstream file(path_ + "/" + closed.file, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(closed.offset));
    file << std::string(closed.bytes, '\0');
  }
  EXPECT_EQ(ProblemOf(path_), "");
  Flip(last.file, last.offset + journal::kBlockHeaderBytes);
  for (const bool deep : {false, true}) {
    const Verified verified = Verify(SystemStorage(), path_, deep);
    EXPECT_EQ(verified.problem, "");
    ASSERT_EQ(verified.remarks.size(), 1u);
    EXPECT_THAT(verified.remarks[0], HasSubstr(last.file + ": at " + std::to_string(last.offset) + ": "));
    EXPECT_THAT(verified.remarks[0], HasSubstr("is not whole: it is left out"));
    EXPECT_THAT(verified.report, HasSubstr(" to " + std::to_string(blocks[blocks.size() - 3].epoch) + ", "));
  }
  EXPECT_EQ(OpenHere()->recovery().epoch, blocks[blocks.size() - 3].epoch) << "an engine says the same";
}

// A segment that is used again has bytes of its life before; they may be like those of a block that was torn.
TEST_F(VerifyTest, TakesNothingForTornBehindTheEndOfAnEngineThatWasClosed) {
  MakeADay();
  Scanned scanned;
  Visitor nothing;
  ASSERT_EQ(Scan(SystemStorage(), path_, &nothing, &scanned), "");
  const std::uint64_t likeness[] = {0, 0, scanned.directory.like.engine.lo, ~std::uint64_t{0}, 0};
  std::fstream file(path_ + "/" + journal::SegmentName(scanned.tail.number),
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(scanned.tail.offset));
  file.write(reinterpret_cast<const char*>(likeness), sizeof likeness);
  file.close();
  const Verified verified = Verify(SystemStorage(), path_, /*deep=*/true);
  EXPECT_EQ(verified.problem, "");
  EXPECT_THAT(verified.remarks, testing::IsEmpty());
  EXPECT_THAT(verified.report, HasSubstr("closed in order"));
}

TEST_F(VerifyTest, KnowsThatAnEngineWasOpenedSinceOneWasClosed) {
  MakeADay();
  {
    const std::unique_ptr<Engine> engine = OpenHere();
    EXPECT_THAT(Verify(SystemStorage(), path_, true).report, HasSubstr("not closed"));
  }
  EXPECT_THAT(Verify(SystemStorage(), path_, true).report, HasSubstr("closed in order"));
}

TEST_F(VerifyTest, NamesADamagedBlock) {
  MakeADay();
  const std::vector<At> blocks = BlocksOf(path_);
  // One that has another behind it in its file.
  std::size_t middle = blocks.size() / 2;
  while (blocks[middle].file != blocks[middle + 1].file) ++middle;
  const At& damaged = blocks[middle];
  for (const std::uint64_t at : {std::uint64_t{20}, damaged.bytes - 1}) {
    Flip(damaged.file, damaged.offset + at);
    for (const bool deep : {false, true}) {
      const Verified verified = Verify(SystemStorage(), path_, deep);
      EXPECT_THAT(verified.problem,
                  HasSubstr(path_ + "/" + damaged.file + ": at " + std::to_string(damaged.offset) + ": "));
      EXPECT_THAT(verified.remedy, HasSubstr("put all of a backup in its place"));
      EXPECT_EQ(verified.report, "");
    }
    EXPECT_NE(Engine::Open(OptionsHere()).problem, "") << "an engine says the same";
    Flip(damaged.file, damaged.offset + at);
  }
  EXPECT_EQ(ProblemOf(path_), "");
}

TEST_F(VerifyTest, NamesADamagedSnapshot) {
  MakeADay();
  const std::string name = FileOf("snapshot-");
  const std::uint64_t size = std::filesystem::file_size(path_ + "/" + name);
  for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{60}, std::uint64_t{70}, size / 2, size - 1}) {
    Flip(name, at);
    EXPECT_THAT(ProblemOf(path_), HasSubstr(path_ + "/" + name + ": at ")) << at;
    Flip(name, at);
  }
  std::filesystem::resize_file(path_ + "/" + name, size - 1);
  EXPECT_THAT(ProblemOf(path_), HasSubstr("the file ends here, it has been cut"));
}

TEST_F(VerifyTest, NamesAMissingSegment) {
  MakeADay();
  const std::vector<At> blocks = BlocksOf(path_);
  std::filesystem::remove(path_ + "/" + blocks.back().file);
  EXPECT_THAT(ProblemOf(path_), HasSubstr(blocks.back().file + ": it is missing"));
  EXPECT_THAT(RemedyOf(path_), HasSubstr("put back what is missing"));
  for (const auto& [name, bytes] : Files()) {
    if (name.starts_with("journal-")) std::filesystem::remove(path_ + "/" + name);
  }
  EXPECT_THAT(ProblemOf(path_), HasSubstr("a snapshot alone"));
  EXPECT_THAT(RemedyOf(path_), HasSubstr("put back what is missing"));
}

TEST_F(VerifyTest, NamesAFileOfAnotherJournal) {
  MakeADay();
  const std::string last = FileOf("journal-", -1);
  const std::string other = path_ + "-other";
  std::filesystem::rename(path_, other);
  MakeADay();
  std::filesystem::copy_file(other + "/" + last, path_ + "/" + last, std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(ProblemOf(path_), HasSubstr(path_ + "/" + last + ": at 0: it belongs to another journal: move it out"));
  EXPECT_EQ(RemedyOf(path_), "");
}

TEST_F(VerifyTest, NamesAFileByAnotherName) {
  MakeADay();
  std::filesystem::copy_file(path_ + "/" + FileOf("journal-"), path_ + "/" + journal::SegmentName(0xffff));
  EXPECT_THAT(ProblemOf(path_), HasSubstr("it was renamed or replaced: give it its name, or move it out"));
  EXPECT_EQ(RemedyOf(path_), "");
}

// A good journal, but not for this program: nothing is to be put in its place.
TEST_F(VerifyTest, NamesAFormatThatIsNotKnown) {
  MakeADay();
  for (const std::string& name : {FileOf("snapshot-"), FileOf("journal-"), FileOf("journal-", -1)}) {
    const std::string bytes = Files()[name];
    journal::FileHeader header;
    std::uint64_t hash = 0;
    ASSERT_EQ(journal::TakeFileHeader(std::as_bytes(std::span(bytes)), &header, &hash), "");
    header.format = journal::kFormat + 1;
    std::array<std::byte, journal::kFileHeaderBytes> changed;
    journal::PutFileHeader(changed.data(), header);
    std::fstream file(path_ + "/" + name, std::ios::in | std::ios::out | std::ios::binary);
    file.write(reinterpret_cast<const char*>(changed.data()), changed.size());
    file.close();
    EXPECT_THAT(ProblemOf(path_),
                HasSubstr(name + ": at 0: it has format 2, this flexstock reads up to 1: use a newer"));
    EXPECT_EQ(RemedyOf(path_), "");
    std::ofstream(path_ + "/" + name, std::ios::binary) << bytes;
  }
}

// A pipe would keep whoever opens it until somebody writes.
TEST_F(VerifyTest, NamesWhatIsNoFile) {
  MakeADay();
  ASSERT_EQ(::mkfifo((path_ + "/" + journal::SegmentName(0xffff)).c_str(), 0666), 0);
  EXPECT_EQ(ProblemOf(path_), "cannot read " + path_ + "/" + journal::SegmentName(0xffff) + ": Illegal seek");
  EXPECT_EQ(Engine::Open(OptionsHere()).problem, ProblemOf(path_)) << "an engine says the same";
}

TEST_F(VerifyTest, SaysThatThereIsNoJournal) {
  EXPECT_EQ(ProblemOf(path_), "cannot list " + path_ + ": No such file or directory");
  EXPECT_EQ(RemedyOf(path_), "");
  std::filesystem::create_directory(path_);
  EXPECT_THAT(ProblemOf(path_), HasSubstr(path_ + ": there is no journal here"));
  std::ofstream(path_ + "/notes.txt") << "not ours";
  EXPECT_THAT(ProblemOf(path_), HasSubstr(path_ + ": there is no journal here"));
  EXPECT_EQ(RemedyOf(path_), "");
  EXPECT_EQ(Files().size(), 1u) << "and none is made";
}

}  // namespace
}  // namespace flexstock::journal_tool
