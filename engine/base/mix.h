// Mix: a fast, well-spread 64-bit hash of ids and keys (128-bit multiply and fold, after wyhash by Wang Yi).
#pragma once

#include <cstdint>

namespace flexstock::base {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xe7037ed1a0b428dbu);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Maps a well-spread 64-bit value to 0 .. n-1, evenly, without a division (Lemire 2016).
constexpr std::uint64_t Reduce(std::uint64_t value, std::uint64_t n) {
  return static_cast<std::uint64_t>((static_cast<Wide>(value) * n) >> 64);
}

}  // namespace flexstock::base
