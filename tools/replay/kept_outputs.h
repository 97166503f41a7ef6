// What is kept of a results and an events file when a replay goes on behind a crash: all that its journal has, and
// nothing that it has not.
//
// Both are written before the journal (outputs_first.h), so they hold at least that much. If one does not, it is not
// the file of the runs before, and what it lacks can never be written: nothing is touched then.
#pragma once

#include <cstdint>
#include <string>

namespace flexstock::replay {

// True if what was written there before can be cut and gone on with: a regular file, or none yet. Not "-".
[[nodiscard]] bool IsKept(const std::string& path);

// The bytes of the file's answers to lines 1 .. `lines`. Empty, or what is wrong.
[[nodiscard]] std::string KeptResults(const std::string& path, std::uint64_t lines, std::uint64_t* bytes);

// Checks that the file may hold `bytes` of events. Empty, or what is wrong.
[[nodiscard]] std::string CheckEvents(const std::string& path, std::uint64_t bytes);

}  // namespace flexstock::replay
