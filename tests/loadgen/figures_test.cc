#include "tools/loadgen/figures.h"

#include <gtest/gtest.h>

#include <limits>

namespace flexstock::loadgen {
namespace {

TEST(FiguresTest, ThousandsAreSetApart) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1'000), "1 000");
  EXPECT_EQ(Grouped(1'234'567), "1 234 567");
  EXPECT_EQ(Grouped(-999), "-999");
  EXPECT_EQ(Grouped(-123'456), "-123 456");
  EXPECT_EQ(Grouped(std::numeric_limits<std::int64_t>::max()), "9 223 372 036 854 775 807");
}

TEST(FiguresTest, DurationsHaveThreeDigitsAndAUnit) {
  EXPECT_EQ(Duration(0), "0 ns");
  EXPECT_EQ(Duration(999), "999 ns");
  EXPECT_EQ(Duration(1'000), "1.00 µs");
  EXPECT_EQ(Duration(1'234), "1.23 µs");
  EXPECT_EQ(Duration(9'994), "9.99 µs");
  EXPECT_EQ(Duration(9'996), "10.0 µs");
  EXPECT_EQ(Duration(99'960), "100 µs");
  EXPECT_EQ(Duration(999'400), "999 µs");
  EXPECT_EQ(Duration(999'600), "1.00 ms");
  EXPECT_EQ(Duration(45'600'000), "45.6 ms");
  EXPECT_EQ(Duration(7'800'000'000), "7.80 s");
  EXPECT_EQ(Duration(100'000'000'000), "100 s");
}

}  // namespace
}  // namespace flexstock::loadgen
