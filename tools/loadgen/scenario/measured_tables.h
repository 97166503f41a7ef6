// MeasuredTables: tables of numbers that several scenarios share, each in a file of its own beside its source.
//
//   {"quantiles": {"measured": "measured/units_per_line.json"}}      in a scenario, wherever a list may stand
//   {"source": "where the numbers are from", "table": [[0, 0], ...]}   the file
#pragma once

#include <string>

#include "tools/loadgen/scenario/fields.h"

namespace flexstock::loadgen {

// Puts the tables in the place of the objects that name them. What is wrong in them is then told with their file and
// line.
void IncludeTables(JsonNode* node, const std::string& directory, Problems* problems);

}  // namespace flexstock::loadgen
