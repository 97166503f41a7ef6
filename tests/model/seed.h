// Seeds: how long random tests run, and how a failure is seen again.
//
//   FLEXSTOCK_SEED=123     runs that seed, and no other
//   FLEXSTOCK_ROUNDS=10    runs ten times as many
#pragma once

#include <cstdint>
#include <vector>

namespace flexstock::model {

// The seeds that a test runs: `count` of them from `first` on, unless the environment says otherwise.
[[nodiscard]] std::vector<std::uint64_t> Seeds(std::uint64_t first, std::uint64_t count);

// From now on, a process that is aborted (a failed check of the engine, a sanitizer told to abort) names this seed.
void NameSeedOnAbort(std::uint64_t seed);

}  // namespace flexstock::model
