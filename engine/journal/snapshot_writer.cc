#include "engine/journal/snapshot_writer.h"

#include <zstd.h>

#include "engine/base/seeded_bugs.h"
#include "engine/journal/image.h"

namespace flexstock::journal {
namespace {

// Smaller ones are not worth it.
constexpr std::size_t kCompressedMin = 1024;
constexpr int kLevel = 1;

}  // namespace

SnapshotWriter::~SnapshotWriter() {
  file_.reset();
  if (!path_.empty()) (void)storage_.Remove(path_);  // else the next one is written over it
}

std::string SnapshotWriter::Begin(const SnapshotBegin& begin) {
  path_ = directory_ + "/" + kUnfinishedSnapshot;
  if (const int error = storage_.Open(path_, OpenMode::kCreate, &file_); error != 0) {
    return IoProblem("make", path_, error);
  }
  header_.kind = FileKind::kSnapshot;
  header_.number = 0;  // not known yet: the end block has it, and the name
  std::byte bytes[kFileHeaderBytes];
  previous_ = PutFileHeader(bytes, header_);
  const IoResult written = file_->WriteAt(0, bytes);
  if (written.error != 0 || written.count != sizeof bytes) return IoProblem("write", path_, written.error);
  offset_ = sizeof bytes;
  block_.Begin();
  block_.Varint(begin.segment);
  block_.Fixed(begin.before.hash);
  block_.Varint(begin.before.epoch);
  return Write(BlockKind::kBegin);
}

std::string SnapshotWriter::Add(std::uint32_t shard, const shard::Shard::Standing& standing) {
  block_.Begin();
  block_.Varint(shard);
  block_.Varint(standing.newest);
  block_.Varint(standing.placed);
  block_.Varint(static_cast<std::uint64_t>(standing.now_ms));
  return Write(BlockKind::kShard);
}

void SnapshotWriter::BeginChunk(std::uint32_t shard, memory::Range slots, std::uint64_t newest, std::size_t count) {
  block_.Begin();
  block_.Varint(shard);
  block_.Varint(slots.first);
  block_.Varint(slots.size());
  block_.Varint(newest);
  block_.Varint(count);
}

std::string SnapshotWriter::Add(std::uint32_t shard, memory::Range slots, std::uint64_t newest,
                                std::span<const shard::SlotImage> orders) {
  BeginChunk(shard, slots, newest, orders.size());
  PutImages(orders, &block_);
  orders_ += orders.size();
  return Write(BlockKind::kOrders);
}

std::string SnapshotWriter::Add(std::uint32_t shard, memory::Range slots, std::uint64_t newest,
                                std::span<const shard::ProductImage> products) {
  BeginChunk(shard, slots, newest, products.size());
  PutImages(products, &block_);
  products_ += products.size();
  return Write(BlockKind::kProducts);
}

std::string SnapshotWriter::Add(std::span<const shard::Change> events) {
  block_.Begin();
  block_.Varint(events.size());
  for (const shard::Change& event : events) PutTold(event, &block_);
  return Write(BlockKind::kEvents);
}

std::string SnapshotWriter::End(const SnapshotEnd& end) {
  block_.Begin();
  block_.Varint(end.next_position);
  for (const std::uint64_t position : end.confirmed) block_.Varint(position);
  block_.Varint(end.positions.size());
  for (const Position& position : end.positions) {
    block_.Varint(position.stream);
    block_.Varint(position.offset);
  }
  block_.Varint(orders_);
  block_.Varint(products_);
  if (std::string problem = Write(BlockKind::kEnd, end.epoch); !problem.empty()) return problem;
  const bool synced = !base::Seeded(base::Bug::kSnapshotWithoutSync);
  if (const int error = synced ? file_->Sync() : 0; error != 0) return IoProblem("sync", path_, error);
  file_.reset();
  const std::string path = directory_ + "/" + SnapshotName(end.epoch);
  if (const int error = storage_.Rename(path_, path); error != 0) return IoProblem("rename", path_, error);
  path_.clear();
  if (base::Seeded(base::Bug::kSnapshotNameNotSynced)) return {};
  if (const int error = storage_.SyncDirectory(directory_); error != 0) return IoProblem("sync", directory_, error);
  return {};
}

std::string SnapshotWriter::Write(BlockKind kind, Epoch epoch) {
  BlockHeader header{.kind = kind, .engine = header_.engine, .epoch = epoch, .previous = previous_};
  BlockWriter* out = &block_;
  const std::span<const std::byte> raw = block_.payload();
  if (raw.size() >= kCompressedMin) {
    compressed_.Begin();
    const std::size_t most = ZSTD_compressBound(raw.size());
    std::byte* const at = compressed_.Room(most);
    const std::size_t size = ZSTD_compress(at, most, raw.data(), raw.size(), kLevel);
    if (ZSTD_isError(size) == 0 && size < raw.size()) {
      compressed_.Advance(at + size);
      header.compressed = true;
      header.raw_bytes = static_cast<std::uint32_t>(raw.size());
      out = &compressed_;
    }
  }
  const std::span<const std::byte> block = out->End(header, /*padded=*/false, &previous_);
  const IoResult written = file_->WriteAt(offset_, block);
  if (written.error != 0) return IoProblem("write", path_, written.error);
  if (written.count != block.size()) return "cannot write " + path_ + ": the disk takes no more bytes";
  offset_ += block.size();
  return {};
}

}  // namespace flexstock::journal
