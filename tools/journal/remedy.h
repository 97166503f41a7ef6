// Remedy: what to do about a journal that no engine opens. docs/operations.md has the same as a table.
#pragma once

#include <string>

namespace flexstock::journal_tool {

// `problem`: what was found in the files. Empty if that says itself what to do, or is the system's.
[[nodiscard]] std::string RemedyFor(const std::string& problem);

}  // namespace flexstock::journal_tool
