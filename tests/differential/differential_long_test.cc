// The same comparison for as long as patience lasts: many more seeds, and streams long enough that slots, keys and
// tables are used over and over.
#include <gtest/gtest.h>

#include "tests/differential/contenders.h"

namespace flexstock::differential {
namespace {

TEST(DifferentialLongTest, ManyShortStreams) { EXPECT_EQ(FirstDifference(2'000'000, 40'000, 60), ""); }
TEST(DifferentialLongTest, SomeStreamsOfAThousandCommands) { EXPECT_EQ(FirstDifference(3'000'000, 600, 1'000), ""); }
TEST(DifferentialLongTest, FewStreamsOfTenThousandCommands) { EXPECT_EQ(FirstDifference(4'000'000, 8, 10'000), ""); }

}  // namespace
}  // namespace flexstock::differential
