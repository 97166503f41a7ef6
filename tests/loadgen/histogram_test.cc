#include "tools/loadgen/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/model/seed.h"
#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {
namespace {

// By sorting: the smallest value that at least ppm of a million do not exceed.
std::uint64_t ExactValueAt(const std::vector<std::uint64_t>& sorted, std::uint32_t ppm) {
  const std::uint64_t rank = (sorted.size() * ppm + 999'999) / 1'000'000;
  return sorted[std::max<std::uint64_t>(rank, 1) - 1];
}

void ExpectWithinBound(std::vector<std::uint64_t> values, const Histogram& histogram) {
  std::sort(values.begin(), values.end());
  ASSERT_EQ(histogram.count(), values.size());
  EXPECT_EQ(histogram.min(), values.front());
  EXPECT_EQ(histogram.max(), values.back());
  for (const std::uint32_t ppm :
       {0u, 1u, 1'000u, 10'000u, 333'333u, 500'000u, 900'000u, 990'000u, 999'000u, 999'900u, 999'999u, 1'000'000u}) {
    const std::uint64_t exact = ExactValueAt(values, ppm);
    const std::uint64_t value = histogram.ValueAt(ppm);
    EXPECT_GE(value, exact) << "ppm " << ppm;
    EXPECT_LE(value, exact + exact / 1024) << "ppm " << ppm;
  }
}

Histogram Recorded(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.Record(value);
  return histogram;
}

// One nanosecond to a hundred seconds, every octave as likely.
std::uint64_t AnyLatency(Rng& rng) { return static_cast<std::uint64_t>(std::exp2(rng.Unit() * std::log2(1e11))); }

TEST(HistogramTest, EveryCounterMeetsTheNextWithoutAGap) {
  EXPECT_EQ(Histogram::Index(0), 0u);
  for (std::size_t i = 0; i < Histogram::kCounters; ++i) ASSERT_EQ(Histogram::Index(Histogram::Highest(i)), i);
  for (std::size_t i = 1; i < Histogram::kCounters; ++i) ASSERT_EQ(Histogram::Index(Histogram::Highest(i - 1) + 1), i);
}

TEST(HistogramTest, ACounterIsNoWiderThanAThousandthOfItsValues) {
  for (std::size_t i = 1; i < Histogram::kCounters; ++i) {
    const std::uint64_t lowest = Histogram::Highest(i - 1) + 1;
    ASSERT_LE(Histogram::Highest(i) - lowest, lowest / 1024) << "counter " << i;
  }
}

TEST(HistogramTest, QuantilesOfRandomLatenciesAreWithinTheBound) {
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Rng rng(seed, 0);
    std::vector<std::uint64_t> values(1 + rng.Below(20'000));
    for (std::uint64_t& value : values) value = AnyLatency(rng);
    ExpectWithinBound(values, Recorded(values));
  }
}

TEST(HistogramTest, QuantilesOfAFastCallWithARareStallAreWithinTheBound) {
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Rng rng(seed, 0);
    std::vector<std::uint64_t> values(10'000);
    for (std::uint64_t& value : values) value = 20 + rng.Below(30);
    values[rng.Below(values.size())] = 99'999'999'999;  // one stall of 100 seconds in ten thousand calls
    const Histogram histogram = Recorded(values);
    ExpectWithinBound(values, histogram);
    EXPECT_EQ(histogram.ValueAt(1'000'000), 99'999'999'999u);
    EXPECT_LT(histogram.ValueAt(999'900), 50u);
  }
}

TEST(HistogramTest, SmallValuesAreExact) {
  for (const std::uint64_t value : {0u, 1u, 2u, 1023u, 1024u, 2046u, 2047u}) {
    EXPECT_EQ(Recorded({value, 5'000}).ValueAt(500'000), value);
  }
}

TEST(HistogramTest, OctavesBeginWhereTheyShould) {
  // One below, at and one above the first value of an octave; 10^6 keeps the maximum out of the way.
  EXPECT_EQ(Recorded({2'048, 1'000'000}).ValueAt(500'000), 2'049u);
  EXPECT_EQ(Recorded({2'049, 1'000'000}).ValueAt(500'000), 2'049u);
  EXPECT_EQ(Recorded({4'095, 1'000'000}).ValueAt(500'000), 4'095u);
  EXPECT_EQ(Recorded({4'096, 1'000'000}).ValueAt(500'000), 4'099u);
  EXPECT_EQ(Recorded({4'100, 1'000'000}).ValueAt(500'000), 4'103u);
}

TEST(HistogramTest, AQuantileIsNeverAboveTheMaximum) { EXPECT_EQ(Recorded({1'000'001}).ValueAt(500'000), 1'000'001u); }

TEST(HistogramTest, LongerThanTheTopIsCountedAndSeenByTheMaximum) {
  const Histogram histogram = Recorded({1, Histogram::kTop, Histogram::kTop + 1, std::uint64_t{1} << 60});
  EXPECT_EQ(histogram.count(), 4u);
  EXPECT_EQ(histogram.max(), std::uint64_t{1} << 60);
  EXPECT_EQ(histogram.ValueAt(1'000'000), std::uint64_t{1} << 60);
  EXPECT_EQ(histogram.ValueAt(250'000), 1u);
}

TEST(HistogramTest, NothingRecordedReadsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_EQ(histogram.ValueAt(999'000), 0u);
}

TEST(HistogramTest, MergedIsTheSameAsRecordedTogether) {
  for (const std::uint64_t seed : model::Seeds(1, 10)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    Rng rng(seed, 0);
    std::vector<std::uint64_t> all;
    Histogram merged;
    for (int thread = 0; thread < 4; ++thread) {
      std::vector<std::uint64_t> values(rng.Below(2'000));
      for (std::uint64_t& value : values) value = AnyLatency(rng);
      merged.Merge(Recorded(values));
      all.insert(all.end(), values.begin(), values.end());
    }
    all.push_back(1);
    merged.Record(1);
    ExpectWithinBound(all, merged);
    const Histogram together = Recorded(all);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> of_merged, of_together;
    merged.ForEach([&](std::uint64_t highest, std::uint64_t count) { of_merged.emplace_back(highest, count); });
    together.ForEach([&](std::uint64_t highest, std::uint64_t count) { of_together.emplace_back(highest, count); });
    EXPECT_EQ(of_merged, of_together);
  }
}

}  // namespace
}  // namespace flexstock::loadgen
