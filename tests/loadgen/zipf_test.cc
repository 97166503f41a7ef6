#include "tools/loadgen/zipf.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "tests/loadgen/chi_square.h"
#include "tests/model/seed.h"

namespace flexstock::loadgen {
namespace {

constexpr std::uint64_t kDraws = 1'000'000;

std::vector<double> ExactProbabilities(std::uint64_t n, double theta) {
  std::vector<double> probabilities(n);
  double sum = 0;
  for (std::uint64_t rank = n; rank >= 1; --rank)
    sum += probabilities[rank - 1] = std::pow(static_cast<double>(rank), -theta);
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

ChiSquare Compare(const Zipf& zipf, Rng& rng, const std::vector<double>& probabilities) {
  std::vector<std::uint64_t> drawn(probabilities.size());
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const std::uint64_t rank = zipf(rng);
    EXPECT_GE(rank, 1u);
    EXPECT_LE(rank, probabilities.size());
    if (rank >= 1 && rank <= drawn.size()) ++drawn[rank - 1];
  }
  return Pearson(drawn, probabilities);
}

class ZipfTest : public testing::TestWithParam<double> {};

TEST_P(ZipfTest, DrawsRanksWithTheirExactProbabilities) {
  const double theta = GetParam();
  for (const std::uint64_t n : {2u, 3u, 10u, 1'000u, 100'000u}) {
    for (const std::uint64_t seed : model::Seeds(1, 1)) {
      SCOPED_TRACE(testing::Message() << "theta " << theta << ", n " << n << ", FLEXSTOCK_SEED=" << seed);
      Rng rng(seed, 0);
      const ChiSquare test = Compare(Zipf(n, theta), rng, ExactProbabilities(n, theta));
      EXPECT_LT(test.statistic, test.critical);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Thetas, ZipfTest, testing::Values(0.0, 0.2, 0.5, 0.9, 0.99, 1.0, 1.01, 1.5, 2.0, 5.0, 10.0),
                         [](const auto& test) {
                           return "Hundredths" + std::to_string(static_cast<int>(std::lround(test.param * 100)));
                         });

TEST(ZipfCheckTest, TheChiSquareTellsNeighbouringThetasApart) {
  Rng rng(1, 0);
  const ChiSquare test = Compare(Zipf(1'000, 0.99), rng, ExactProbabilities(1'000, 1.0));
  EXPECT_GT(test.statistic, test.critical);
}

TEST(ZipfCheckTest, OneProductIsTheOnlyOneDrawn) {
  Rng rng(1, 0);
  for (const double theta : {0.0, 0.99, 1.0, 3.0}) {
    const Zipf zipf(1, theta);
    for (int i = 0; i < 1'000; ++i) ASSERT_EQ(zipf(rng), 1u);
  }
}

TEST(ZipfCheckTest, ManyProductsAreDrawnWithinTheirRange) {
  Rng rng(1, 0);
  constexpr std::uint64_t kProducts = std::uint64_t{1} << 40;
  for (const double theta : {0.0, 0.5, 1.0, 1.5, 10.0}) {
    const Zipf zipf(kProducts, theta);
    for (int i = 0; i < 100'000; ++i) {
      const std::uint64_t rank = zipf(rng);
      ASSERT_GE(rank, 1u);
      ASSERT_LE(rank, kProducts);
    }
  }
}

// O(1): what is counted are random numbers, because time is not a fact.
TEST(ZipfCheckTest, ADrawTakesAsFewNumbersHoweverManyProductsThereAre) {
  for (const std::uint64_t n : {2ull, 1'000ull, 1ull << 40}) {
    for (const double theta : {0.0, 0.5, 0.99, 1.0, 2.0, 10.0}) {
      const Zipf zipf(n, theta);
      Rng rng(1, 0), beside(1, 0);
      int numbers = 0;
      for (int i = 0; i < 10'000; ++i) {
        EXPECT_GE(zipf(rng), 1u);
        for (; std::memcmp(&beside, &rng, sizeof rng) != 0; ++numbers) beside.Next();
      }
      EXPECT_GE(numbers, 10'000);
      EXPECT_LT(numbers, 13'000) << n << " products, theta " << theta;
    }
  }
}

TEST(RngTest, ASeedMeansTheSameNumbersForEver) {
  Rng rng(1, 16);
  EXPECT_EQ(rng.Next(), 1561227399638952863u);
  EXPECT_EQ(rng.Next(), 472933624050108403u);
  EXPECT_EQ(rng.Next(), 961753433009885083u);
}

TEST(RngTest, StreamsAndSeedsDiffer) {
  Rng a(1, 0), b(1, 1), c(2, 0);
  const std::uint64_t first = a.Next();
  EXPECT_NE(first, b.Next());
  EXPECT_NE(first, c.Next());
}

TEST(RngTest, BelowStaysBelowAndReachesBothEnds) {
  Rng rng(1, 0);
  std::vector<int> drawn(3);
  for (int i = 0; i < 3'000; ++i) ++drawn.at(rng.Below(3));
  for (const int count : drawn) EXPECT_GT(count, 800);
  EXPECT_EQ(rng.Below(1), 0u);
}

}  // namespace
}  // namespace flexstock::loadgen
