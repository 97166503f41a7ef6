#include "tools/replay/replay_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "tools/replay/command_parser.h"

namespace flexstock::replay {

namespace {

constexpr std::uint64_t kLinesBetweenProgress = 1 << 15;

ReplayEnd BadLine(const LogReader& log, std::string_view problem) {
  return {ReplayEnd::How::kBadLine, fmt::format("{}: {}", log.number(), problem)};
}

// A parser and what it has read last: two of them, so that a line is understood before the one before it runs.
struct Understood {
  CommandParser parser;
  Command command;
  std::uint64_t line = 0;
  std::uint64_t digest = 0;  // of all lines up to it
};

// Reads the next line; with `before`, the digest of those before it, also its own. True: it is a command; false: `end`
// says how the log ends there.
bool Next(LogReader* log, std::optional<std::uint64_t> before, Understood* understood, ReplayEnd* end) {
  switch (log->Next()) {
    case LogReader::Step::kEnd:
      *end = {};
      return false;
    case LogReader::Step::kFailed:
      *end = {ReplayEnd::How::kReadFailed, std::strerror(errno)};
      return false;
    case LogReader::Step::kTooLong:
      *end = BadLine(*log, fmt::format("the line is longer than {} MiB; expected one command", kLineMax >> 20));
      return false;
    case LogReader::Step::kLine:
      break;
  }
  understood->line = log->number();
  if (before.has_value()) understood->digest = DigestOf(log->text(), *before);
  if (understood->parser.Parse(log->text(), &understood->command)) return true;
  const char* const torn = log->torn() ? "; the log ends within this line: it is torn" : "";
  *end = BadLine(*log, understood->parser.problem() + torn);
  return false;
}

}  // namespace

ReplayEnd SkipLog(LogReader* log, Replayer* replayer) {
  const Standing& standing = replayer->standing();
  Understood understood;
  ReplayEnd end;
  while (understood.line < standing.line) {
    if (!Next(log, understood.digest, &understood, &end)) {
      if (end.how == ReplayEnd::How::kReadFailed) return end;
      if (end.how == ReplayEnd::How::kRan) return {ReplayEnd::How::kShorter, ""};
      return {ReplayEnd::How::kOtherLog,
              fmt::format("the journal is of another log: it has {} lines of it, this one has no command at line {}",
                          standing.line, end.problem)};
    }
    replayer->Skip(understood.line, understood.command);
  }
  if (understood.digest == standing.digest) return {};
  return {ReplayEnd::How::kOtherLog,
          fmt::format("the journal is of another log: its first {} lines are not those of this one", standing.line)};
}

ReplayEnd ReplayLog(LogReader* log, Replayer* replayer, std::span<Output* const> outputs,
                    const std::function<void(const Totals&)>& progress) {
  const auto failed = [](const Output* output) { return output != nullptr && !output->problem().empty(); };
  std::array<Understood, 2> understood;
  Understood* now = &understood[0];
  Understood* next = &understood[1];
  ReplayEnd end;
  const auto behind = [&](std::uint64_t digest) {
    return replayer->journaled() ? std::optional(digest) : std::nullopt;
  };
  bool more = Next(log, behind(replayer->standing().digest), now, &end);
  while (more) {
    more = Next(log, behind(now->digest), next, &end);
    if (more) replayer->Prefetch(next->command);
    replayer->Run(now->line, now->command, now->digest);
    if (!replayer->problem().empty()) return {ReplayEnd::How::kJournalFailed, replayer->problem()};
    if (std::any_of(outputs.begin(), outputs.end(), failed)) return {ReplayEnd::How::kOutputFailed, ""};
    if (now->line % kLinesBetweenProgress == 0) progress(replayer->totals());
    std::swap(now, next);
  }
  return end;
}

}  // namespace flexstock::replay
