// What we write in HdrHistogram's texts, held against what was recorded, and against what HdrHistogram itself reads in
// it.
#include "tools/loadgen/hdr_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "tests/model/seed.h"
#include "tests/program/program.h"
#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {
namespace {

constexpr std::int64_t kStartMs = 1'441'812'279'474;

Histogram Recorded(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.Record(value);
  return histogram;
}

// Nanoseconds, every octave up to 100 s as likely, in rising order.
std::vector<std::uint64_t> SomeLatencies(Rng& rng, std::size_t most) {
  std::vector<std::uint64_t> values(1 + rng.Below(most));
  for (std::uint64_t& value : values) value = static_cast<std::uint64_t>(std::exp2(rng.Unit() * std::log2(1e11)));
  std::sort(values.begin(), values.end());
  return values;
}

// A line of the distribution. `inverse` is 1 / (1 - share), and infinite where the text has none.
struct Line {
  double micros = 0, share = 0;
  std::uint64_t seen = 0;
  double inverse = INFINITY;
};

struct Read {
  std::vector<Line> lines;
  double mean = -1, deviation = -1, max = -1;
  std::uint64_t total = 0;
  std::string behind;  // the lines behind these
};

Read ReadHgrm(const std::string& text) {
  Read read;
  std::istringstream in(text);
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "       Value     Percentile TotalCount 1/(1-Percentile)");
  std::getline(in, line);
  EXPECT_EQ(line, "");
  while (std::getline(in, line) && !line.starts_with("#")) {
    Line& next = read.lines.emplace_back();
    std::istringstream words(line);
    EXPECT_TRUE(words >> next.micros >> next.share >> next.seen) << line;
    if (!(words >> next.inverse)) next.inverse = INFINITY;
  }
  EXPECT_EQ(std::sscanf(line.c_str(), "#[Mean    = %lf, StdDeviation   = %lf]", &read.mean, &read.deviation), 2);
  std::getline(in, line);
  EXPECT_EQ(std::sscanf(line.c_str(), "#[Max     = %lf, Total count    = %lu]", &read.max, &read.total), 2);
  std::getline(in, read.behind, '\0');
  return read;
}

TEST(HgrmTest, EveryLineSaysWhatWasRecorded) {
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Rng rng(seed, 0);
    const std::vector<std::uint64_t> values = SomeLatencies(rng, 20'000);
    const Histogram histogram = Recorded(values);
    const std::vector<Line> lines = ReadHgrm(Hgrm(histogram)).lines;
    ASSERT_GE(lines.size(), 2u);
    EXPECT_EQ(lines.front().share, 0);
    EXPECT_EQ(lines.back().share, 1);
    EXPECT_EQ(lines.back().micros, static_cast<double>(values.back()) / 1e3) << "the maximum is exact";
    for (const Line& line : lines) {
      SCOPED_TRACE(testing::Message() << "share " << line.share);
      const auto ns = static_cast<std::uint64_t>(std::llround(line.micros * 1e3));
      const double ppm = line.share * 1e6;
      EXPECT_GE(ns, histogram.ValueAt(static_cast<std::uint32_t>(std::floor(ppm))));
      EXPECT_LE(ns, histogram.ValueAt(static_cast<std::uint32_t>(std::ceil(ppm))));
      const auto above = std::upper_bound(values.begin(), values.end(), ns);
      EXPECT_EQ(line.seen, static_cast<std::uint64_t>(above - values.begin())) << "calls of at most this value";
      EXPECT_EQ(std::isinf(line.inverse), line.share == 1);
      if (line.share < 1) {
        EXPECT_NEAR(line.inverse * (1 - line.share), 1, 0.01);
      }
    }
  }
}

TEST(HgrmTest, EachHalvingOfWhatIsLeftHasFiveLines) {
  // Counters that halve what is left, so that lines reach far.
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 20; ++value) {
    for (std::uint64_t i = 0; i < std::uint64_t{1} << (20 - value); ++i) histogram.Record(value);
  }
  const std::vector<Line> lines = ReadHgrm(Hgrm(histogram)).lines;
  ASSERT_GT(lines.size(), 5u * 19);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const auto halvings = static_cast<double>(i / 5);
    const double share = 1 - std::exp2(-halvings) * (1 - 0.1 * static_cast<double>(i % 5));
    EXPECT_NEAR(lines[i].share, share, 1e-12) << "line " << i;
  }
}

