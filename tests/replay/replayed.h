// A log replayed in memory, for tests.
#pragma once

#include <string>
#include <string_view>

#include "tools/replay/replay_log.h"

namespace flexstock::replay {

struct Replayed {
  ReplayEnd end;
  Totals totals;
  AuditReport audit;
  std::string results;
  std::string events;
  std::string state;  // after the last line that is a command
};

[[nodiscard]] Replayed Replay(std::string_view log, const ReplayOptions& options);

// Hands out `text`, at most `bytes_max` at a time. The text must outlive the source.
[[nodiscard]] ByteSource ReadText(std::string_view text, std::size_t bytes_max);

}  // namespace flexstock::replay
