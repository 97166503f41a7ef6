// Images: orders and products as a snapshot's chunks hold them, and their bytes. docs/journal-format.md has the
// picture.
#pragma once

#include <span>
#include <vector>

#include "engine/journal/block_writer.h"
#include "engine/shard/record.h"

namespace flexstock::journal {

// Images of one shard, by rising slots.
void PutImages(std::span<const shard::SlotImage> orders, BlockWriter* block);
void PutImages(std::span<const shard::ProductImage> products, BlockWriter* block);

// False: these bytes are none.
[[nodiscard]] bool TakeImages(Reader* reader, std::uint64_t count, std::vector<shard::SlotImage>* orders);
[[nodiscard]] bool TakeImages(Reader* reader, std::uint64_t count, std::vector<shard::ProductImage>* products);

// A change that waits to be told: every field that an event is made of, and its position.
void PutTold(const shard::Change& change, BlockWriter* block);
[[nodiscard]] bool TakeTold(Reader* reader, shard::Change* change);

}  // namespace flexstock::journal
