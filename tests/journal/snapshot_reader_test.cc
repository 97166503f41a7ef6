// SnapshotReader, on files that recovery would not come to read: it has looked at their headers and names before.
#include "engine/journal/snapshot_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/journal/block_writer.h"
#include "engine/journal/snapshot_writer.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using sim::SimStorage;

constexpr EngineId kEngine{.hi = 5, .lo = 6};
constexpr Epoch kEpoch = 9;

class SnapshotReaderTest : public testing::Test {
 protected:
  SnapshotReaderTest() { EXPECT_EQ(storage_.MakeDirectory("/j"), 0); }

  // A snapshot's file header and a block behind it, with every hash right.
  [[nodiscard]] static std::vector<std::byte> FileWith(BlockKind kind, const std::vector<std::uint64_t>& begin) {
    const FileHeader header{.kind = FileKind::kSnapshot, .engine = kEngine, .number = kEpoch, .shards = 3};
    std::vector<std::byte> bytes(kFileHeaderBytes);
    std::uint64_t previous = PutFileHeader(bytes.data(), header);
    BlockWriter writer;
    writer.Begin();
    for (std::size_t i = 0; i < begin.size(); ++i) {
      i == 1 ? writer.Fixed(begin[i]) : writer.Varint(begin[i]);  // the hash has a fixed length
    }
    const auto block =
        writer.End({.kind = kind, .engine = kEngine, .epoch = kEpoch, .previous = previous}, false, &previous);
    bytes.insert(bytes.end(), block.begin(), block.end());
    return bytes;
  }

  [[nodiscard]] std::string Open(std::span<const std::byte> bytes) {
    std::unique_ptr<StorageFile> file;
    EXPECT_EQ(storage_.Open("/j/" + SnapshotName(kEpoch), OpenMode::kCreate, &file), 0);
    EXPECT_EQ(file->WriteAt(0, bytes).count, bytes.size());
    SnapshotReader reader(storage_, "/j", kEpoch);
    const std::string problem = reader.Open();
    begin_ = reader.begin();
    return problem;
  }

  [[nodiscard]] static std::string At(std::uint64_t offset) {
    return "/j/" + SnapshotName(kEpoch) + ": at " + std::to_string(offset) + ": ";
  }

  SimStorage storage_{1};
  SnapshotBegin begin_;
};

TEST_F(SnapshotReaderTest, TakesItsBeginning) {
  EXPECT_EQ(Open(FileWith(BlockKind::kBegin, {4, 77, 8})), "");
  EXPECT_EQ(begin_.segment, 4u);
  EXPECT_EQ(begin_.before.hash, 77u);
  EXPECT_EQ(begin_.before.epoch, 8u);
}

TEST_F(SnapshotReaderTest, ThatIsNotThere) {
  SnapshotReader reader(storage_, "/j", kEpoch);
  EXPECT_EQ(reader.Open(), "cannot open /j/" + SnapshotName(kEpoch) + ": No such file or directory");
}

TEST_F(SnapshotReaderTest, CutAnywhereItDoesNotOpen) {
  const std::vector<std::byte> whole = FileWith(BlockKind::kBegin, {4, 77, 8});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string problem = Open(std::span(whole).first(size));
    const bool in_header = size < kFileHeaderBytes;
    EXPECT_EQ(problem.rfind(At(in_header ? 0 : kFileHeaderBytes), 0), 0u) << size << ": " << problem;
    EXPECT_EQ(problem.find("it ends before its header does") != std::string::npos, in_header)
        << size << ": " << problem;
  }
}

TEST_F(SnapshotReaderTest, ForeignHeader) {
  std::vector<std::byte> bytes = FileWith(BlockKind::kBegin, {4, 77, 8});
  bytes[0] ^= std::byte{1};
  EXPECT_EQ(Open(bytes).rfind(At(0), 0), 0u);
}

TEST_F(SnapshotReaderTest, WhoseFirstBlockIsNotABeginning) {
  const std::string bad = At(kFileHeaderBytes) + "the snapshot does not begin here";
  EXPECT_EQ(Open(FileWith(BlockKind::kEnd, {4, 77, 8})), bad);
  EXPECT_EQ(Open(FileWith(BlockKind::kBegin, {})), bad);
  EXPECT_EQ(Open(FileWith(BlockKind::kBegin, {4, 77})), bad);
  EXPECT_EQ(Open(FileWith(BlockKind::kBegin, {0, 77, 8})), bad);  // segments are numbered from 1
}

// Slots whose orders were all forgotten are next to nothing on the disk, and 192 bytes each in memory.
TEST_F(SnapshotReaderTest, ABatchIsSmallBeforeCompressionToo) {
  constexpr std::uint32_t kChunks = 2'000, kSlots = 2'048;
  SnapshotWriter writer(storage_, "/j", {.engine = kEngine, .shards = 1});
  ASSERT_EQ(writer.Begin({.segment = 1, .before = {}}), "");
  std::vector<shard::SlotImage> images(kSlots);
  for (std::uint32_t chunk = 0; chunk < kChunks; ++chunk) {
    const memory::Range slots{chunk * kSlots, (chunk + 1) * kSlots};
    for (std::uint32_t i = 0; i < kSlots; ++i) {
      images[i].slot = slots.first + i;
      images[i].order.generation = 2;
    }
    ASSERT_EQ(writer.Add(0, slots, 7, std::span<const shard::SlotImage>(images)), "");
  }
  ASSERT_EQ(writer.End({.epoch = kEpoch, .positions = {}}), "");
  SnapshotReader reader(storage_, "/j", kEpoch);
  ASSERT_EQ(reader.Open(), "");
  std::uint64_t read = 0, most = 0;
  for (std::vector<Block> blocks;;) {
    ASSERT_EQ(reader.Next(&blocks), "");
    if (blocks.empty()) break;
    std::uint64_t raw = 0;
    for (const Block& block : blocks) raw += block.header.compressed ? block.header.raw_bytes : block.payload.size();
    most = std::max(most, raw);
    read += blocks.size();
  }
  EXPECT_EQ(read, kChunks);
  EXPECT_LT(most, 3u << 20);
  EXPECT_EQ(reader.end().orders, std::uint64_t{kChunks} * kSlots);
}

}  // namespace
}  // namespace flexstock::journal
