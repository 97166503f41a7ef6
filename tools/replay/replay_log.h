// ReplayLog: a whole log through a replayer, up to its end or to the first line that is not a command.
#pragma once

#include <functional>
#include <string>

#include "tools/replay/log_reader.h"
#include "tools/replay/output.h"
#include "tools/replay/replayer.h"

namespace flexstock::replay {

struct ReplayEnd {
  enum class How {
    kRan,           // to the end of the log
    kBadLine,       // `problem`: the line's number and what is wrong, as "LINE: ..."
    kReadFailed,    // `problem`: why
    kOutputFailed,  // the output knows why
  };
  How how = How::kRan;
  std::string problem;
};

// `outputs`: a problem of one of them ends the replay early. `progress` is called every few ten thousand lines.
[[nodiscard]] ReplayEnd ReplayLog(LogReader* log, Replayer* replayer, std::span<Output* const> outputs,
                                  const std::function<void(const Totals&)>& progress);

}  // namespace flexstock::replay
