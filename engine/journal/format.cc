#include "engine/journal/format.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "engine/base/seeded_bugs.h"
#include "engine/journal/bytes.h"

namespace flexstock::journal {
namespace {

constexpr std::uint64_t kSegmentMagic = 0x4c4e524a4b545346;   // "FSTKJRNL"
constexpr std::uint64_t kSnapshotMagic = 0x50414e534b545346;  // "FSTKSNAP"
constexpr std::uint32_t kBlockMagic = 0x4b4c4253;             // "SBLK"
constexpr std::uint8_t kCompressedBit = 1;
constexpr std::uint32_t kShardsMax = 1024;  // Options::shards
constexpr std::uint8_t kLotBitsMax = 30;    // as many slots there are

constexpr std::string_view kSegmentPrefix = "journal-", kSnapshotPrefix = "snapshot-", kSparePrefix = "spare-";
constexpr std::string_view kNew = ".new";
constexpr std::size_t kDigits = 16;

std::string NameOf(std::string_view prefix, std::uint64_t number) {
  char digits[kDigits + 1];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(number));
  return std::string(prefix) + digits;
}

bool IsName(std::string_view name, std::string_view prefix, std::uint64_t* number) {
  if (name.size() != prefix.size() + kDigits || name.substr(0, prefix.size()) != prefix) return false;
  *number = 0;
  for (const char digit : name.substr(prefix.size())) {
    const bool decimal = digit >= '0' && digit <= '9';
    if (!decimal && (digit < 'a' || digit > 'f')) return false;
    *number = *number << 4 | static_cast<std::uint64_t>(decimal ? digit - '0' : digit - 'a' + 10);
  }
  return true;
}

}  // namespace

std::uint64_t HashOf(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::uint64_t PutFileHeader(std::byte* at, const FileHeader& header) {
  std::byte* const begin = at;
  at = PutFixed(at, header.kind == FileKind::kSegment ? kSegmentMagic : kSnapshotMagic);
  at = PutFixed(at, header.format);
  at = PutFixed(at, header.shards);
  at = PutFixed(at, header.engine.hi);
  at = PutFixed(at, header.engine.lo);
  at = PutFixed(at, header.number);
  at = PutFixed(at, header.order_lot_bits);
  at = PutFixed(at, header.product_lot_bits);
  at = PutFixed(at, header.bytes);
  std::memset(at, 0, 6);
  const std::uint64_t hash = HashOf({begin, kFileHeaderBytes - 8});
  PutFixed(begin + kFileHeaderBytes - 8, hash);
  return hash;
}

std::string TakeFileHeader(std::span<const std::byte> bytes, FileHeader* header, std::uint64_t* hash) {
  if (bytes.size() < kFileHeaderBytes) return "it ends before its header does";
  Reader reader(bytes.first(kFileHeaderBytes));
  const auto magic = reader.Fixed<std::uint64_t>();
  if (magic != kSegmentMagic && magic != kSnapshotMagic)
    return "it is no file of a flexstock journal, or its first page is damaged";
  header->kind = magic == kSegmentMagic ? FileKind::kSegment : FileKind::kSnapshot;
  header->format = reader.Fixed<std::uint32_t>();
  header->shards = reader.Fixed<std::uint32_t>();
  header->engine.hi = reader.Fixed<std::uint64_t>();
  header->engine.lo = reader.Fixed<std::uint64_t>();
  header->number = reader.Fixed<std::uint64_t>();
  header->order_lot_bits = reader.Fixed<std::uint8_t>();
  header->product_lot_bits = reader.Fixed<std::uint8_t>();
  header->bytes = reader.Fixed<std::uint64_t>();
  (void)reader.Take(6);
  *hash = reader.Fixed<std::uint64_t>();
  if (*hash != HashOf(bytes.first(kFileHeaderBytes - 8))) return "its first page is damaged: the hash is wrong";
  if (header->format > kFormat) {
    return "it has format " + std::to_string(header->format) + ", this flexstock reads up to " +
           std::to_string(kFormat) + ": use a newer one";
  }
  if (header->format == 0 || header->shards == 0 || header->shards > kShardsMax ||
      std::max(header->order_lot_bits, header->product_lot_bits) > kLotBitsMax) {
    return "its header makes no sense, though its hash is right: no engine has written it";
  }
  return {};
}

std::uint64_t PutBlockHeader(std::byte* at, const BlockHeader& header) {
  std::byte* const begin = at;
  at = PutFixed(at, kBlockMagic);
  at = PutFixed(at, static_cast<std::uint16_t>(kFormat));
  at = PutFixed(at, static_cast<std::uint8_t>(header.kind));
  at = PutFixed(at, static_cast<std::uint8_t>(header.compressed ? kCompressedBit : 0));
  at = PutFixed(at, header.engine.hi);
  at = PutFixed(at, header.engine.lo);
  at = PutFixed(at, header.epoch);
  at = PutFixed(at, header.previous);
  at = PutFixed(at, header.payload_bytes);
  at = PutFixed(at, header.raw_bytes);
  at = PutFixed(at, header.position);
  at = PutFixed(at, header.payload_hash);
  const std::uint64_t hash = HashOf({begin, kBlockHeaderBytes - 8});
  PutFixed(at, hash);
  return hash;
}

bool TakeBlockHeader(std::span<const std::byte> bytes, BlockHeader* header, std::uint64_t* hash) {
  if (bytes.size() < kBlockHeaderBytes) return false;
  Reader reader(bytes.first(kBlockHeaderBytes));
  const bool magic = reader.Fixed<std::uint32_t>() == kBlockMagic;
  const auto format = reader.Fixed<std::uint16_t>();
  header->kind = static_cast<BlockKind>(reader.Fixed<std::uint8_t>());
  const auto flags = reader.Fixed<std::uint8_t>();
  header->compressed = (flags & kCompressedBit) != 0;
  header->engine.hi = reader.Fixed<std::uint64_t>();
  header->engine.lo = reader.Fixed<std::uint64_t>();
  header->epoch = reader.Fixed<std::uint64_t>();
  header->previous = reader.Fixed<std::uint64_t>();
  header->payload_bytes = reader.Fixed<std::uint32_t>();
  header->raw_bytes = reader.Fixed<std::uint32_t>();
  header->position = reader.Fixed<std::uint64_t>();
  header->payload_hash = reader.Fixed<std::uint64_t>();
  *hash = reader.Fixed<std::uint64_t>();
  if (!magic || format != kFormat || flags > kCompressedBit) return false;
  return *hash == HashOf(bytes.first(kBlockHeaderBytes - 8)) || base::Seeded(base::Bug::kIgnoreChecksum);
}

std::string SegmentName(std::uint64_t number) { return NameOf(kSegmentPrefix, number); }
std::string SnapshotName(Epoch epoch) { return NameOf(kSnapshotPrefix, epoch); }
std::string UnfinishedName(std::uint64_t number) { return SegmentName(number).append(kNew); }
std::string SpareName(std::uint64_t number) { return NameOf(kSparePrefix, number); }
bool IsSegmentName(const std::string& name, std::uint64_t* number) { return IsName(name, kSegmentPrefix, number); }
bool IsSnapshotName(const std::string& name, std::uint64_t* number) { return IsName(name, kSnapshotPrefix, number); }

bool IsLeftover(const std::string& name) {
  std::uint64_t number = 0;
  if (name == kUnfinishedSnapshot || IsName(name, kSparePrefix, &number)) return true;
  return name.ends_with(kNew) && IsSegmentName(name.substr(0, name.size() - kNew.size()), &number);
}

}  // namespace flexstock::journal
