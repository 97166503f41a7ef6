// Format: the files of a journal, and the frame that everything in them has. docs/journal-format.md has the bytes.
//
//   journal-0000000000000007   a segment: a page that says whose it is, then blocks, each at a page's beginning
//   snapshot-00000000000004d2  the state as of that epoch: 64 bytes that say whose it is, then blocks without gaps
//   LOCK                       held by the engine that has the directory open
//   *.new, spare-*             unfinished or superseded; nobody's
//
// A block's header has a hash of its payload, the hash of the header before it, and a hash of itself. So a header can
// be judged alone, a payload by its header, and a block that is missing, doubled, or of another place by its neighbour.
//
// Version: kFormat. Everything that changes the meaning of a byte raises it; a reader refuses what is newer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "flexstock/types.h"

namespace flexstock::journal {

inline constexpr std::uint32_t kFormat = 1;

// Blocks of the journal start at its multiples: what one block's write may tear is no other block's.
inline constexpr std::size_t kPage = 4096;

// Whose a file is: drawn when the journal is made.
struct EngineId {
  std::uint64_t hi = 0;
  std::uint64_t lo = 0;
  friend bool operator==(const EngineId&, const EngineId&) = default;
};

enum class FileKind : std::uint8_t { kSegment, kSnapshot };

// The first page of a file.
struct FileHeader {
  FileKind kind = FileKind::kSegment;
  std::uint32_t format = kFormat;
  EngineId engine;
  std::uint64_t number = 0;  // a segment's, from 1; 0 for a snapshot, whose name and end have its epoch
  // What slots and ids rest on: fixed for the journal's life.
  std::uint32_t shards = 0;
  std::uint8_t order_lot_bits = 0;
  std::uint8_t product_lot_bits = 0;
  // A segment's: it never has fewer, because it has them before it has its name.
  std::uint64_t bytes = 0;
};
inline constexpr std::size_t kFileHeaderBytes = 64;

enum class BlockKind : std::uint8_t {
  kEpoch = 1,      // journal: what an epoch changed
  kClosed = 2,     // journal: the engine was closed; nothing is missing before it
  kBegin = 16,     // snapshot: where it stands in the journal; first
  kOrders = 17,    // snapshot: orders of one shard, in a range of slots
  kProducts = 18,  // snapshot: products likewise
  kShard = 19,     // snapshot: what else a shard knows
  kEvents = 20,    // snapshot: changes that some audience has not confirmed
  kEnd = 21,       // snapshot: positions, and that it is whole; last
};

struct BlockHeader {
  BlockKind kind{};
  bool compressed = false;  // the payload is zstd's
  EngineId engine;
  Epoch epoch = 0;  // the last one that is in it
  std::uint64_t previous =
      0;  // the hash of the header before it; of the file header at a snapshot's beginning; 0 at the journal's
  std::uint32_t payload_bytes = 0;
  std::uint32_t raw_bytes = 0;  // of the payload before compression
  std::uint64_t position = 0;   // of the first change in it (events.h)
  std::uint64_t payload_hash = 0;
};
inline constexpr std::size_t kBlockHeaderBytes = 72;
inline constexpr std::uint64_t kPayloadMax = 0xffff'ffff;

// A block of the journal, to the one behind it. What is of a lower epoch cannot follow it: it is of the life before of
// a segment that is used again.
struct Link {
  std::uint64_t hash = 0;  // of its header; 0 before the first block
  Epoch epoch = 0;
};

// Write kFileHeaderBytes or kBlockHeaderBytes, and give the hash of what was written.
std::uint64_t PutFileHeader(std::byte* at, const FileHeader& header);
std::uint64_t PutBlockHeader(std::byte* at, const BlockHeader& header);

// "": it is one, of a format that is known. Else what is wrong.
[[nodiscard]] std::string TakeFileHeader(std::span<const std::byte> bytes, FileHeader* header, std::uint64_t* hash);
// False: it is none.
[[nodiscard]] bool TakeBlockHeader(std::span<const std::byte> bytes, BlockHeader* header, std::uint64_t* hash);

[[nodiscard]] std::uint64_t HashOf(std::span<const std::byte> bytes);

// Names in the directory.
inline constexpr const char* kLockName = "LOCK";
inline constexpr const char* kUnfinishedSnapshot = "snapshot.new";  // one at a time is written
[[nodiscard]] std::string SegmentName(std::uint64_t number);
[[nodiscard]] std::string SnapshotName(Epoch epoch);
[[nodiscard]] std::string UnfinishedName(std::uint64_t number);  // of a segment that is being made
[[nodiscard]] std::string SpareName(std::uint64_t number);       // of a segment that waits to be used again
// True if it is such a name; the number in it.
[[nodiscard]] bool IsSegmentName(const std::string& name, std::uint64_t* number);
[[nodiscard]] bool IsSnapshotName(const std::string& name, std::uint64_t* number);
// What a crash may leave behind, by one of the last three names: nobody misses it.
[[nodiscard]] bool IsLeftover(const std::string& name);

constexpr std::uint64_t PageUp(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

}  // namespace flexstock::journal
