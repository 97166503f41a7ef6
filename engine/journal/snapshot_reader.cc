#include "engine/journal/snapshot_reader.h"

#include <zstd.h>

#include <algorithm>

#include "engine/base/seeded_bugs.h"

namespace flexstock::journal {
namespace {

// Read and worked on at a time: enough to keep all threads busy; as images it is several times as large, and still
// little beside what comes back.
constexpr std::uint64_t kBatch = std::uint64_t{1} << 20;
// Of a batch before compression: slots that are free take three bytes as an image, and 192 in memory.
constexpr std::uint64_t kRawBatch = 2 * kBatch;
// No chunk that a snapshot writes comes near.
constexpr std::uint32_t kRawMax = 1u << 30;

bool TakeEnd(std::span<const std::byte> payload, SnapshotEnd* end) {
  Reader reader(payload);
  end->next_position = reader.Varint();
  for (std::uint64_t& position : end->confirmed) position = reader.Varint();
  const auto positions = reader.UpTo(kStreamsMax);
  for (std::uint32_t i = 0; i < positions; ++i) {
    Position position;
    position.stream = reader.UpTo(kStreamsMax - 1);
    position.offset = reader.Varint();
    end->positions.push_back(position);
  }
  end->orders = reader.Varint();
  end->products = reader.Varint();
  return !reader.failed() && reader.left() == 0;
}

}  // namespace

std::string SnapshotReader::Open() {
  if (const int error = storage_.Open(path_, OpenMode::kRead, &file_); error != 0) {
    return IoProblem("open", path_, error);
  }
  if (const int error = file_->Size(&size_); error != 0) return IoProblem("read", path_, error);
  std::byte bytes[kFileHeaderBytes];
  if (size_ < sizeof bytes) return At(0) + "it ends before its header does";
  if (std::string problem = ReadWhole(*file_, path_, 0, bytes); !problem.empty()) return problem;
  if (std::string problem = TakeFileHeader(bytes, &header_, &previous_); !problem.empty()) return At(0) + problem;
  offset_ = sizeof bytes;
  // The begin block, alone.
  memory_.resize(std::min<std::uint64_t>(size_ - offset_, kBlockHeaderBytes + 64));
  if (std::string problem = ReadWhole(*file_, path_, offset_, memory_); !problem.empty()) return problem;
  Block block;
  std::uint64_t used = 0;
  if (std::string problem = ReadBlock(&used, &block); !problem.empty()) return problem;
  Reader reader(block.payload);
  begin_.segment = reader.Varint();
  begin_.before.hash = reader.Fixed<std::uint64_t>();
  begin_.before.epoch = reader.Varint();
  if (used == 0 || block.header.kind != BlockKind::kBegin || reader.failed() || begin_.segment == 0) {
    return At(kFileHeaderBytes) + "the snapshot does not begin here";
  }
  offset_ += used;
  return {};
}

// The block at `*used` in memory_; *used is its end then, or stays if it is not there as a whole.
std::string SnapshotReader::ReadBlock(std::uint64_t* used, Block* block) {
  const std::span<const std::byte> at = std::span<const std::byte>(memory_).subspan(*used);
  if (at.size() < kBlockHeaderBytes) return {};
  std::uint64_t hash = 0;
  const std::uint64_t offset = offset_ + *used;
  if (!TakeBlockHeader(at, &block->header, &hash)) return At(offset) + "a block's header is damaged";
  if (block->header.engine != header_.engine) return At(offset) + "a block of another journal";
  if (block->header.previous != previous_ && !base::Seeded(base::Bug::kForgetChain)) {
    return At(offset) + "a block is missing or out of place: it does not follow the one before it";
  }
  const std::uint64_t bytes = kBlockHeaderBytes + std::uint64_t{block->header.payload_bytes};
  if (at.size() < bytes) return {};
  block->payload = at.subspan(kBlockHeaderBytes, block->header.payload_bytes);
  if (HashOf(block->payload) != block->header.payload_hash && !base::Seeded(base::Bug::kIgnoreChecksum)) {
    return At(offset) + "a block is damaged: the hash of its payload is wrong";
  }
  block->offset = offset;
  previous_ = hash;
  *used += bytes;
  return {};
}

std::string SnapshotReader::Next(std::vector<Block>* blocks) {
  blocks->clear();
  if (ended_) return {};
  for (std::uint64_t want = kBatch;; want *= 2) {
    const std::uint64_t size = std::min(size_ - offset_, want);
    memory_.resize(size);
    if (std::string problem = ReadWhole(*file_, path_, offset_, memory_); !problem.empty()) return problem;
    std::uint64_t used = 0, raw = 0;
    while (!ended_ && raw < kRawBatch) {
      Block block;
      const std::uint64_t begin = used;
      if (std::string problem = ReadBlock(&used, &block); !problem.empty()) return problem;
      if (used == begin) break;
      ended_ = block.header.kind == BlockKind::kEnd;
      if (!ended_) {
        blocks->push_back(block);
        raw += block.header.compressed ? block.header.raw_bytes : block.header.payload_bytes;
        continue;
      }
      end_.epoch = block.header.epoch;
      std::vector<std::byte> memory;
      std::span<const std::byte> payload;
      if (!Unpack(block, &memory, &payload) || !TakeEnd(payload, &end_) || end_.epoch != epoch_ ||
          offset_ + used != size_) {
        return At(block.offset) + "the snapshot's end contradicts its name or what follows";
      }
    }
    offset_ += used;
    if (ended_ || !blocks->empty()) return {};
    if (size == size_ - offset_) return At(offset_) + "the file ends here, it has been cut";
  }
}

bool SnapshotReader::Unpack(const Block& block, std::vector<std::byte>* memory, std::span<const std::byte>* payload) {
  if (!block.header.compressed) {
    *payload = block.payload;
    return true;
  }
  if (block.header.raw_bytes > kRawMax) return false;
  memory->resize(block.header.raw_bytes);
  const std::size_t size = ZSTD_decompress(memory->data(), memory->size(), block.payload.data(), block.payload.size());
  *payload = *memory;
  return ZSTD_isError(size) == 0 && size == memory->size();
}

}  // namespace flexstock::journal
