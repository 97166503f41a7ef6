// Snapshot: takes one of a journal that no engine has open, so that the next one opens sooner, from fewer files. What is
// left is the snapshot, the segment in which the journal goes on, and the one behind it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flexstock/events.h"
#include "flexstock/storage.h"

namespace flexstock::journal_tool {

// What the engine that writes the journal was opened with. What is not given is chosen so that nothing is lost.
struct SnapshotOptions {
  std::optional<std::uint64_t> orders_max{}, products_max{};
  std::optional<Millis> retention_ms{};
  std::optional<std::vector<Audience>> audiences{};
};

// Empty, or what went wrong: then the journal says what it said. `report`: a line, and a note if there are events in the
// snapshot which may be for audiences that the engine never had.
[[nodiscard]] std::string TakeSnapshot(Storage& storage, const std::string& path, const SnapshotOptions& given,
                                       std::string* report);

}  // namespace flexstock::journal_tool
