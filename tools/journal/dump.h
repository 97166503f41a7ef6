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

// Empty, or what is wrong with the journal, with file and offset: what can be read of it (scan.h) is written all the same.
// Reads everything twice: what there is, beside a running engine, is settled before the first line is written. If the
// engine takes a snapshot after that, and uses a segment again that has not been reached, what is written ends there,
// and that is the problem.
[[nodiscard]] std::string Dump(Storage& storage, const std::string& path, const DumpFilter& filter,
                               replay::Output* output);

}  // namespace flexstock::journal_tool
