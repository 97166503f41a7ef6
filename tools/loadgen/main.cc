// flexstock-loadgen: drives an engine with orders and shows what it did. Everything is in --help and
// docs/load-testing.md.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "tools/common/standard_streams.h"
#include "tools/loadgen/files.h"
#include "tools/loadgen/json.h"
#include "tools/loadgen/options.h"
#include "tools/loadgen/play/play.h"
#include "tools/loadgen/play/run_json.h"
#include "tools/loadgen/report.h"
#include "tools/loadgen/report_page/report_page.h"
#include "tools/loadgen/sale.h"
#include "tools/loadgen/scenario/scenario_reader.h"
#include "tools/loadgen/trace.h"

namespace flexstock::loadgen {
namespace {

constexpr int kFine = 0;
constexpr int kBroken = 1;  // or the engine refused to open, or its journal failed
constexpr int kUsage = 2;   // or a bad trace

int Complain(int exit_code, const std::string& problem) {
  tools::Say(fmt::format("flexstock-loadgen: {}\n", problem));
  return exit_code;
}

// To standard output. Whether it came there is found out at the end, by Heard().
void Say(const std::string& text) { std::fputs(text.c_str(), stdout); }

// "", or why not all that was said is where standard output leads.
std::string Heard() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  return fmt::format("standard output: writing failed{}{}", errno == 0 ? "" : ": ",
                     errno == 0 ? "" : std::strerror(errno));
}

// Runs the command, writes the table to standard output and the rest to its files.
template <class RunCommand>
int Show(const Invocation& invocation, const RunOptions& options, const std::string& input, RunCommand run) {
  if (const std::string problem = Clash(options.files, input); !problem.empty()) return Complain(kUsage, problem);
  Files files(options.files);
  if (const std::string problem = files.problem(); !problem.empty()) return Complain(kUsage, problem);
  Result result;
  if (const std::string problem = run(&result); !problem.empty()) {
    return Complain(kBroken, problem);
  }
  Say(Table(result));
  files.WriteJson(Json(result, invocation.options));
  files.WriteLatencies(result);
  if (const std::string problem = files.problem(); !problem.empty()) return Complain(kBroken, problem);
  if (!result.verdict.ok()) return Complain(kBroken, "IDENTITY BROKEN: see the last lines of the table");
  return kFine;
}

// The scenario, once for each value of the sweep. Empty, or what is wrong with one.
std::string ReadScenarios(const PlayCommand& command, const std::string& path, std::vector<Scenario>* scenarios) {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, command.sweep_values.size()); ++i) {
    std::vector<std::string> overrides = command.set;
    if (command.sweeps()) overrides.push_back(command.sweep_field + "=" + command.sweep_values[i]);
    ScenarioRead read = ReadScenario(path, overrides);
    if (!read.problem.empty()) return read.problem;
    scenarios->push_back(std::move(read.scenario));
  }
  return {};
}

// Plays the scenario once, or once a value of the sweep.
int RunPlay(const PlayCommand& command, const GivenOptions& given) {
  std::string wrong;
  const std::string path = ScenarioPath(command.scenario, &wrong);
  if (wrong.empty()) wrong = Clash(command.files, path);
  if (!wrong.empty()) return Complain(kUsage, wrong);
  Files files(command.files);
  if (wrong = files.problem(); !wrong.empty()) return Complain(kUsage, wrong);
  std::vector<Scenario> scenarios;
  if (wrong = ReadScenarios(command, path, &scenarios); !wrong.empty()) return Complain(kUsage, wrong);

  std::vector<SweptRun> swept;
  bool intact = true;
  nlohmann::ordered_json all;
  for (const Scenario& scenario : scenarios) {
    Played played;
    if (const std::string problem = Play(scenario, command.play, &played); !problem.empty()) {
      return Complain(kBroken, problem);
    }
    const Result& result = played.result;
    Say(command.sweeps() && result.verdict.ok() ? result.headline + "\n" : Table(result));
    intact &= result.verdict.ok();
    all = RunJson(scenario, command.play, played, given);
    if (command.sweeps()) {
      swept.push_back({command.sweep_values[swept.size()], std::move(all), PlannersFigures(played)});
    } else {
      files.WriteLatencies(result);
    }
  }
  if (command.sweeps()) {
    Say("\n" + SweepTable(command.sweep_field, swept));
    all = SweepJson(command.sweep_field, swept);
  }
  const std::string text = ToText(all);
  files.WriteJson(text);
  if (files.wants_report()) files.WriteReport(ReportPage(text));
  if (const std::string problem = files.problem(); !problem.empty()) return Complain(kBroken, problem);
  return intact ? kFine : Complain(kBroken, "IDENTITY BROKEN: see the last lines of the table");
}

int Run(const Invocation& invocation) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of writing, with a name
  std::signal(SIGPIPE, SIG_IGN);  // so is a reader that has left
  if (const auto* sale = std::get_if<SaleOptions>(&invocation.command)) {
    return Show(invocation, *sale, "", [sale](Result* result) { return RunSale(*sale, result); });
  }
  if (const auto* play = std::get_if<PlayCommand>(&invocation.command)) return RunPlay(*play, invocation.options);
  if (std::holds_alternative<ListScenarios>(invocation.command)) {
    std::string list;
    if (const std::string problem = ScenarioList(&list); !problem.empty()) return Complain(kBroken, problem);
    Say(list);
    return kFine;
  }
  if (const auto* options = std::get_if<TraceOptions>(&invocation.command)) {
    const TraceRead read = ReadTraceFile(options->file);
    if (!read.problem.empty()) return Complain(kUsage, read.problem);
    return Show(invocation, *options, options->file,
                [options, &read](Result* result) { return RunTrace(*options, read.trace, result); });
  }
  return invocation.exit_code;
}

}  // namespace
}  // namespace flexstock::loadgen

int main(int argc, char** argv) {
  flexstock::tools::HoldStandardStreams();
  using namespace flexstock::loadgen;  // NOLINT(google-build-using-namespace): they are this file's own
  const int exit_code = Run(Parse(argc, argv));
  const std::string unheard = Heard();
  if (unheard.empty()) return exit_code;
  Complain(kBroken, unheard);
  return exit_code == kFine ? kBroken : exit_code;
}
