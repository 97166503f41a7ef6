#include "engine/journal/shard_block.h"

#include <algorithm>
#include <limits>

#include "engine/journal/bytes.h"
#include "engine/journal/image.h"

namespace flexstock::journal {
namespace {

// The least that an image takes: slot, state and generation; of a product's, every field.
template <typename Image>
constexpr std::uint64_t kLeastBytes = 15;
template <>
constexpr std::uint64_t kLeastBytes<shard::SlotImage> = 3;

template <typename Image>
bool TakeChunk(Reader* reader, std::uint64_t count, memory::Range slots, std::vector<Image>* images) {
  // Nothing larger than the block is made room for, as far as that can be known.
  images->reserve(std::min(count, reader->left() / kLeastBytes<Image>));
  return TakeImages(reader, count, images) && std::all_of(images->begin(), images->end(), [&](const Image& image) {
           return image.slot >= slots.first && image.slot < slots.end;
         });
}

bool TakeRest(Reader* reader, ShardBlock* block) {
  if (block->kind == BlockKind::kShard) {
    block->newest = reader->Varint();
    block->placed = reader->Varint();
    block->now_ms = reader->UpTo<Millis>(static_cast<std::uint64_t>(std::numeric_limits<Millis>::max()));
    return true;
  }
  const auto first = reader->UpTo(shard::kSlotEnd - 1);
  block->slots = {first, first + reader->UpTo(shard::kSlotEnd - first)};
  block->newest = reader->Varint();
  const auto count = reader->UpTo(std::min<std::uint64_t>(block->slots.size(), reader->left()));
  if (reader->failed()) return false;
  return block->kind == BlockKind::kOrders ? TakeChunk(reader, count, block->slots, &block->orders)
                                           : TakeChunk(reader, count, block->slots, &block->products);
}

}  // namespace

std::string TakeShardBlock(BlockKind kind, std::span<const std::byte> payload, std::uint32_t shards,
                           ShardBlock* block) {
  if (kind != BlockKind::kShard && kind != BlockKind::kOrders && kind != BlockKind::kProducts) {
    return "a block of a kind that is not known";
  }
  Reader reader(payload);
  const std::uint64_t shard = reader.Varint();
  if (shard >= shards) return "a block of a shard that there is not";
  block->kind = kind;
  block->shard = static_cast<std::uint32_t>(shard);
  const bool good = TakeRest(&reader, block) && !reader.failed() && reader.left() == 0;
  return good ? "" : "the block's hash is right, but what is in it cannot be read";
}

}  // namespace flexstock::journal
