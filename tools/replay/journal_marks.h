// JournalMarks: where a replay stands, in the journal beside the commands themselves.
//
//   stream  offset
//   0       number of the last line that was run; 0 = none
//   1       a hash of all lines up to it, 63 bits: is this the log that the journal was made from?
//   2       a hash of what answers depend on beside the log: retention and default policy, 63 bits
//   3       bytes of the events file whose events are confirmed; kNoFile: some went by unwritten
//   4       a hash of the results file behind the last line, 63 bits; kNoFile: some answers went by unwritten
//   5       a hash of the bytes of stream 3, 63 bits
//
// A line's command carries stream 0 itself. What no command carries rides on one that the engine refuses in form: it
// changes nothing, and its position is durable with the same epoch. The replay's engine commits inside calls only, so
// marks made between two commands are durable together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "flexstock/engine.h"

namespace flexstock::replay {

inline constexpr std::uint32_t kLineStream = 0;
inline constexpr std::uint64_t kNoFile = (std::uint64_t{1} << 63) - 1;

// Where a journal says that a replay stopped. All 0: nowhere, it begins.
struct Standing {
  std::uint64_t line = 0;
  std::uint64_t digest = 0;          // of lines 1 .. line
  std::uint64_t events_bytes = 0;    // or kNoFile
  std::uint64_t results_digest = 0;  // or kNoFile; 0 beside a line: unknown, an older flexstock-replay noted none
  std::uint64_t events_digest = 0;   // 0 beside bytes: likewise
};

// The hash of all lines up to one, from that of those before it. Never 0 behind a line.
[[nodiscard]] std::uint64_t DigestOf(std::string_view line, std::uint64_t before);
[[nodiscard]] std::uint64_t RulesDigestOf(Millis retention_ms, const Policy& policy);

class JournalMarks {
 public:
  explicit JournalMarks(Engine* engine) : engine_(*engine) {}

  // Reads what the journal holds, and marks a new one as a replay's with these rules. Empty, or why it cannot be
  // continued with them.
  [[nodiscard]] std::string Begin(std::uint64_t rules_digest, Standing* standing);

  // The line was run, whether its command has carried the number or not.
  void Ran(std::uint64_t line, std::uint64_t digest);
  // Behind each line: the hash of the results file, or kNoFile.
  void ResultsWritten(std::uint64_t digest);
  void EventsWritten(std::uint64_t bytes, std::uint64_t digest);

 private:
  static constexpr std::uint32_t kDigestStream = 1, kRulesStream = 2, kEventsStream = 3, kResultsDigestStream = 4,
                                 kEventsDigestStream = 5;

  void Note(std::uint32_t stream, std::uint64_t offset);
  [[nodiscard]] std::uint64_t Find(std::uint32_t stream) const;

  Engine& engine_;
  std::uint64_t results_noted_ = 0;
};

}  // namespace flexstock::replay
