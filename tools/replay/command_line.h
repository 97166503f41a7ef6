// The command line of flexstock-replay.
#pragma once

#include <optional>
#include <string>

#include "tools/replay/replayer.h"

namespace flexstock::replay {

// Exit codes.
inline constexpr int kExitRan = 0;         // the log ran; refusals are answers, not failures
inline constexpr int kExitFailed = 1;      // the machine failed: a read, a write, or the identity does not hold
inline constexpr int kExitNotCommand = 2;  // usage, or a line that is not a command

struct CommandLine {
  std::string log;                                    // "-": standard input
  std::optional<std::string> results, events, state;  // "-": standard output
  ReplayOptions options;
  bool quiet = false;
};

// Reads the arguments. If the program is to end at once (a usage error, --help, --version), what is to be said has been
// said, and the exit code is returned.
[[nodiscard]] std::optional<int> Read(int argc, char** argv, CommandLine* line);

}  // namespace flexstock::replay
