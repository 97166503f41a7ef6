// Snapshot: takes one of a journal that no engine has open, so that the next one opens sooner, from fewer files.
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

// Empty, or what went wrong: the journal is then as it was. `report`: one line.
[[nodiscard]] std::string TakeSnapshot(Storage& storage, const std::string& path, const SnapshotOptions& given,
                                       std::string* report);

}  // namespace flexstock::journal_tool
