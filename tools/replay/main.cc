// flexstock-replay: a log of commands in, what came of each out.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "tools/replay/command_line.h"
#include "tools/replay/replay_log.h"

namespace flexstock::replay {

namespace {

using SteadyClock = std::chrono::steady_clock;

int Fail(int code, std::string_view problem) {
  fmt::print(stderr, "flexstock-replay: {}\n", problem);
  return code;
}

double Rate(const Totals& totals, SteadyClock::time_point start) {
  const std::chrono::duration<double> seconds = SteadyClock::now() - start;
  return static_cast<double>(totals.commands) / std::max(seconds.count(), 1e-9);
}

// One line that is written over, for whoever watches; nobody else wants it.
class Progress {
 public:
  explicit Progress(bool wanted) : shown_(wanted && ::isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (last_ != start_) fmt::print(stderr, "\r\x1b[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(const Totals& totals) {
    const SteadyClock::time_point now = SteadyClock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    fmt::print(stderr, "\r{} commands, {:.0f} a second\x1b[K", totals.commands, Rate(totals, start_));
  }

 private:
  bool shown_;
  SteadyClock::time_point start_ = SteadyClock::now();
  SteadyClock::time_point last_ = start_;
};

// Opens the log. -1: problem says why.
int OpenLog(const std::string& path, std::string* problem) {
  const int descriptor = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
    *problem = fmt::format("cannot read {}: {}", path, std::strerror(errno));
    return -1;
  }
  if (S_ISDIR(status.st_mode)) {
    *problem = fmt::format("cannot read {}: it is a directory", path);
    return -1;
  }
  return descriptor;
}

// The first output that could not be written, or "".
std::string Problem(std::span<const std::unique_ptr<Output>> outputs) {
  for (const std::unique_ptr<Output>& output : outputs) {
    if (output != nullptr && !output->problem().empty()) return output->problem();
  }
  return "";
}

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader who leaves is an error of writing, with a name
  CommandLine line;
  if (const std::optional<int> code = Read(argc, argv, &line)) return *code;

  std::string problem;
  const int log_descriptor = OpenLog(line.log, &problem);
  if (log_descriptor < 0) return Fail(kExitNotCommand, problem);
  std::array<std::unique_ptr<Output>, 3> outputs;
  const std::array paths = {&line.results, &line.events, &line.state};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!paths[i]->has_value()) continue;
    outputs[i] = Output::ToFile(**paths[i]);
    if (outputs[i] == nullptr)
      return Fail(kExitFailed, fmt::format("cannot write {}: {}", **paths[i], std::strerror(errno)));
  }
  const auto& [results, events, state] = outputs;
  auto [replayer, refused] = Replayer::Open(line.options, results.get(), events.get());
  if (replayer == nullptr) return Fail(kExitFailed, refused);

  const SteadyClock::time_point start = SteadyClock::now();
  const std::string log_name = line.log == "-" ? "standard input" : line.log;
  LogReader log(ReadDescriptor(log_descriptor));
  ReplayEnd end;
  {
    Progress progress(!line.quiet);
    const std::array written = {results.get(), events.get()};
    end = ReplayLog(&log, replayer.get(), written, [&](const Totals& totals) { progress.Show(totals); });
  }
  if (end.how == ReplayEnd::How::kRan && state != nullptr) replayer->WriteStateTo(state.get());
  for (const std::unique_ptr<Output>& output : outputs) {
    if (output != nullptr) output->Close();
  }
  if (end.how == ReplayEnd::How::kBadLine) fmt::print(stderr, "{}:{}\n", log_name, end.problem);
  if (const std::string unwritten = Problem(outputs); !unwritten.empty()) return Fail(kExitFailed, unwritten);
  if (end.how == ReplayEnd::How::kBadLine) return kExitNotCommand;
  if (end.how == ReplayEnd::How::kReadFailed) {
    return Fail(kExitFailed, fmt::format("cannot read {}: {}", log_name, end.problem));
  }

  const Totals& totals = replayer->totals();
  const double rate = Rate(totals, start);
  const AuditReport audit = replayer->Audit();
  if (!audit.ok()) {
    return Fail(kExitFailed,
                fmt::format("UNITS DO NOT ADD UP for {} of {} products, first product {}: a bug of flexstock",
                            audit.broken_count, audit.products, static_cast<std::int64_t>(audit.broken.front())));
  }
  if (!line.quiet) {
    fmt::print(
        stderr,
        "{} commands ({:.0f} a second), {} orders placed, {} events; units add up for all {} products, {} orders "
        "remembered\n",
        totals.commands, rate, totals.orders, totals.events, audit.products, audit.orders);
  }
  return kExitRan;
}

}  // namespace

}  // namespace flexstock::replay

int main(int argc, char** argv) { return flexstock::replay::Main(argc, argv); }
