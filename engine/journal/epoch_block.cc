#include "engine/journal/epoch_block.h"

#include "engine/journal/bytes.h"

namespace flexstock::journal {

bool TakeEpoch(std::span<const std::byte> payload, std::uint32_t shards, EpochBlock* epoch) {
  epoch->sections.clear();
  epoch->carried.clear();
  epoch->confirmed.reset();
  epoch->changes = 0;
  Reader reader(payload);
  while (const auto shard = reader.UpTo(shards)) {
    Section section;
    section.shard = shard - 1;
    section.first = reader.Varint();
    section.count = reader.Varint();
    section.records = reader.Take(reader.Fixed<std::uint32_t>());
    // A record has a byte at least.
    if (reader.failed() || section.count == 0 || section.count > section.records.size()) return false;
    epoch->changes += section.count;
    epoch->sections.push_back(section);
  }
  const auto carried = reader.UpTo(kStreamsMax);
  for (std::uint32_t i = 0; i < carried; ++i) {
    Position& position = epoch->carried.emplace_back();
    position.stream = reader.UpTo(kStreamsMax - 1);
    position.offset = reader.Varint();
  }
  if (reader.Fixed<std::uint8_t>() != 0) {
    for (std::uint64_t& at : epoch->confirmed.emplace()) at = reader.Varint();
  }
  return !reader.failed() && reader.left() == 0;
}

}  // namespace flexstock::journal
