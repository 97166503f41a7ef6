#include "tools/replay/journal_marks.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace flexstock::replay {

namespace {

// 1 .. 2^63-1: a position has no more bits, and 0 is for "none".
std::uint64_t Digest(std::string_view text, std::uint64_t seed) {
  const std::uint64_t hash = XXH3_64bits_withSeed(text.data(), text.size(), seed) >> 1;
  return hash == 0 ? 1 : hash;
}

}  // namespace

std::uint64_t DigestOf(std::string_view line, std::uint64_t before) { return Digest(line, before); }

std::uint64_t RulesDigestOf(Millis retention_ms, const Policy& policy) {
  // Names every field: a new one does not compile until it is here.
  const auto& [acceptance, payment, hold, pending, order, customer, overflow, fill, late, draw] = policy;
  return Digest(fmt::format("flexstock-replay 1: {} {} {} {} {} {} {} {} {} {} {}", retention_ms, acceptance, payment,
                            hold, pending, order, customer, static_cast<int>(overflow), static_cast<int>(fill),
                            static_cast<int>(late), draw),
                0);
}

std::string JournalMarks::Begin(std::uint64_t rules_digest, Standing* standing) {
  *standing = {.line = Find(kLineStream),
               .digest = Find(kDigestStream),
               .events_bytes = Find(kEventsStream),
               .results_digest = Find(kResultsDigestStream),
               .events_digest = Find(kEventsDigestStream)};
  const std::uint64_t rules = Find(kRulesStream);
  if (rules == 0 && engine_.recovery().epoch != 0) return "it holds a journal that is not of flexstock-replay";
  if (rules == 0) Note(kRulesStream, rules_digest);
  if (rules == 0 || rules == rules_digest) return "";
  return "it was begun with another --retention-ms or --default: give the same as then";
}

void JournalMarks::Ran(std::uint64_t line, std::uint64_t digest) {
  Note(kLineStream, line);
  Note(kDigestStream, digest);
}

void JournalMarks::ResultsWritten(std::uint64_t digest) {
  if (digest != results_noted_) Note(kResultsDigestStream, digest);
  results_noted_ = digest;
}

void JournalMarks::EventsWritten(std::uint64_t bytes, std::uint64_t digest) {
  Note(kEventsStream, bytes);
  Note(kEventsDigestStream, digest);
}

void JournalMarks::Note(std::uint32_t stream, std::uint64_t offset) {
  const Position position{.stream = stream, .offset = offset};
  (void)engine_.Adjust({.product = ProductId{0}}, {0, &position});
}

std::uint64_t JournalMarks::Find(std::uint32_t stream) const {
  std::uint64_t offset = 0;
  return engine_.FindPosition(stream, &offset) ? offset : 0;
}

}  // namespace flexstock::replay
