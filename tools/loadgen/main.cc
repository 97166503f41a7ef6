// flexstock-loadgen: drives an engine with orders and shows what it did. Everything is in --help and
// docs/load-testing.md.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "tools/loadgen/hdr_report.h"
#include "tools/loadgen/json.h"
#include "tools/loadgen/options.h"
#include "tools/loadgen/output_file.h"
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

std::int64_t NowMs() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(system_clock::now().time_since_epoch()).count();
}

// The files of a run that it was told to write. They are opened before it, so that a bad path costs nobody a run.
class Files {
 public:
  explicit Files(const RunOptions& options) {
    if (!options.json.empty()) json_.emplace(options.json);
    if (!options.hgrm.empty()) hgrm_.emplace(options.hgrm);
    if (!options.hlog.empty()) hlog_.emplace(options.hlog, NowMs());
  }

  void Write(const Result& result, const Invocation& invocation) {
    if (json_.has_value()) {
      json_->Write(Json(result, invocation.options));
      json_->Close();
    }
    if (hgrm_.has_value()) {
      hgrm_->Write(PlacingHgrm(result));
      hgrm_->Close();
    }
    if (hlog_.has_value()) {
      WriteHdrLog(result, &*hlog_);
      hlog_->Close();
    }
  }

  // "", or the first file that is not as it should be, and why.
  [[nodiscard]] std::string problem() const {
    const auto of = [](const char* option, const auto& file) {
      const bool fine = !file.has_value() || file->problem().empty();
      return fine ? "" : fmt::format("{} {}", option, file->problem());
    };
    for (std::string problem : {of("--json", json_), of("--hgrm", hgrm_), of("--hlog", hlog_)}) {
      if (!problem.empty()) return problem;
    }
    return "";
  }

 private:
  std::optional<OutputFile> json_, hgrm_;
  std::optional<HdrLogWriter> hlog_;
};

// Runs the command, writes the table to standard output and the rest to its files.
template <class RunCommand>
int Show(const Invocation& invocation, const RunOptions& options, RunCommand run) {
  Files files(options);
  if (const std::string problem = files.problem(); !problem.empty()) return Complain(kUsage, problem);
  Result result;
  if (const std::string problem = run(&result); !problem.empty()) {
    return Complain(kBroken, problem);
  }
  fmt::print("{}", Table(result));
  files.Write(result, invocation);
  if (const std::string problem = files.problem(); !problem.empty()) return Complain(kBroken, problem);
  if (!result.verdict.ok()) return Complain(kBroken, "IDENTITY BROKEN: see the last lines of the table");
  return kFine;
}

int Run(const Invocation& invocation) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of writing, with a name
  if (const auto* sale = std::get_if<SaleOptions>(&invocation.command)) {
    return Show(invocation, *sale, [sale](Result* result) { return RunSale(*sale, result); });
  }
  if (const auto* options = std::get_if<TraceOptions>(&invocation.command)) {
    const TraceRead read = ReadTraceFile(options->file);
    if (!read.problem.empty()) return Complain(kUsage, read.problem);
    return Show(invocation, *options,
                [options, &read](Result* result) { return RunTrace(*options, read.trace, result); });
  }
  return invocation.exit_code;
}

}  // namespace
}  // namespace flexstock::loadgen

int main(int argc, char** argv) { return flexstock::loadgen::Run(flexstock::loadgen::Parse(argc, argv)); }
