// EpochBlock: the parts of an epoch's block, as recovery and flexstock-journal read them. docs/journal-format.md has
// the picture.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/journal/epoch_writer.h"
#include "flexstock/journal.h"

namespace flexstock::journal {

struct Section {
  std::uint32_t shard = 0;
  std::uint64_t first = 0;  // number of its first change in the shard
  std::uint64_t count = 0;
  std::span<const std::byte> records;
};

struct EpochBlock {
  std::vector<Section> sections;
  std::vector<Position> carried;
  std::optional<Confirmed> confirmed;
  std::uint64_t changes = 0;  // in all sections
};

// False: the payload is no epoch of an engine with so many shards. The sections' records stay where they are. What
// `epoch` had is gone, but for its memory.
[[nodiscard]] bool TakeEpoch(std::span<const std::byte> payload, std::uint32_t shards, EpochBlock* epoch);

}  // namespace flexstock::journal
