// Record: one change as the journal holds it, and its bytes. docs/journal-format.md has the picture.
//
// Records follow each other within one shard, and lean on each other: times and slots are written as the difference to
// the record before. An order's record is its image after the change, without what never changes once it is placed.
//
// A product's units are not written with every order: they follow from its orders. Its own image is written when a
// command touches what does not (stock, policy, status), with the available units as a check on all that came before.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/journal/bytes.h"
#include "engine/shard/change.h"
#include "engine/shard/order.h"
#include "engine/shard/record.h"
#include "flexstock/policy.h"
#include "flexstock/types.h"

namespace flexstock::journal {

using shard::kSuperseded;
using shard::Record;

// What a record leans on: both start as zeros with each shard's part of a block.
struct Before {
  Millis at_ms = 0;
  std::uint32_t slot = 0;
};

inline constexpr std::size_t kRecordMax = 192;

// Writes at `at`, where kRecordMax bytes are free, and gives the place behind. `policy`: that of a product's image.
std::byte* PutChange(std::byte* at, const shard::Change& change, const Policy* policy, Before* before);
std::byte* PutSuperseded(std::byte* at);

// False: these bytes are no record.
[[nodiscard]] bool TakeRecord(Reader* reader, Before* before, Record* record);

// A policy with a product's status, as both images of a product hold them.
std::byte* PutPolicy(std::byte* at, const Policy& policy, bool draft);
[[nodiscard]] bool TakePolicy(Reader* reader, Policy* policy, bool* draft);

}  // namespace flexstock::journal
