#include "tools/replay/replay_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tools/replay/command_parser.h"

namespace flexstock::replay {

namespace {

constexpr std::uint64_t kLinesBetweenProgress = 1 << 15;

ReplayEnd BadLine(const LogReader& log, std::string_view problem) {
  return {ReplayEnd::How::kBadLine, fmt::format("{}: {}", log.number(), problem)};
}

}  // namespace

ReplayEnd ReplayLog(LogReader* log, Replayer* replayer, std::span<Output* const> outputs,
                    const std::function<void(const Totals&)>& progress) {
  const auto failed = [](const Output* output) { return output != nullptr && !output->problem().empty(); };
  CommandParser parser;
  Command command;
  for (;;) {
    switch (log->Next()) {
      case LogReader::Step::kEnd:
        return {};
      case LogReader::Step::kFailed:
        return {ReplayEnd::How::kReadFailed, std::strerror(errno)};
      case LogReader::Step::kTooLong:
        return BadLine(*log, fmt::format("the line is longer than {} MiB; expected one command", kLineMax >> 20));
      case LogReader::Step::kLine:
        break;
    }
    if (!parser.Parse(log->text(), &command)) {
      return BadLine(*log, parser.problem() + (log->torn() ? "; the log ends within this line: it is torn" : ""));
    }
    replayer->Run(log->number(), command);
    if (std::any_of(outputs.begin(), outputs.end(), failed)) return {ReplayEnd::How::kOutputFailed, ""};
    if (log->number() % kLinesBetweenProgress == 0) progress(replayer->totals());
  }
}

}  // namespace flexstock::replay
