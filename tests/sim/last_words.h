// LastWords: a seed that aborts, crashes or hangs takes the program with it, and still says how to see it again.
//
// Threads  One.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/sim/world.h"

namespace flexstock::sim {

// Once, before the first seed. `option`: what the command has besides the seed and --steps. `must_fail`: then that is
// what was wanted.
void PrepareLastWords(const std::string& option, bool must_fail);

// This world is what runs while it lives.
class LastWords {
 public:
  LastWords(std::uint64_t seed, std::size_t steps, const World& world);
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
};

}  // namespace flexstock::sim
