// Verify: is the journal whole, and what is in it?
#pragma once

#include <string>
#include <vector>

#include "flexstock/storage.h"

namespace flexstock::journal_tool {

struct Verified {
  std::string problem;               // what is damaged, with file and offset; empty: nothing
  std::string remedy;                // what to do about it (remedy.h), if the files are to blame and it does not say so
  std::string report;                // one line: what is there. Of a whole journal
  std::vector<std::string> remarks;  // what recovery will leave out
};

// Reads everything, as Scan does; with `deep`, an engine recovers it in memory as well and checks the units of every
// product and its orders. The directory is not changed, and may be a running engine's.
[[nodiscard]] Verified Verify(Storage& storage, const std::string& path, bool deep);

}  // namespace flexstock::journal_tool