TEST(HgrmTest, TheTrailerHasMomentsMaximumAndUnit) {
  // Of 1, 3, 5, 7 µs: mean 4, deviation the root of 5. Counters there are 1 to 4 ns wide, and rounded to their middles.
  const std::string text = Hgrm(Recorded({1'000, 3'000, 5'000, 7'000}));
  EXPECT_EQ(text.substr(text.find("#[Mean")),
            "#[Mean    =        4.001, StdDeviation   =        2.237]\n"
            "#[Max     =        7.000, Total count    =            4]\n"
            "#[Buckets =           27, SubBuckets     =         2048]\n"
            "#[Values are microseconds: what was recorded, nanoseconds, divided by 1000]\n");
}

TEST(HgrmTest, NothingRecordedHasNoLine) {
  EXPECT_EQ(Hgrm(Histogram()),
            "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
            "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
            "#[Max     =        0.000, Total count    =            0]\n"
            "#[Buckets =           27, SubBuckets     =         2048]\n"
            "#[Values are microseconds: what was recorded, nanoseconds, divided by 1000]\n");
}

TEST(HgrmTest, LongerThanTheTopIsTheExactMaximum) {
  const std::vector<Line> lines = ReadHgrm(Hgrm(Recorded({1'000, Histogram::kTop + 1, std::uint64_t{1} << 40}))).lines;
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.front().micros, 1);
  EXPECT_EQ(lines.back().micros, 1'099'511'627.776);
  EXPECT_EQ(lines.back().seen, 3u);
}

class HdrLogTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (directory_.path() / "run.hlog").string(); }
  [[nodiscard]] std::string Text() const { return directory_.Text("run.hlog"); }

  // What HdrHistogram makes of the log: a .hgrm in microseconds.
  [[nodiscard]] std::string Processed(const std::string& options) const {
    const program::Ran ran = directory_.Run(HDR_LOG_PROCESSOR " -i run.hlog -outputValueUnitRatio 1000 " + options);
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_EQ(ran.err, "");
    const std::size_t begin = ran.out.find("       Value");
    EXPECT_NE(begin, ran.out.npos) << ran.out;
    return ran.out.substr(begin);
  }

  const program::Directory directory_;
};

// `theirs` is the text of `histogram`. Their last digit may be rounded the other way.
void ExpectSame(const std::string& theirs, const Histogram& histogram) {
  const Read read = ReadHgrm(theirs), written = ReadHgrm(Hgrm(histogram));
  ASSERT_EQ(read.lines.size(), written.lines.size());
  for (std::size_t i = 0; i < read.lines.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "line " << i);
    EXPECT_EQ(read.lines[i].micros, written.lines[i].micros);
    EXPECT_NEAR(read.lines[i].share, written.lines[i].share, 1.5e-12);
    EXPECT_EQ(read.lines[i].seen, written.lines[i].seen);
    if (i + 1 < read.lines.size()) {
      EXPECT_NEAR(read.lines[i].inverse, written.lines[i].inverse, 0.015);
    }
  }
  EXPECT_NEAR(read.mean, written.mean, 0.0015);
  EXPECT_NEAR(read.deviation, written.deviation, 0.0015);
  EXPECT_EQ(read.max, written.max);
  EXPECT_EQ(read.total, histogram.count());
  EXPECT_TRUE(written.behind.starts_with(read.behind)) << read.behind << "is not\n" << written.behind;
}

// HdrHistogram knows of the maximum only in which counter it is.
std::uint64_t TopOfItsCounter(std::uint64_t value) { return Histogram::Highest(Histogram::Index(value)); }

// Half of the calls have the first value, a quarter the second, and so on: no line of the distribution passes over any,
// so equal texts are equal counters. The last value comes 2^least_log2 times.
Histogram Halving(const std::vector<std::uint64_t>& values, std::uint64_t least_log2) {
  Histogram histogram;
  for (const std::uint64_t value : values) {
    histogram.Merge(histogram);
    histogram.Record(value);
  }
  for (std::uint64_t i = 0; i < least_log2; ++i) histogram.Merge(histogram);
  return histogram;
}

TEST_F(HdrLogTest, HdrHistogramReadsTheSameDistribution) {
  std::vector<std::pair<std::string, Histogram>> cases;
  cases.emplace_back("zero", Recorded({0}));
  cases.emplace_back("first_counters", Recorded({0, 1, 2, 2'047}));
  cases.emplace_back("second_octave", Recorded({2'048, 2'050, 2'053, 4'095}));
  cases.emplace_back("top", Recorded({5, Histogram::kTop}));
  // 2^50 to 2^55 calls: counters of eight and nine bytes.
  cases.emplace_back("many", Halving({1, 2, 3, 1'000'447, 2'047, TopOfItsCounter(5'000'000)}, 50));
  cases.emplace_back("most", Halving({7, 9}, 61));  // the ninth byte's highest bit
  HdrLogWriter log(path(), kStartMs);
  for (const std::uint64_t seed : model::Seeds(1, 2)) {
    Rng rng(seed, 0);
    std::vector<std::uint64_t> values = SomeLatencies(rng, 20'000);
    values.back() = TopOfItsCounter(values.back());
    cases.emplace_back("FLEXSTOCK_SEED=" + std::to_string(seed), Recorded(values));
    for (std::uint64_t& value : values) value = TopOfItsCounter(value);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    values.resize(std::min<std::size_t>(values.size(), 20));
    cases.emplace_back("halving,FLEXSTOCK_SEED=" + std::to_string(seed), Halving(values, seed));
  }
  for (std::size_t i = 0; i < cases.size(); ++i) log.Write("case" + std::to_string(i), 0, 1, cases[i].second);
  ASSERT_EQ(log.Close(), "");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].first);
    ExpectSame(Processed("-tag case" + std::to_string(i)), cases[i].second);
  }
}

TEST_F(HdrLogTest, HdrHistogramAddsIntervalsOfATagAndTellsTheirTimes) {
  const Histogram first = Recorded({40, 50, 700}), second = Recorded({60, 2'000}), pay = Recorded({90});
  HdrLogWriter log(path(), kStartMs);
  log.Write("place", 0, 1, first);
  log.Write("pay", 0, 1, pay);
  log.Write("", 0, 1, Histogram());
  log.Write("place", 1, 2.5, second);
  ASSERT_EQ(log.Close(), "");
  Histogram both;
  both.Merge(first);
  both.Merge(second);
  ExpectSame(Processed("-tag place"), both);
  ExpectSame(Processed("-tag place -end 0.5"), first);
  ExpectSame(Processed("-tag place -start 0.5"), second);
  ExpectSame(Processed("-tag pay"), pay);
  ExpectSame(Processed(""), Histogram());  // nothing was recorded
}

TEST_F(HdrLogTest, LongerThanTheTopIsReadAsTheTopButTheLineHasTheMaximum) {
  HdrLogWriter log(path(), kStartMs);
  log.Write("place", 0, 1, Recorded({1'000, Histogram::kTop + 1, std::uint64_t{1} << 40}));
  ASSERT_EQ(log.Close(), "");
  EXPECT_NE(Text().find("\nTag=place,0.000,1.000,1099511.628,HISTFAAAA"), std::string::npos) << Text();
  const std::vector<Line> read = ReadHgrm(Processed("-tag place")).lines;
  ASSERT_FALSE(read.empty());
  EXPECT_EQ(read.back().seen, 3u);
  EXPECT_EQ(read.back().micros, static_cast<double>(Histogram::kTop) / 1e3);
}

TEST_F(HdrLogTest, BeginsWithVersionUnitsAndStart) {
  HdrLogWriter log(path(), kStartMs);
  ASSERT_EQ(log.Close(), "");
  EXPECT_EQ(Text(),
            "#[Histogram log format version 1.3]\n"
            "#[Histograms are of nanoseconds; Interval_Max is in milliseconds, the other times in seconds]\n"
            "#[BaseTime: 1441812279.474 (seconds since epoch)]\n"
            "#[StartTime: 1441812279.474 (seconds since epoch), 2015-09-09T15:24:39Z]\n"
            "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n");
}

TEST_F(HdrLogTest, ATagThatALogCannotHoldIsAProblem) {
  for (const char* tag : {"a,b", "a b", "a\tb", "a\nb", "a\rb"}) {
    HdrLogWriter log(path(), kStartMs);
    const std::string header = Text();
    log.Write(tag, 0, 1, Recorded({1}));
    log.Write("fine", 0, 1, Recorded({1}));
    EXPECT_EQ(log.Close(), path() + ": the tag \"" + tag +
                               "\" has a comma, a space or a line break, which a log cannot hold; rename it");
    EXPECT_EQ(Text().find("fine"), std::string::npos) << "nothing is written behind it";
  }
}

TEST_F(HdrLogTest, APathThatCannotBeWrittenIsAProblemFromTheBeginning) {
  const std::string nowhere = (directory_.path() / "nowhere" / "run.hlog").string();
  HdrLogWriter log(nowhere, kStartMs);
  EXPECT_EQ(log.problem(), nowhere + ": cannot be written: No such file or directory");
  log.Write("place", 0, 1, Recorded({1}));
  EXPECT_EQ(log.Close(), nowhere + ": cannot be written: No such file or directory");
}

TEST_F(HdrLogTest, AFullDiskIsAProblemWhenItIsClosed) {
  HdrLogWriter log("/dev/full", kStartMs);
  log.Write("place", 0, 1, Recorded({1}));
  EXPECT_EQ(log.Close(), "/dev/full: writing failed: No space left on device");
  EXPECT_EQ(log.Close(), "/dev/full: writing failed: No space left on device") << "it is kept";
}

}  // namespace
}  // namespace flexstock::loadgen
