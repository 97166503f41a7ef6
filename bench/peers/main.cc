// peers: flexstock against what people use instead, in one run, with every answer checked. Exits 0 whoever is faster; 1
// if somebody's answers are wrong, or a server or a file fails.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "bench/peers/interrupt.h"
#include "bench/peers/results.h"
#include "bench/size.h"
#include "tools/loadgen/report_page/report_page.h"

namespace flexstock::bench::peers {
namespace {

constexpr int kFine = 0, kFailed = 1, kUsage = 2, kInterrupted = 130;

int Complain(int exit_code, const std::string& problem) {
  fmt::print(stderr, "peers: {}\n", problem);
  return exit_code;
}

struct Invocation {
  Plan plan{.products = Sized(100'000)};
  std::string json, report, only, directory;
};

// A file that an option names.
class Output {
 public:
  // Opened before the run, so that a bad path costs nobody a run.
  Output(const char* option, const std::string& name) : what_(fmt::format("{} {}", option, name)) {
    if (!name.empty()) file_.open(name);
    if (!name.empty() && !file_) throw BadPath(Problem());
  }
  void Write(const std::string& text) {
    if (!file_.is_open()) return;
    file_ << text << std::flush;
    if (!file_) throw Failure(Problem());
  }

  class BadPath : public Failure {
    using Failure::Failure;
  };

 private:
  [[nodiscard]] std::string Problem() const { return fmt::format("{}: {}", what_, std::strerror(errno)); }

  const std::string what_;
  std::ofstream file_;
};

int Measure(const Invocation& invocation) {
  Output json("--json", invocation.json), report("--report", invocation.report);
  const Directory directory(invocation.directory);
  Servers servers(directory);
  const std::vector<Contestant> contestants = Only(invocation.only, Contestants(directory, servers));
  if (contestants.empty()) return Complain(kUsage, fmt::format("--only {}: nobody has that name", invocation.only));
  std::vector<Standing> standings;
  {
    Ticker ticker;
    standings = Hold(contestants, invocation.plan, ticker);
  }
  const std::vector<Line> lines = Lines(standings, contestants);
  const loadgen::Machine machine = loadgen::ThisMachine();
  fmt::print("{}", Table(lines, invocation.plan, machine, directory.InMemory()));
  const std::string text = Json(lines, invocation.plan, machine, directory.InMemory());
  json.Write(text);
  report.Write(loadgen::ReportPage(text));
  return kFine;
}

int Run(int argc, char** argv) {
  Invocation invocation;
  CLI::App app(
      "flexstock against what people use instead: the same orders, every answer checked, taking turns.\n"
      "Redis and PostgreSQL are started for the run, on unix sockets in a directory of their own, and stopped after.",
      "peers");
  app.option_defaults()->always_capture_default();
  app.add_option("--rounds", invocation.plan.rounds, "how often each has its turn")->check(CLI::Range(1, 1000));
  app.add_option("--seconds", invocation.plan.seconds, "about how long each turn takes")
      ->check(CLI::Range(0.001, 600.0));
  app.add_option("--json", invocation.json, "also write everything to this file")->type_name("FILE");
  app.add_option("--report", invocation.report, "also draw it: a page for a browser")->type_name("FILE");
  app.add_option("--only", invocation.only, "only those with this in their names, and what they are compared with")
      ->type_name("TEXT");
  app.add_option("--directory", invocation.directory,
                 "where servers and journals have their files, for the run: a disk")
      ->type_name("DIR");
  app.footer("Exit codes: 0 fine; 1 answers are wrong, or a server or a file fails; 2 usage; 130 interrupted.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kFine : kUsage;
  }
  CatchInterrupts();
  try {
    return Measure(invocation);
  } catch (const Output::BadPath& problem) {
    return Complain(kUsage, problem.what());
  } catch (const Failure& failure) {
    return Complain(kFailed, failure.what());
  } catch (const Interrupted&) {
    return Complain(kInterrupted, "interrupted: servers are stopped, files removed");
  }
}

}  // namespace
}  // namespace flexstock::bench::peers

int main(int argc, char** argv) { return flexstock::bench::peers::Run(argc, argv); }
