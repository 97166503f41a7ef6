// Random: every choice of a simulation, from one seed. The same on every machine.
#pragma once

#include <cstdint>

#include "engine/base/mix.h"

namespace flexstock::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() { return base::Mix(++state_, 0x73696d); }
  // 0 .. n-1.
  std::uint64_t Below(std::uint64_t n) { return base::Reduce(Next(), n); }
  // True once in n.
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace flexstock::sim
