// flexstock-loadgen: drives an engine with orders and shows what it did. Everything is in --help and
// docs/load-testing.md.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "tools/loadgen/json.h"
#include "tools/loadgen/options.h"
#include "tools/loadgen/report.h"
#include "tools/loadgen/sale.h"
#include "tools/loadgen/trace.h"

namespace flexstock::loadgen {
namespace {

constexpr int kFine = 0;
constexpr int kBroken = 1;  // or the engine refused to open, or its journal failed
constexpr int kUsage = 2;   // or a bad trace

int Complain(int exit_code, const std::string& problem) {
  fmt::print(stderr, "flexstock-loadgen: {}\n", problem);
  return exit_code;
}

// Runs the command, writes the table to standard output and everything to the JSON file.
template <class RunCommand>
int Show(const Invocation& invocation, const std::string& json, RunCommand run) {
  // Opened before the run, so that a bad path costs nobody a run.
  std::ofstream file;
  if (!json.empty()) {
    file.open(json);
    if (!file) return Complain(kUsage, fmt::format("--json {}: cannot be written: {}", json, std::strerror(errno)));
  }
  Result result;
  if (const std::string problem = run(&result); !problem.empty()) {
    return Complain(kBroken, problem);
  }
  fmt::print("{}", Table(result));
  if (!json.empty()) {
    file << Json(result, invocation.options) << std::flush;
    if (!file) return Complain(kBroken, fmt::format("--json {}: writing failed: {}", json, std::strerror(errno)));
  }
  if (!result.verdict.ok()) return Complain(kBroken, "IDENTITY BROKEN: see the last lines of the table");
  return kFine;
}

int Run(const Invocation& invocation) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of writing, with a name
  if (const auto* sale = std::get_if<SaleOptions>(&invocation.command)) {
    return Show(invocation, sale->json, [sale](Result* result) { return RunSale(*sale, result); });
  }
  if (const auto* options = std::get_if<TraceOptions>(&invocation.command)) {
    const TraceRead read = ReadTraceFile(options->file);
    if (!read.problem.empty()) return Complain(kUsage, read.problem);
    return Show(invocation, options->json,
                [options, &read](Result* result) { return RunTrace(*options, read.trace, result); });
  }
  return invocation.exit_code;
}

}  // namespace
}  // namespace flexstock::loadgen

int main(int argc, char** argv) { return flexstock::loadgen::Run(flexstock::loadgen::Parse(argc, argv)); }
