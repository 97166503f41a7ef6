// Streams: each thing of a scenario that is left to chance draws from a generator of its own, so that a change in one
// leaves the others as they were. They lie apart from the streams of threads, which are counted from 0.
#pragma once

#include <cstdint>

#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {

enum class Stream : std::uint64_t { kArrivals = 1, kOrders, kFates, kAnswers, kRestocks, kCatalogue };

// `part` tells apart those who draw from one stream: threads, phases.
inline Rng RngOf(std::uint64_t seed, Stream stream, std::uint32_t part = 0) {
  return {seed, static_cast<std::uint64_t>(stream) << 32 | part};
}

}  // namespace flexstock::loadgen
