// Rng: the load generator's randomness, one generator a thread, the same orders from the same seed on every machine.
//
// xoshiro256++ 1.0 (Blackman & Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021), seeded by splitmix64.
// <random> would do, but its distributions are not specified to the bit, so a seed would mean other orders with another
// standard library, and std::mt19937_64 drags 2.5 kB through the cache that belongs to the engine.
//
// Threads  None: each thread has its own, told apart by `stream`.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "engine/base/mix.h"

namespace flexstock::loadgen {

class Rng {
 public:
  Rng(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t state = seed ^ base::Mix(stream, seed);
    for (std::uint64_t& word : words_) {
      state += 0x9e3779b97f4a7c15u;
      std::uint64_t z = state;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
      word = z ^ (z >> 31);
    }
  }

  // 64 random bits.
  std::uint64_t Next() {
    const std::uint64_t result = std::rotl(words_[0] + words_[3], 23) + words_[0];
    const std::uint64_t shifted = words_[1] << 17;
    words_[2] ^= words_[0];
    words_[3] ^= words_[1];
    words_[1] ^= words_[2];
    words_[0] ^= words_[3];
    words_[2] ^= shifted;
    words_[3] = std::rotl(words_[3], 45);
    return result;
  }

  // 0 .. n-1; n >= 1. Off from even by less than n / 2^64.
  std::uint64_t Below(std::uint64_t n) { return base::Reduce(Next(), n); }

  // 0 <= x < 1, in steps of 2^-53.
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  std::array<std::uint64_t, 4> words_;
};

}  // namespace flexstock::loadgen
