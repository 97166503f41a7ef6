#include "tools/loadgen/hdr_report.h"

namespace flexstock::loadgen {

std::string PlacingHgrm(const Result& result) {
  if (result.waited.count() != 0) return Hgrm(result.waited);
  Histogram placing;
  for (std::size_t call = 0; call < IndexOf(Call::kAccept); ++call) placing.Merge(result.timings[call]);
  return Hgrm(placing);
}

void WriteHdrLog(const Result& result, HdrLogWriter* log) {
  const auto write = [&](std::string_view tag, const Histogram& timing) {
    if (timing.count() != 0) log->Write(tag, 0, result.seconds, timing);
  };
  write("from_arrival", result.waited);
  for (std::size_t call = 0; call < kCalls; ++call) write(Name(static_cast<Call>(call)), result.timings[call]);
  if (result.journal.has_value()) write("place_durable", result.journal->durable);
}

}  // namespace flexstock::loadgen
