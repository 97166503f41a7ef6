#include "engine/journal/journal_reader.h"

#include <algorithm>

#include "engine/base/seeded_bugs.h"
#include "engine/journal/bytes.h"
#include "engine/journal/segments.h"

namespace flexstock::journal {

JournalReader::JournalReader(Storage& storage, std::string path, const Directory& directory, std::uint64_t first,
                             Link before)
    : storage_(storage), path_(std::move(path)), directory_(directory), first_(first), number_(first - 1) {
  tail_.number = first;
  tail_.block = tail_.before_segment = before;
}

std::string JournalReader::At(std::uint64_t number, std::uint64_t offset) const {
  return path_ + "/" + SegmentName(number) + ": at " + std::to_string(offset) + ": ";
}

// False: nothing of it can be read. A first page that is damaged, or an end that is cut off, is no reason not to look at
// what blocks there are: each is vouched for by the one before it.
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
  if (!problem_.empty()) return false;
  FileHeader header;
  std::uint64_t hash = 0;
  std::string wrong = TakeFileHeader(std::span<const std::byte>(memory_).first(size_), &header, &hash);
  if (wrong.empty() && header.bytes > size) {
    wrong = "the file ends here, it has been cut: it had " + std::to_string(header.bytes) + " bytes or more";
  }
  if (!wrong.empty()) problem_ = At(number, size_) + wrong;
  return true;
}

JournalReader::Found JournalReader::Look(std::uint64_t offset, Block* block, std::uint64_t* hash) const {
  if (offset + kBlockHeaderBytes > size_) return Found::kNothing;
  const std::span<const std::byte> at = std::span<const std::byte>(memory_).subspan(offset, size_ - offset);
  if (!TakeBlockHeader(at, &block->header, hash)) return Found::kNothing;
  // In a segment that is used again, there may be blocks of its life before.
  const bool journals = block->header.kind == BlockKind::kEpoch || block->header.kind == BlockKind::kClosed;
  if (block->header.engine != directory_.like.engine || !journals) return Found::kNothing;
  if (*hash == tail_.block.hash) return Found::kCopy;
  const Epoch last = tail_.block.epoch;
  const bool follows = block->header.previous == tail_.block.hash;
  // Of the last one's epoch is only that the engine was closed then: it has no changes that could be missed, so if it
  // does not follow, it is of the life before, too.
  const bool closes = block->header.kind == BlockKind::kClosed;
  if (block->header.epoch < last || (block->header.epoch == last && !(closes && follows))) return Found::kNothing;
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

JournalReader::Found JournalReader::Search(std::uint64_t* offset, Block* block, std::uint64_t* hash) {
  std::uint64_t broken_at = 0;
  for (std::uint64_t at = *offset; at < size_; at += kPage) {
    const Found found = Look(at, block, hash);
    // (The last segment that is there never has a block: it is used again, and was the last one's own.)
    if (found == Found::kCopy && number_ != directory_.segments.back()) {
      PassCopy(at + PageUp(kBlockHeaderBytes + block->header.payload_bytes));
      tail_.closed = false;  // by the one that has opened it since
    }
    if (found == Found::kNext || found == Found::kLater) {
      *offset = at;
      return found;
    }
    if (broken_at == 0 && (found == Found::kBroken || IsRemnant(at))) broken_at = at;
  }
  if (broken_at == 0) return Found::kNothing;
  *offset = broken_at;
  return Found::kBroken;
}

// The journal goes on behind all copies: the one that is on the disk may be any of them.
void JournalReader::PassCopy(std::uint64_t end) {
  if (tail_.number != number_) tail_.before_segment = tail_.before;
  tail_.number = number_;
  tail_.offset = end;
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
  return (tail_.block.hash != 0 && previous == tail_.block.hash) || (ours && epoch > tail_.block.epoch);
}

bool JournalReader::Next(std::vector<Block>* blocks) {
  blocks->clear();
  if (done_ || !problem_.empty()) return false;
  const std::vector<std::uint64_t>& segments = directory_.segments;
  const std::uint64_t number = number_ + 1;
  const std::uint64_t last = segments.back();
  if (!std::binary_search(segments.begin(), segments.end(), number)) {
    // Below the last there is no gap; the last that is there has never been written to; and the first that is wanted was
    // there before anybody could want it.
    lacks_next_ = any_ && tail_.number == last;
    if (number <= last || lacks_next_ || number == first_) {
      problem_ = path_ + "/" + SegmentName(number) + ": it is missing: blocks of the journal are gone";
    }
    done_ = true;
    return false;
  }
  if (!Load(number)) return false;

  std::uint64_t offset = kPage;
  for (;;) {
    Block block;
    std::uint64_t hash = 0;
    const std::uint64_t expected = offset;
    const Found found = Search(&offset, &block, &hash);
    if (found == Found::kLater && !base::Seeded(base::Bug::kCutAtDamage)) {
      if (problem_.empty()) {
        problem_ = At(number, expected) + "a block is damaged or missing: one that was written later is whole, at " +
                   std::to_string(offset);
      }
      break;
    }
    if (found != Found::kNext) {
      if (torn_.empty() && found != Found::kNothing) {
        torn_ = At(number, offset) + "a block behind epoch " + std::to_string(tail_.block.epoch) +
                " is not whole: it is left out. A crash cuts a write short that nobody was told was durable";
      }
      // One that would have begun a segment is written over only if the journal goes on there: it may go on in the
      // segment before, if what follows is smaller or segments have become larger, and then its rest would seem to come
      // from later.
      // (The last segment that is there never has a block.)
      if (found == Found::kBroken && number > tail_.number && number < last) PassCopy(kPage);
      break;
    }
    // What was torn before was written anew here.
    torn_.clear();
    any_ = true;
    blocks->push_back(block);
    const std::uint64_t begin = offset;
    offset += PageUp(kBlockHeaderBytes + block.header.payload_bytes);
    tail_ = {.number = number,
             .offset = offset,
             .block = {hash, block.header.epoch},
             .before = tail_.block,
             .before_segment = blocks->size() == 1 ? tail_.block : tail_.before_segment,
             .position = block.header.position,
             .closed = block.header.kind == BlockKind::kClosed,
             .last = std::move(tail_.last)};
    last_begin_ = begin;
    last_end_ = offset;
  }
  if (!blocks->empty()) {
    const auto begin = memory_.begin() + static_cast<std::ptrdiff_t>(last_begin_);
    const std::uint64_t end = std::min<std::uint64_t>(last_end_, size_);
    tail_.last.assign(begin, memory_.begin() + static_cast<std::ptrdiff_t>(end));
    tail_.last.resize(last_end_ - last_begin_);  // zeros, if a crash has cut the file there
  }
  return problem_.empty() || !blocks->empty();
}

}  // namespace flexstock::journal
