#include "tools/replay/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <limits>
#include <vector>

#include "tools/common/same_file.h"
#include "tools/common/whole_option.h"
#include "tools/replay/policy_fields.h"

namespace flexstock::replay {

namespace {

constexpr const char* kFooter = R"(
Times are those of the log: a year replays in seconds. The log's format, and that of what is written, is one JSON
object a line; docs/semantics.md says what the commands do.

Examples:
  flexstock-replay sale.jsonl --results r.jsonl --events e.jsonl --state s.jsonl
  zstd -dc sale.jsonl.zst | flexstock-replay - --events - --quiet | grep refund_due
  flexstock-replay sale.jsonl --default checkout_hold_ms=600000 --default overflow=reject --state s.jsonl

  flexstock-replay sale.jsonl --journal j --results r.jsonl --events e.jsonl

With --journal, a run that was cut short is continued by running it again with the same log, options and files: results,
events and state then are what an unbroken run writes, byte for byte. With several shards, events of different products
come in another order than without --journal. Outputs that are not files ("-", a pipe) get only the rest of the results,
and events at least once. A log that ends before what the journal has (/dev/null, say) runs nothing: of the outputs only
--state is written, as the last line that survived has left it.

Exit codes:
  0  the log ran (refusals are answers, not failures)
  1  reading or writing failed, or the journal is of another log or of other options, or units do not add up (then it
     is a bug of flexstock)
  2  usage, or a line that is not a command: the lines before it ran, their results and events are written)";

// Whether the file is in the directory, or below it; neither need be there yet.
bool IsIn(const std::string& directory, const std::string& path) {
  const std::filesystem::path above = tools::WholePath(directory), below = tools::WholePath(path);
  return std::mismatch(above.begin(), above.end(), below.begin(), below.end()).first == above.end();
}

// What is wrong with where the outputs go, or "".
std::string OutputProblem(const CommandLine& line) {
  const std::array outputs = {&line.results, &line.events, &line.state};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]->has_value()) continue;
    const std::string& path = **outputs[i];
    const bool standard = path == "-";
    if (!standard && tools::IsDeviceOrPipe(path)) continue;
    if (!standard && line.log != "-" && tools::SameFile(path, line.log))
      return fmt::format("{} would overwrite the log", path);
    if (!standard && !line.options.journal.dir.empty() && IsIn(line.options.journal.dir, path))
      return fmt::format("{} is in the journal's directory, which is the journal's alone", path);
    for (std::size_t j = 0; j < i; ++j) {
      if (outputs[j]->has_value() && tools::SameFile(path, **outputs[j])) {
        return fmt::format("two outputs go to {}", standard ? "standard output" : path);
      }
    }
  }
  return "";
}

// CLI11 has exit codes of its own; here every usage error has one.
int Usage(const std::string& problem) {
  std::cerr << "flexstock-replay: " << problem << "\nRun with --help for more information.\n";
  return kExitNotCommand;
}

}  // namespace

std::optional<int> Read(int argc, char** argv, CommandLine* line) {
  CLI::App app("Runs a log of commands through a fresh engine, in virtual time, and writes what came of each.",
               "flexstock-replay");
  app.footer(kFooter);
  app.set_version_flag("--version", "flexstock-replay " FLEXSTOCK_VERSION);
  app.add_option("LOG", line->log, "the log of commands, JSON Lines; - is standard input")->required();
  app.add_option("--results", line->results, "write the answer to every command; - is standard output")
      ->type_name("FILE");
  app.add_option("--events", line->events, "write every event")->type_name("FILE");
  app.add_option("--state", line->state, "write all products and remembered orders as the last line leaves them")
      ->type_name("FILE");
  tools::AddWhole(&app, "--shards", {1, 1024}, "spread products over N locks, 1 to 1024; no answer depends on it",
                  &line->options.shards);
  tools::AddWhole(&app, "--retention-ms", {0, std::numeric_limits<Millis>::max()}, "remember settled orders so long",
                  &line->options.retention_ms);
  std::vector<std::string> defaults;
  app.add_option("--default", defaults, "a policy field of every product that does not give its own; repeatable")
      ->type_name("FIELD=VALUE")
      ->expected(1)
      ->take_all();
  app.add_option("--journal", line->options.journal.dir,
                 "keep everything durable in a directory; run again after a crash, it goes on behind what survived")
      ->type_name("DIR");
  tools::AddWhole(&app, "--snapshot-every-bytes", {0, std::numeric_limits<std::uint64_t>::max()},
                  "with --journal: take a snapshot when the journal has grown by so many bytes; 0: never",
                  &line->options.journal.snapshot_every_bytes);
  app.add_flag("--quiet", line->quiet, "no progress, no summary");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return Usage(error.what());
  }
  for (const std::string& assignment : defaults) {
    const std::string problem = SetPolicyField(assignment, &line->options.policy);
    if (!problem.empty()) return Usage("--default: " + problem);
  }
  Options engine;
  engine.shards = line->options.shards;
  engine.retention_ms = line->options.retention_ms;
  if (const std::string problem = Problem(engine); !problem.empty()) return Usage(problem);
  if (app.count("--journal") != 0 && line->options.journal.dir.empty()) return Usage("--journal: DIR is empty");
  if (const std::string problem = OutputProblem(*line); !problem.empty()) return Usage(problem);
  return std::nullopt;
}

}  // namespace flexstock::replay
