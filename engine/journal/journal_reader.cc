#include "engine/journal/journal_reader.h"

#include <algorithm>

#include "engine/base/seeded_bugs.h"
#include "engine/journal/bytes.h"
#include "engine/journal/segments.h"

namespace flexstock::journal {

JournalReader::JournalReader(Storage& storage, std::string path, const Directory& directory, std::uint64_t first)
    : storage_(storage), path_(std::move(path)), directory_(directory), first_(first), number_(first - 1) {
  tail_.number = first;
}

std::string JournalReader::At(std::uint64_t number, std::uint64_t offset) const {
  return path_ + "/" + SegmentName(number) + ": at " + std::to_string(offset) + ": ";
}

bool JournalReader::Load(std::uint64_t number) {
  const std::string path = path_ + "/" + SegmentName(number);
  std::unique_ptr<StorageFile> file;
  if (const int error = storage_.Open(path, OpenMode::kRead, &file); error != 0) {
    problem_ = IoProblem("open", path, error);
    return false;
  }
  std::uint64_t size = 0;
  if (const int error = file->Size(&size); error != 0) {
    problem_ = IoProblem("read", path, error);
    return false;
  }
  size_ = static_cast<std::size_t>(size);
  if (memory_.size() < size_) memory_.resize(size_);
  problem_ = ReadWhole(*file, path, 0, std::span<std::byte>(memory_).first(size_));
  bytes_read_ += size;
  number_ = number;
  return problem_.empty();
}

JournalReader::Found JournalReader::Look(std::uint64_t offset, Block* block, std::uint64_t* hash) const {
  if (offset + kBlockHeaderBytes > size_) return Found::kNothing;
  const std::span<const std::byte> at = std::span<const std::byte>(memory_).subspan(offset, size_ - offset);
  if (!TakeBlockHeader(at, &block->header, hash)) return Found::kNothing;
  // In a segment that is used again, there may be blocks of its life before.
  const bool journals = block->header.kind == BlockKind::kEpoch || block->header.kind == BlockKind::kClosed;
  if (block->header.engine != directory_.like.engine || !journals) return Found::kNothing;
  const bool closes = block->header.kind == BlockKind::kClosed;
  if (block->header.epoch < tail_.epoch || (block->header.epoch == tail_.epoch && !closes)) return Found::kNothing;
  // Behind a snapshot, the first block's predecessor may be gone.
  const bool follows = any_ || first_ == 1 ? block->header.previous == tail_.hash : offset == kPage;
  if (!follows && !base::Seeded(base::Bug::kForgetChain)) return Found::kLater;
  block->offset = offset;
  const std::uint64_t end = kBlockHeaderBytes + std::uint64_t{block->header.payload_bytes};
  if (end > at.size()) return Found::kBroken;
  block->payload = at.subspan(kBlockHeaderBytes, block->header.payload_bytes);
  if (HashOf(block->payload) == block->header.payload_hash || base::Seeded(base::Bug::kIgnoreChecksum)) {
    return Found::kNext;
  }
  block->broken = base::Seeded(base::Bug::kReplayIncompleteEpoch);
  return block->broken ? Found::kNext : Found::kBroken;
}

// Whether something was written at a page or behind it after the block that should follow the last one.
bool JournalReader::HasLater(std::uint64_t from, std::uint64_t* where) const {
  for (std::uint64_t offset = from; offset < size_; offset += kPage) {
    Block block;
    std::uint64_t hash = 0;
    if (Look(offset, &block, &hash) != Found::kLater) continue;
    *where = offset;
    return true;
  }
  return false;
}

// What is no header, but has been the one that follows: a part of it still says so.
bool JournalReader::IsRemnant(std::uint64_t offset) const {
  if (offset + kBlockHeaderBytes > size_) return false;
  Reader reader(std::span<const std::byte>(memory_).subspan(offset, kBlockHeaderBytes));
  (void)reader.Take(8);
  const auto hi = reader.Fixed<std::uint64_t>();
  const auto lo = reader.Fixed<std::uint64_t>();
  const auto epoch = reader.Fixed<std::uint64_t>();
  const auto previous = reader.Fixed<std::uint64_t>();
  const bool ours = hi == directory_.like.engine.hi || lo == directory_.like.engine.lo;
  return (any_ && previous == tail_.hash) || (ours && epoch > tail_.epoch);
}

bool JournalReader::Next(std::vector<Block>* blocks) {
  blocks->clear();
  if (done_ || !problem_.empty()) return false;
  const std::vector<std::uint64_t>& segments = directory_.segments;
  const std::uint64_t number = number_ + 1;
  const std::uint64_t last = segments.back();
  if (!std::binary_search(segments.begin(), segments.end(), number)) {
    // Below the last there is no gap; and the last that is there has never been written to.
    if (number <= last || (any_ && tail_.number == last)) {
      problem_ = path_ + "/" + SegmentName(number) + ": it is missing: blocks of the journal are gone";
    }
    done_ = true;
    return false;
  }
  if (!Load(number)) return false;

  std::uint64_t offset = kPage;
  Found found = Found::kNothing;
  for (;;) {
    Block block;
    std::uint64_t hash = 0;
    found = Look(offset, &block, &hash);
    if (found != Found::kNext) break;
    // What was torn before was written anew here.
    torn_.clear();
    any_ = true;
    blocks->push_back(block);
    offset += PageUp(kBlockHeaderBytes + block.header.payload_bytes);
    tail_ = {.number = number,
             .offset = offset,
             .hash = hash,
             .epoch = block.header.epoch,
             .position = block.header.position,
             .closed = block.header.kind == BlockKind::kClosed};
  }
  // The journal goes on behind tail_, in this segment or, if nothing is here, in one before it.
  std::uint64_t later = 0;
  const bool here = tail_.number == number;
  if (HasLater(here ? offset : kPage, &later)) {
    problem_ = At(tail_.number, tail_.offset) +
               "a block is damaged or missing: one that was written later is whole, at " + std::to_string(later) +
               " in " + SegmentName(number);
    blocks->clear();
    return false;
  }
  if (torn_.empty() && (here || blocks->empty()) && (found == Found::kBroken || IsRemnant(offset))) {
    torn_ = At(number, offset) + "a block behind epoch " + std::to_string(tail_.epoch) +
            " is not whole: it is left out. A crash cuts a write short that nobody was told was durable";
  }
  return true;
}

}  // namespace flexstock::journal
