// Bytes: little-endian integers of fixed and of variable length, written to memory and read back with care.
//
// A varint holds 7 bits a byte, lowest first, the high bit set on all but the last (LEB128): 1 byte below 128, 10 at
// most. Signed values are folded first (zigzag): 0, -1, 1, -2 ... are 0, 1, 2, 3.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>

namespace flexstock::journal {

static_assert(std::endian::native == std::endian::little, "the journal is written as memory holds it");

inline constexpr std::size_t kVarintMax = 10;

// What Reader::UpTo takes for a number that is signed and never negative.
inline constexpr std::uint64_t kInt64Max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

constexpr std::uint64_t Fold(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t Unfold(std::uint64_t folded) {
  return static_cast<std::int64_t>(folded >> 1 ^ (0 - (folded & 1)));
}

// These write at `at`, where there is room, and give the place behind.
template <typename T>
std::byte* PutFixed(std::byte* at, T value) {
  static_assert(std::is_integral_v<T>);
  std::memcpy(at, &value, sizeof value);
  return at + sizeof value;
}
inline std::byte* PutVarint(std::byte* at, std::uint64_t value) {
  while (value >= 128) {
    *at++ = static_cast<std::byte>(value | 128);
    value >>= 7;
  }
  *at++ = static_cast<std::byte>(value);
  return at;
}

// Reads what may be anything. Once something was not there, failed() stays true and every read gives 0.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  [[nodiscard]] bool failed() const { return failed_; }
  // What was read makes no sense.
  void Refuse() {
    failed_ = true;
    at_ = end_;
  }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  template <typename T>
  T Fixed() {
    T value{};
    if (left() < sizeof value) return Fail<T>();
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return value;
  }

  std::uint64_t Varint() {
    if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 128) [[likely]]
      return static_cast<std::uint8_t>(*at_++);
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<std::uint8_t>(*at_++);
      if (shift == 63 && byte > 1) break;  // beyond 64 bits
      value |= std::uint64_t{byte & 127u} << shift;
      if (byte < 128) return value;
    }
    return Fail<std::uint64_t>();
  }
  std::int64_t Folded() { return Unfold(Varint()); }

  // A varint of at most `max`.
  template <typename T = std::uint32_t>
  T UpTo(std::uint64_t max) {
    const std::uint64_t value = Varint();
    return value <= max ? static_cast<T>(value) : Fail<T>();
  }

  std::span<const std::byte> Take(std::size_t count) {
    if (left() < count) {
      Refuse();
      return {};
    }
    at_ += count;
    return {at_ - count, count};
  }

 private:
  template <typename T>
  T Fail() {
    Refuse();
    return T{};
  }

  const std::byte* at_;
  const std::byte* const end_;
  bool failed_ = false;
};

}  // namespace flexstock::journal
