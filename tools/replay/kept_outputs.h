// What is kept of a results and an events file when a replay goes on behind a crash: all that its journal has, and
// nothing that it has not.
//
// Both are written before the journal (outputs_first.h), so they hold at least that much, and the journal has a hash of
// it. If one does not hold it, it is not the file of the runs before, and what it lacks can never be written: nothing
// is touched then. (Of a journal without hashes, which an older flexstock-replay has made, the form is looked at.)
#pragma once

#include <cstdint>
#include <string>

#include "tools/replay/journal_marks.h"
#include "tools/replay/running_hash.h"

namespace flexstock::replay {

struct Kept {
  std::uint64_t bytes = 0;
  RunningHash hash;  // of them
};

// True if what was written there before can be cut and gone on with: a regular file, or none yet. Not "-".
[[nodiscard]] bool IsKept(const std::string& path);

// The answers to lines 1 .. standing.line. Empty, or what is wrong.
[[nodiscard]] std::string KeepResults(const std::string& path, const Standing& standing, Kept* kept);

// The events that are confirmed. Empty, or what is wrong.
[[nodiscard]] std::string KeepEvents(const std::string& path, const Standing& standing, Kept* kept);

}  // namespace flexstock::replay
