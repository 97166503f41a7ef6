#include "tools/loadgen/hdr_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <iterator>

#include "tools/loadgen/hdr_encoding.h"

namespace flexstock::loadgen {
namespace {

constexpr std::uint64_t kLinesPerHalving = 5;

double Micros(double nanos) { return nanos / 1e3; }
double Micros(std::uint64_t nanos) { return Micros(static_cast<double>(nanos)); }

// The shares of the lines are 0, 1/10, .. 5/10, 11/20, .. 15/20, 31/40, ..: five steps to each halving of what is left.
// Kept as `step` of `steps`, so that no rounding adds up.
class Shares {
 public:
  [[nodiscard]] double now() const { return static_cast<double>(step_) / static_cast<double>(steps_); }
  void Next() {
    if (steps_ - ++step_ > kLinesPerHalving) return;
    step_ *= 2;
    steps_ *= 2;
  }

 private:
  std::uint64_t step_ = 0;
  std::uint64_t steps_ = 2 * kLinesPerHalving;
};

// Mean and standard deviation, in nanoseconds.
struct Moments {
  double mean = 0, deviation = 0;
};

// visit(middle of the counter, how many) for every counter that is not 0.
template <class Visit>
void ForEachMiddle(const Histogram& histogram, Visit visit) {
  histogram.ForEach([&](std::uint64_t highest, std::uint64_t count) {
    const std::size_t index = Histogram::Index(highest);
    const std::uint64_t width = index == 0 ? 1 : highest - Histogram::Highest(index - 1);
    const std::uint64_t middle = highest - width + 1 + width / 2;
    visit(static_cast<double>(middle), static_cast<double>(count));
  });
}

Moments MomentsOf(const Histogram& histogram) {
  if (histogram.count() == 0) return {};
  const auto total = static_cast<double>(histogram.count());
  double sum = 0, squares = 0;
  ForEachMiddle(histogram, [&](double middle, double count) { sum += middle * count; });
  const double mean = sum / total;
  ForEachMiddle(histogram, [&](double middle, double count) { squares += (middle - mean) * (middle - mean) * count; });
  return {.mean = mean, .deviation = std::sqrt(squares / total)};
}

}  // namespace

std::string Hgrm(const Histogram& histogram) {
  std::string text =
      fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
  const auto out = std::back_inserter(text);
  const std::uint64_t total = histogram.count();
  std::uint64_t seen = 0;
  Shares shares;
  histogram.ForEach([&](std::uint64_t highest, std::uint64_t count) {
    seen += count;
    const bool last = seen == total;
    const double value = Micros(last ? histogram.max() : highest);
    const auto reached = [&] { return static_cast<double>(seen) / static_cast<double>(total) >= shares.now(); };
    while (reached()) {
      fmt::format_to(out, "{:12.3f} {:14.12f} {:10} {:14.2f}\n", value, shares.now(), seen, 1 / (1 - shares.now()));
      shares.Next();
      if (last) break;  // every further share is reached by the maximum, too
    }
    if (last) fmt::format_to(out, "{:12.3f} {:14.12f} {:10}\n", value, 1.0, seen);
  });
  const Moments moments = MomentsOf(histogram);
  fmt::format_to(out, "#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n", Micros(moments.mean),
                 Micros(moments.deviation));
  fmt::format_to(out, "#[Max     = {:12.3f}, Total count    = {:12}]\n", Micros(histogram.max()), total);
  fmt::format_to(out, "#[Buckets = {:12}, SubBuckets     = {:12}]\n", Histogram::kTopBits - Histogram::kStepBits,
                 2 << Histogram::kStepBits);
  fmt::format_to(out, "#[Values are microseconds: what was recorded, nanoseconds, divided by 1000]\n");
  return text;
}

HdrLogWriter::HdrLogWriter(const std::string& path, std::int64_t start_ms) : file_(path) {
  const double start_s = static_cast<double>(start_ms) / 1e3;
  const std::chrono::sys_time<std::chrono::milliseconds> start{std::chrono::milliseconds(start_ms)};
  file_.Write(
      fmt::format("#[Histogram log format version 1.3]\n"
                  "#[Histograms are of nanoseconds; Interval_Max is in milliseconds, the other times in seconds]\n"
                  "#[BaseTime: {0:.3f} (seconds since epoch)]\n"
                  "#[StartTime: {0:.3f} (seconds since epoch), {1:%Y-%m-%dT%H:%M:%S}Z]\n"
                  "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
                  start_s, std::chrono::floor<std::chrono::seconds>(start)));
}

void HdrLogWriter::Write(std::string_view tag, double begin_s, double end_s, const Histogram& histogram) {
  if (tag.find_first_of(", \t\r\n") != tag.npos) {
    file_.Fail(
        fmt::format("the tag \"{}\" has a comma, a space or a line break, which a log cannot hold; rename it", tag));
    return;
  }
  if (!tag.empty()) file_.Write(fmt::format("Tag={},", tag));
  file_.Write(fmt::format("{:.3f},{:.3f},{:.3f},{}\n", begin_s, end_s - begin_s,
                          static_cast<double>(histogram.max()) / 1e6, HdrEncoded(histogram)));
}

}  // namespace flexstock::loadgen
