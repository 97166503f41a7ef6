// Progress: one line that lives while a run does. On a terminal it is rewritten five times a second; elsewhere there is
// none, unless asked for: then a line every two seconds, so that a log shows that the run is alive.
#pragma once

#include <cstdio>
#include <optional>

#include "tools/loadgen/tally.h"

namespace flexstock::loadgen {

// What more can be said of a run that knows it.
struct Outlook {
  std::uint64_t p99_ns = 0;  // lately; 0: unknown
  std::optional<Units> stock{};
  std::optional<std::int64_t> pending{};
};

class Progress {
 public:
  // Writes to `out`, standard error in the tool.
  Progress(std::FILE* out, bool wanted);
  // Takes the live line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // True if a line is due; Show then writes it.
  [[nodiscard]] bool Due(double seconds) const { return period_ > 0 && seconds >= next_; }
  void Show(double seconds, const Totals& totals, const Outlook& outlook = {});

 private:
  std::FILE* const out_;
  const bool terminal_;
  const double period_;  // seconds; 0: silent
  double next_;
  double last_seconds_ = 0;
  std::uint64_t last_orders_ = 0;
};

}  // namespace flexstock::loadgen
