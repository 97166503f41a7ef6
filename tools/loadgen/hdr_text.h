// HdrText: histograms in the texts of Gil Tene's HdrHistogram, for the plotters and log processors that read them.
//
//   .hgrm   one distribution, a line a percentile, ever denser towards the maximum: what plotFiles.html draws
//   .hlog   an interval log: a line an interval and tag, with the whole histogram in it, from which any distribution
//           can be taken, and intervals be added up: what HistogramLogProcessor reads
//
// Histograms are of nanoseconds. A .hgrm is in microseconds with three decimals, so nothing is lost by it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/loadgen/histogram.h"
#include "tools/loadgen/output_file.h"

namespace flexstock::loadgen {

// The classic text, five percentiles to each halving of the distance to 100%. The value of a line is that of
// Histogram::ValueAt, exact maximum included; mean and deviation are taken from the middles of the counters.
[[nodiscard]] std::string Hgrm(const Histogram& histogram);

// Writes a .hlog (format version 1.3). What goes wrong is kept, and told by problem() and Close().
class HdrLogWriter {
 public:
  // `start_ms` since 1970, UTC: what the intervals' times count from.
  HdrLogWriter(const std::string& path, std::int64_t start_ms);

  // What was recorded from `begin_s` to `end_s`. Lines are to come in the order of their beginnings. "": no tag. The
  // format has no way to write a tag with a comma, a space or a line break: it is a problem.
  void Write(std::string_view tag, double begin_s, double end_s, const Histogram& histogram);
  // "", or "PATH: what went wrong". Nothing can be written afterwards.
  std::string Close() { return file_.Close(); }

  // The same, so far: from the beginning, whether it could be opened.
  [[nodiscard]] const std::string& problem() const { return file_.problem(); }

 private:
  OutputFile file_;
};

}  // namespace flexstock::loadgen
