// ShardBlock: a shard's block of a snapshot, as recovery and flexstock-journal read it: how the shard stood, or the
// orders or products of a run of its slots. docs/journal-format.md has the picture.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/journal/format.h"
#include "engine/memory/pool.h"
#include "engine/shard/record.h"

namespace flexstock::journal {

struct ShardBlock {
  BlockKind kind{};
  std::uint32_t shard = 0;
  std::uint64_t newest = 0;  // of the shard's changes, when it was copied

  // kShard
  std::uint64_t placed = 0;
  Millis now_ms = 0;

  // kOrders, kProducts: by rising slots, all of them in `slots`
  memory::Range slots;
  std::vector<shard::SlotImage> orders;
  std::vector<shard::ProductImage> products;
};

// Empty, or what is wrong with the payload of a block of that kind, in a journal with so many shards.
[[nodiscard]] std::string TakeShardBlock(BlockKind kind, std::span<const std::byte> payload, std::uint32_t shards,
                                         ShardBlock* block);

}  // namespace flexstock::journal
