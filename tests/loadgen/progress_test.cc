#include "tools/loadgen/progress.h"

#include <gtest/gtest.h>

#include <string>

namespace flexstock::loadgen {
namespace {

class ProgressTest : public testing::Test {
 protected:
  ~ProgressTest() override { std::fclose(file_); }

  std::string Written() {
    std::rewind(file_);
    std::string text(4'096, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file_));
    return text;
  }

  std::FILE* const file_ = std::tmpfile();  // not a terminal
};

TEST_F(ProgressTest, IsSilentWhereNobodyAskedForIt) {
  {
    const Progress progress(file_, /*wanted=*/false);
    EXPECT_FALSE(progress.Due(0));
    EXPECT_FALSE(progress.Due(1e9));
  }
  EXPECT_EQ(Written(), "");
}

TEST_F(ProgressTest, WritesALineEveryTwoSecondsWhereItIsAskedFor) {
  {
    Progress progress(file_, /*wanted=*/true);
    Tally tally;
    for (int i = 0; i < 3'000; ++i) tally.Placed(IndexOf(Outcome::kConfirmed));
    Totals totals;
    tally.AddTo(&totals);
    EXPECT_FALSE(progress.Due(1.99));
    ASSERT_TRUE(progress.Due(2.0));
    progress.Show(2.0, totals);
    EXPECT_FALSE(progress.Due(3.99));
    EXPECT_TRUE(progress.Due(4.0));
  }
  EXPECT_EQ(Written(), "2.0 s  3 000 orders  1 500/s  taken 3 000  asked 0  refused 0\n");
}

TEST(ProgressOnAFullDiskTest, IsNotMissed) {
  std::FILE* const full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  std::setbuf(full, nullptr);  // as standard error
  {
    Progress progress(full, /*wanted=*/true);
    EXPECT_NO_THROW(progress.Show(2.0, {}));
    EXPECT_TRUE(progress.Due(4.0));
  }
  std::fclose(full);
}

}  // namespace
}  // namespace flexstock::loadgen
