// The command line of flexstock-journal.
#pragma once

#include <string>
#include <variant>

#include "tools/journal/dump.h"
#include "tools/journal/snapshot.h"

namespace flexstock::journal_tool {

// Exit codes.
inline constexpr int kExitWhole = 0;   // or: done
inline constexpr int kExitFailed = 1;  // the journal is damaged, or a file could not be read or written
inline constexpr int kExitUsage = 2;

struct VerifyCommand {
  bool deep = false;
};
struct DumpCommand {
  DumpFilter filter;
};
struct StatsCommand {
  bool json = false;
};
struct SnapshotCommand {
  SnapshotOptions options;
};

// A command line understood, or what to exit with.
struct Invocation {
  std::variant<std::monostate, VerifyCommand, DumpCommand, StatsCommand, SnapshotCommand> command;
  std::string directory;
  int exit_code = 0;  // monostate: at once, with this
};

// Prints help, version or what is wrong by itself.
[[nodiscard]] Invocation Parse(int argc, const char* const* argv);

}  // namespace flexstock::journal_tool
