// ReplayLog: a whole log through a replayer, up to its end or to the first line that is not a command.
//
// With a journal, SkipLog comes first: it reads the lines that the journal has, and makes sure that they are the same.
#pragma once

#include <functional>
#include <string>

#include "tools/replay/log_reader.h"
#include "tools/replay/output.h"
#include "tools/replay/replayer.h"

namespace flexstock::replay {

struct ReplayEnd {
  enum class How {
    kRan,            // to the end of the log
    kBadLine,        // `problem`: the line's number and what is wrong, as "LINE: ..."
    kReadFailed,     // `problem`: why
    kOutputFailed,   // the output knows why
    kJournalFailed,  // `problem`: why
    kOtherLog,       // SkipLog: `problem`: in what it is not the log that the journal was made from
    kShorter,        // SkipLog: it ends before the line where the journal stands
  };
  How how = How::kRan;
  std::string problem;
};

// Reads the lines up to replayer->standing() and runs none. kRan: ReplayLog may go on. kShorter: there is nothing to run.
[[nodiscard]] ReplayEnd SkipLog(LogReader* log, Replayer* replayer);

// `outputs`: a problem of one of them ends the replay early. `progress` is called every few ten thousand lines.
[[nodiscard]] ReplayEnd ReplayLog(LogReader* log, Replayer* replayer, std::span<Output* const> outputs,
                                  const std::function<void(const Totals&)>& progress);

}  // namespace flexstock::replay
