// Dump: what a journal says, one JSON object a line: the snapshot's images and the events that it keeps, then epoch by
// epoch what changed. docs/journal-format.md says what each line has.
#pragma once

#include <optional>
#include <string>

#include "flexstock/storage.h"
#include "flexstock/types.h"
#include "tools/replay/output.h"

namespace flexstock::journal_tool {

// Which lines: those of one order, of one product; else all.
struct DumpFilter {
  std::optional<OrderId> order{};
  std::optional<ProductId> product{};
  [[nodiscard]] bool any() const { return order || product; }
};

// Empty, or what is wrong with the journal, with file and offset: what can be read before it is written all the same.
// Nothing is written before everything was read: what is gone through meanwhile may be a running engine's (it lies in
// a temporary file).
[[nodiscard]] std::string Dump(Storage& storage, const std::string& path, const DumpFilter& filter,
                               replay::Output* output);

}  // namespace flexstock::journal_tool
