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

#include "tools/common/standard_streams.h"
#include "tools/replay/command_line.h"
#include "tools/replay/kept_outputs.h"
#include "tools/replay/replay_log.h"

namespace flexstock::replay {

namespace {

using SteadyClock = std::chrono::steady_clock;

int Fail(int code, std::string_view problem) {
  tools::Say(fmt::format("flexstock-replay: {}\n", problem));
  return code;
}

double Rate(const Totals& totals, SteadyClock::time_point start) {
  const std::chrono::duration<double> seconds = SteadyClock::now() - start;
  return static_cast<double>(totals.commands) / std::max(seconds.count(), 1e-9);
}

// One line that is written over, for whoever watches; nobody else wants it.
class Progress {
 public:
  Progress(bool wanted, std::uint64_t begun_behind)
      : shown_(wanted && ::isatty(STDERR_FILENO) != 0), begun_behind_(begun_behind) {}
  ~Progress() {
    if (last_ != start_) tools::Say("\r\x1b[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(const Totals& totals) {
    const SteadyClock::time_point now = SteadyClock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    const std::string behind = begun_behind_ == 0 ? "" : fmt::format(" behind line {}", begun_behind_);
    tools::Say(fmt::format("\r{} commands{}, {:.0f} a second\x1b[K", totals.commands, behind, Rate(totals, start_)));
  }

 private:
  bool shown_;
  std::uint64_t begun_behind_;
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

// Results, events and state, in this order; nullptr: not wanted.
using Outputs = std::array<std::unique_ptr<Output>, 3>;

// Opens them; with a journal, cut to what it has. Nothing is changed if one does not fit. Empty, or what is wrong.
std::string OpenOutputs(const CommandLine& line, const Replayer& replayer, Outputs* outputs) {
  const std::array paths = {&line.results, &line.events, &line.state};
  const auto is_kept = [&](std::size_t i) {
    return replayer.journaled() && i < 2 && paths[i]->has_value() && IsKept(**paths[i]);
  };
  const Standing& standing = replayer.standing();
  std::array<Kept, 2> kept;
  if (is_kept(0)) {
    if (std::string problem = KeepResults(**paths[0], standing, &kept[0]); !problem.empty()) return problem;
  }
  if (is_kept(1)) {
    if (std::string problem = KeepEvents(**paths[1], standing, &kept[1]); !problem.empty()) return problem;
  }
  for (std::size_t i = 0; i < outputs->size(); ++i) {
    if (!paths[i]->has_value()) continue;
    (*outputs)[i] = is_kept(i) ? Output::ToFileBehind(**paths[i], kept[i].bytes, std::move(kept[i].hash))
                               : Output::ToFile(**paths[i]);
    if ((*outputs)[i] == nullptr) return fmt::format("cannot write {}: {}", **paths[i], std::strerror(errno));
  }
  return "";
}

void PrintSummary(Replayer* replayer, double rate, const AuditReport& audit) {
  const Totals& totals = replayer->totals();
  tools::Say(fmt::format(
      "{} commands ({:.0f} a second), {} orders placed, {} events; units add up for all {} products, {} orders "
      "remembered\n",
      totals.commands, rate, totals.orders, totals.events, audit.products, audit.orders));
  if (totals.late != 0) {
    tools::Say(fmt::format("{} commands had a time behind the latest one, and counted as that\n", totals.late));
  }
  if (!replayer->journaled()) return;
  const JournalStats journal = replayer->Journal();
  tools::Say(fmt::format(
      "journal: durable through epoch {}; {} epochs of {} bytes written, {} snapshots; {} files, synced in {:.0f} "
      "ms\n",
      journal.durable_epoch, journal.blocks, journal.bytes, journal.snapshots, journal.segments,
      static_cast<double>(journal.sync_ns) / 1e6));
  if (!journal.snapshot_problem.empty()) tools::Say(fmt::format("no snapshot: {}\n", journal.snapshot_problem));
}

// The last words of a run in which nothing has failed.
int Finish(const CommandLine& line, double rate, Replayer* replayer) {
  const AuditReport audit = replayer->Audit();
  if (!audit.ok()) {
    return Fail(kExitFailed,
                fmt::format("UNITS DO NOT ADD UP for {} of {} products, first product {}: a bug of flexstock",
                            audit.broken_count, audit.products, static_cast<std::int64_t>(audit.broken.front())));
  }
  if (!line.quiet) PrintSummary(replayer, rate, audit);
  return kExitRan;
}

// The log ends before the line where the journal stands: nothing is run, and of the outputs only the state is written.
int WriteRecovered(const CommandLine& line, const std::string& log_name, Replayer* replayer) {
  if (line.state.has_value()) {
    if (const std::string problem = replayer->Recall(); !problem.empty()) return Fail(kExitFailed, problem);
    const std::unique_ptr<Output> state = Output::ToFile(*line.state);
    if (state == nullptr) {
      return Fail(kExitFailed, fmt::format("cannot write {}: {}", *line.state, std::strerror(errno)));
    }
    replayer->WriteStateTo(state.get());
    state->Close();
    if (!state->problem().empty()) return Fail(kExitFailed, state->problem());
  }
  if (!line.quiet) {
    tools::Say(fmt::format("{}: stands behind line {}, and {} ends before it: nothing is run\n",
                           line.options.journal.dir, replayer->standing().line, log_name));
  }
  return Finish(line, 0, replayer);
}

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader who leaves is an error of writing, with a name
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow
  CommandLine line;
  if (const std::optional<int> code = Read(argc, argv, &line)) return *code;

  std::string problem;
  const int log_descriptor = OpenLog(line.log, &problem);
  if (log_descriptor < 0) return Fail(kExitFailed, problem);
  const std::string log_name = line.log == "-" ? "standard input" : line.log;
  Outputs outputs;  // outlive the replayer
  auto [replayer, refused] = Replayer::Open(line.options);
  if (replayer == nullptr) return Fail(kExitFailed, refused);
  LogReader log(ReadDescriptor(log_descriptor));
  const std::uint64_t begun_behind = replayer->standing().line;
  if (const ReplayEnd skipped = SkipLog(&log, replayer.get()); skipped.how == ReplayEnd::How::kReadFailed) {
    return Fail(kExitFailed, fmt::format("cannot read {}: {}", log_name, skipped.problem));
  } else if (skipped.how == ReplayEnd::How::kShorter) {
    return WriteRecovered(line, log_name, replayer.get());
  } else if (skipped.how != ReplayEnd::How::kRan) {
    return Fail(kExitFailed, fmt::format("{}: {}: {}", line.options.journal.dir, log_name, skipped.problem));
  }
  if (problem = OpenOutputs(line, *replayer, &outputs); !problem.empty()) return Fail(kExitFailed, problem);
  if (begun_behind != 0 && !line.quiet) {
    tools::Say(fmt::format("{}: goes on behind line {} of {}\n", line.options.journal.dir, begun_behind, log_name));
  }
  const auto& [results, events, state] = outputs;
  replayer->WriteTo(results.get(), events.get());

  const SteadyClock::time_point start = SteadyClock::now();
  ReplayEnd end;
  {
    Progress progress(!line.quiet, begun_behind);
    const std::array written = {results.get(), events.get()};
    end = ReplayLog(&log, replayer.get(), written, [&](const Totals& totals) { progress.Show(totals); });
  }
  if (end.how != ReplayEnd::How::kOutputFailed) replayer->End();
  if (end.how == ReplayEnd::How::kRan && replayer->problem().empty() && state != nullptr) {
    replayer->WriteStateTo(state.get());
  }
  for (const std::unique_ptr<Output>& output : outputs) {
    if (output != nullptr) output->Close();
  }
  if (end.how == ReplayEnd::How::kBadLine) tools::Say(fmt::format("{}:{}\n", log_name, end.problem));
  if (const std::string unwritten = Problem(outputs); !unwritten.empty()) return Fail(kExitFailed, unwritten);
  if (!replayer->problem().empty()) {
    return Fail(kExitFailed,
                fmt::format("{}; what is durable stays so: when this is mended, run it again and it goes on",
                            replayer->problem()));
  }
  if (end.how == ReplayEnd::How::kBadLine) return kExitNotCommand;
  if (end.how == ReplayEnd::How::kReadFailed) {
    return Fail(kExitFailed, fmt::format("cannot read {}: {}", log_name, end.problem));
  }

  return Finish(line, Rate(replayer->totals(), start), replayer.get());
}

}  // namespace

}  // namespace flexstock::replay

int main(int argc, char** argv) {
  flexstock::tools::HoldStandardStreams();
  return flexstock::replay::Main(argc, argv);
}
