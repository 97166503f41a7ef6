// Integers as the journal holds them: what is written is read back, and what was not written is refused.
#include "engine/journal/bytes.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/model/seed.h"
#include "tests/sim/random.h"

namespace flexstock::journal {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

// A vector of its own, so that AddressSanitizer sees a byte read beyond it.
std::vector<std::byte> VarintOf(std::uint64_t value) {
  std::byte bytes[kVarintMax];
  return {bytes, PutVarint(bytes, value)};
}

// All that are near a power of two, and some random ones.
std::vector<std::uint64_t> Values() {
  std::vector<std::uint64_t> values = {0, kMax};
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::uint64_t by : {std::uint64_t{0}, std::uint64_t{1}, kMax}) {
      values.push_back((std::uint64_t{1} << shift) + by);
    }
  }
  for (const std::uint64_t seed : model::Seeds(1, 1)) {
    sim::Random random(seed);
    for (int i = 0; i < 10'000; ++i) values.push_back(random.Next() >> random.Below(64));
  }
  return values;
}

TEST(BytesTest, VarintsComeBack) {
  for (const std::uint64_t value : Values()) {
    const std::vector<std::byte> bytes = VarintOf(value);
    const std::size_t bits = value == 0 ? 1 : static_cast<std::size_t>(std::bit_width(value));
    EXPECT_EQ(bytes.size(), (bits + 6) / 7);
    Reader reader(bytes);
    EXPECT_EQ(reader.Varint(), value);
    EXPECT_FALSE(reader.failed());
    EXPECT_EQ(reader.left(), 0u);
  }
}

TEST(BytesTest, SignedValuesAreFolded) {
  EXPECT_EQ(Fold(0), 0u);
  EXPECT_EQ(Fold(-1), 1u);
  EXPECT_EQ(Fold(1), 2u);
  EXPECT_EQ(Fold(std::numeric_limits<std::int64_t>::min()), kMax);
  for (const std::uint64_t value : Values()) {
    const auto whole = static_cast<std::int64_t>(value);
    EXPECT_EQ(Unfold(Fold(whole)), whole);
    EXPECT_EQ(Fold(Unfold(value)), value);
    const std::vector<std::byte> bytes = VarintOf(Fold(whole));
    EXPECT_EQ(Reader(bytes).Folded(), whole);
  }
}

TEST(BytesTest, TruncatedVarintsAreRefused) {
  for (const std::uint64_t value : Values()) {
    const std::vector<std::byte> whole = VarintOf(value);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      Reader reader(cut);
      EXPECT_EQ(reader.Varint(), 0u);
      EXPECT_TRUE(reader.failed());
      EXPECT_EQ(reader.left(), 0u);
    }
  }
}

TEST(BytesTest, VarintsBeyond64BitsAreRefused) {
  std::vector<std::byte> bytes(9, std::byte{0xff});
  bytes.push_back(std::byte{1});
  EXPECT_EQ(Reader(bytes).Varint(), kMax);
  for (const unsigned last : {2u, 3u, 0x7fu, 0x80u, 0x81u, 0xffu}) {
    bytes.back() = static_cast<std::byte>(last);
    std::vector<std::byte> longer = bytes;
    longer.push_back(std::byte{0});
    for (const auto& garbage : {bytes, longer}) {
      Reader reader(garbage);
      EXPECT_EQ(reader.Varint(), 0u);
      EXPECT_TRUE(reader.failed()) << last;
    }
  }
}

TEST(BytesTest, FixedOnesComeBack) {
  std::byte bytes[16];
  std::byte* at = PutFixed(bytes, std::uint8_t{0xab});
  at = PutFixed(at, std::uint16_t{0xcdef});
  at = PutFixed(at, std::int32_t{-5});
  at = PutFixed(at, kMax - 1);
  const std::vector<std::byte> whole(bytes, at);
  EXPECT_EQ(whole.size(), 15u);
  EXPECT_EQ(whole[1], std::byte{0xef});  // little-endian
  Reader reader(whole);
  EXPECT_EQ(reader.Fixed<std::uint8_t>(), 0xab);
  EXPECT_EQ(reader.Fixed<std::uint16_t>(), 0xcdef);
  EXPECT_EQ(reader.Fixed<std::int32_t>(), -5);
  EXPECT_EQ(reader.Fixed<std::uint64_t>(), kMax - 1);
  EXPECT_FALSE(reader.failed());
  EXPECT_EQ(reader.left(), 0u);
}

TEST(BytesTest, AFailureStays) {
  const std::vector<std::byte> bytes(12, std::byte{1});
  Reader reader(bytes);
  EXPECT_EQ(reader.Take(5).size(), 5u);
  EXPECT_EQ(reader.Take(8).size(), 0u);  // 7 are left
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.left(), 0u);
  EXPECT_EQ(reader.Varint(), 0u);
  EXPECT_EQ(reader.Folded(), 0);
  EXPECT_EQ(reader.Fixed<std::uint8_t>(), 0);
  EXPECT_EQ(reader.UpTo(5), 0u);
  EXPECT_TRUE(reader.failed());
}

TEST(BytesTest, LimitsAreKept) {
  for (const std::uint64_t value : Values()) {
    const std::vector<std::byte> bytes = VarintOf(value);
    Reader exact(bytes);
    EXPECT_EQ(exact.UpTo<std::uint64_t>(value), value);
    EXPECT_FALSE(exact.failed());
    if (value == 0) continue;
    Reader beyond(bytes);
    EXPECT_EQ(beyond.UpTo<std::uint64_t>(value - 1), 0u);
    EXPECT_TRUE(beyond.failed());
  }
}

}  // namespace
}  // namespace flexstock::journal
