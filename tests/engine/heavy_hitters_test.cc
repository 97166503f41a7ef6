// HeavyHitters beside an exact count, on streams as skewed as a shop's.
#include "engine/shard/heavy_hitters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "tests/model/seed.h"

namespace flexstock::shard {
namespace {

using Exact = std::map<std::uint32_t, std::uint64_t>;

// Everything that heavy_hitters.h promises.
void ExpectPromises(const HeavyHitters& hitters, const Exact& exact) {
  std::uint64_t sum = 0;
  for (const auto& [product, count] : exact) sum += count;
  EXPECT_LE(hitters.missed_most(), sum / HeavyHitters::kEntries);
  const auto entries = hitters.entries();
  EXPECT_EQ(entries.size(), std::min(exact.size(), HeavyHitters::kEntries));
  std::uint64_t counted = 0;
  Exact missed = exact;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const HeavyHitters::Entry& entry = entries[i];
    ASSERT_EQ(missed.erase(entry.product), 1u) << entry.product << " was never added, or has two entries";
    EXPECT_LE(exact.at(entry.product), entry.count);
    EXPECT_GE(exact.at(entry.product), entry.count - entry.over);
    EXPECT_LE(entry.over, hitters.missed_most());
    EXPECT_TRUE(i == 0 || entries[i - 1].count >= entry.count) << "entry " << i;
    counted += entry.count;
  }
  EXPECT_EQ(counted, sum);
  for (const auto& [product, count] : missed) {
    EXPECT_LE(count, hitters.missed_most()) << product;
    EXPECT_LE(count * HeavyHitters::kEntries, sum) << product;
  }
}

TEST(HeavyHittersTest, NobodyIsHotAtTheStart) {
  const HeavyHitters hitters;
  EXPECT_TRUE(hitters.entries().empty());
  EXPECT_EQ(hitters.missed_most(), 0u);
}

TEST(HeavyHittersTest, IsExactAsLongAsThereAreEntries) {
  HeavyHitters hitters;
  Exact exact;
  for (std::uint32_t product = 0; product < HeavyHitters::kEntries; ++product) {
    for (std::uint32_t i = 0; i <= product; ++i) {
      hitters.Add(product, 10 + product);
      exact[product] += 10 + product;
    }
    ExpectPromises(hitters, exact);
    EXPECT_EQ(hitters.entries().front().product, product);
  }
  for (const HeavyHitters::Entry& entry : hitters.entries()) {
    EXPECT_EQ(entry.over, 0u);
    EXPECT_EQ(entry.count, exact[entry.product]);
  }
}

TEST(HeavyHittersTest, OneMoreTakesOverTheSmallest) {
  HeavyHitters hitters;
  for (std::uint32_t product = 1; product <= HeavyHitters::kEntries; ++product) hitters.Add(product, 100 + product);
  EXPECT_EQ(hitters.missed_most(), 101u);
  hitters.Add(99, 1);
  const auto entries = hitters.entries();
  const auto is = [](std::uint32_t product) { return [=](const auto& entry) { return entry.product == product; }; };
  EXPECT_EQ(std::ranges::count_if(entries, is(1)), 0);
  const auto newcomer = std::ranges::find_if(entries, is(99));
  ASSERT_NE(newcomer, entries.end());
  EXPECT_EQ(newcomer->count, 102u);
  EXPECT_EQ(newcomer->over, 101u);
  EXPECT_EQ(newcomer->times, 1u);
  hitters.Add(99, 1);
  EXPECT_EQ(std::ranges::find_if(hitters.entries(), is(99))->times, 2u);
}

TEST(HeavyHittersTest, KeepsItsBoundsOnZipfStreams) {
  for (const std::uint64_t seed : model::Seeds(1, 40)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    // From hardly skewed to one product that everybody wants; weights of one, and very different ones.
    const double skew = 0.5 + 0.1 * static_cast<double>(seed % 16);
    const bool weighted = seed % 2 == 0;
    std::vector<double> shares;
    for (int rank = 1; rank <= 2000; ++rank) shares.push_back(std::pow(rank, -skew));
    std::discrete_distribution<std::uint32_t> draw(shares.begin(), shares.end());
    HeavyHitters hitters;
    Exact exact;
    for (int i = 1; i <= 20'000; ++i) {
      const std::uint32_t product = draw(random);
      const std::uint64_t weight = weighted ? std::uint64_t{1} << random() % 20 : 1;
      hitters.Add(product, weight);
      exact[product] += weight;
      if (i % 1000 == 0) ExpectPromises(hitters, exact);
      if (testing::Test::HasFailure()) return;
    }
  }
}

// The hardest: each newcomer takes over what the one before it took over.
TEST(HeavyHittersTest, KeepsItsBoundsWhenNobodyComesTwice) {
  HeavyHitters hitters;
  Exact exact;
  for (std::uint32_t product = 0; product < 1000; ++product) {
    hitters.Add(product, 1);
    exact[product] = 1;
  }
  ExpectPromises(hitters, exact);
}

}  // namespace
}  // namespace flexstock::shard
