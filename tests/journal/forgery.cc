#include "tests/journal/forgery.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "engine/journal/snapshot_reader.h"

namespace flexstock::journal {

File::File(sim::SimStorage* storage, std::string path) : storage_(storage), path_(std::move(path)) {
  const std::span<const std::byte> bytes = storage->Bytes(path_);
  EXPECT_EQ(TakeFileHeader(bytes, &header, &header_hash_), "");
  is_segment_ = header.kind == FileKind::kSegment;
  for (std::uint64_t at = is_segment_ ? kPage : kFileHeaderBytes; at < bytes.size();) {
    Forged block;
    std::uint64_t hash = 0;
    if (!TakeBlockHeader(bytes.subspan(at), &block.header, &hash)) break;
    block.offset = at;
    const auto raw = bytes.subspan(at + kBlockHeaderBytes, block.header.payload_bytes);
    std::vector<std::byte> memory;
    std::span<const std::byte> payload;
    EXPECT_TRUE(SnapshotReader::Unpack({.header = block.header, .offset = at, .payload = raw}, &memory, &payload));
    block.payload.assign(payload.begin(), payload.end());
    block.header.compressed = false;
    at += is_segment_ ? PageUp(kBlockHeaderBytes + raw.size()) : kBlockHeaderBytes + raw.size();
    blocks.push_back(std::move(block));
  }
}

std::uint64_t File::Write(std::uint64_t previous) {
  std::vector<std::byte> bytes(kFileHeaderBytes);
  header_hash_ = PutFileHeader(bytes.data(), header);
  if (!is_segment_) previous = header_hash_;
  for (Forged& block : blocks) {
    BlockWriter writer;
    writer.Begin();
    std::copy(block.payload.begin(), block.payload.end(), writer.Room(block.payload.size()));
    writer.Advance(writer.Room(0) + block.payload.size());
    block.header.previous = previous;
    const std::span<const std::byte> whole = writer.End(block.header, is_segment_, &previous);
    if (is_segment_) bytes.resize(block.offset);
    bytes.insert(bytes.end(), whole.begin(), whole.end());
  }
  std::unique_ptr<StorageFile> file;
  EXPECT_EQ(storage_->Open(path_, is_segment_ ? OpenMode::kReadWrite : OpenMode::kCreate, &file), 0);
  EXPECT_EQ(file->WriteAt(0, bytes).count, bytes.size());
  return previous;
}

std::size_t FirstOf(const std::vector<Forged>& blocks, BlockKind kind) {
  const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const auto& b) { return b.header.kind == kind; });
  EXPECT_NE(found, blocks.end());
  return static_cast<std::size_t>(found - blocks.begin());
}

namespace {

// What is in a snapshot's end: all are numbers of one form.
template <typename Change>
void ChangeEnd(Forged* end, Change change) {
  ASSERT_EQ(end->header.kind, BlockKind::kEnd);
  Reader reader(end->payload);
  std::vector<std::uint64_t> numbers;
  while (reader.left() != 0) numbers.push_back(reader.Varint());
  ASSERT_FALSE(reader.failed());
  change(&numbers);
  BlockWriter writer;
  writer.Begin();
  for (const std::uint64_t number : numbers) writer.Varint(number);
  end->payload.assign(writer.payload().begin(), writer.payload().end());
}

}  // namespace

void CountOrders(Forged* end, std::uint64_t more) {
  ChangeEnd(end, [more](std::vector<std::uint64_t>* numbers) { (*numbers)[numbers->size() - 2] += more; });
}

void Confirm(Forged* end, std::uint64_t position) {
  ChangeEnd(end, [position](std::vector<std::uint64_t>* numbers) { (*numbers)[1] = position; });
}

}  // namespace flexstock::journal
