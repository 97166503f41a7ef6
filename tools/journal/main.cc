// flexstock-journal: looks into the files of a journal. Everything is in --help and docs/journal-format.md.
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "tools/common/standard_streams.h"
#include "tools/journal/command_line.h"
#include "tools/journal/remedy.h"
#include "tools/journal/stats.h"
#include "tools/journal/verify.h"

namespace flexstock::journal_tool {
namespace {

void Say(const std::string& text) { tools::Say(fmt::format("flexstock-journal: {}\n", text)); }

int Fail(const std::string& problem, const std::string& remedy = "") {
  Say(problem);
  if (!remedy.empty()) Say(remedy);
  return kExitFailed;
}

// Writes to standard output; what went wrong with that is as bad as anything.
class Runner {
 public:
  explicit Runner(const std::string& directory) : directory_(directory), output_(replay::Output::ToFile("-")) {}

  int operator()(const VerifyCommand& command) {
    const Verified verified = Verify(SystemStorage(), directory_, command.deep);
    if (!verified.problem.empty()) return Fail(verified.problem, verified.remedy);
    *output_ << verified.report << "\n";
    for (const std::string& remark : verified.remarks) *output_ << "note: " << remark << "\n";
    return End("");
  }
  int operator()(const DumpCommand& command) {
    return End(Dump(SystemStorage(), directory_, command.filter, output_.get()));
  }
  int operator()(const StatsCommand& command) {
    Stats stats;
    const std::string problem = ReadStats(SystemStorage(), directory_, &stats);
    if (problem.empty()) *output_ << (command.json ? JsonOf(stats) : TableOf(stats));
    return End(problem);
  }
  int operator()(const SnapshotCommand& command) {
    std::string report;
    const std::string problem = TakeSnapshot(SystemStorage(), directory_, command.options, &report);
    if (problem.empty()) *output_ << report << "\n";
    return End(problem);
  }
  int operator()(std::monostate) { return kExitUsage; }

  [[nodiscard]] bool ready() const { return output_ != nullptr; }

 private:
  int End(const std::string& problem) {
    output_->Close();
    if (!problem.empty()) return Fail(problem, RemedyFor(problem));
    return output_->problem().empty() ? kExitWhole : Fail(output_->problem());
  }

  const std::string directory_;
  const std::unique_ptr<replay::Output> output_;
};

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader who leaves is an error of writing, with a name
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
  const Invocation invocation = Parse(argc, argv);
  if (std::holds_alternative<std::monostate>(invocation.command)) return invocation.exit_code;
  Runner run(invocation.directory);
  if (!run.ready()) return Fail(fmt::format("cannot write standard output: {}", std::strerror(errno)));
  return std::visit([&](const auto& command) { return run(command); }, invocation.command);
}

}  // namespace
}  // namespace flexstock::journal_tool

int main(int argc, char** argv) {
  flexstock::tools::HoldStandardStreams();
  return flexstock::journal_tool::Main(argc, argv);
}
