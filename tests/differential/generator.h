// Generator: a random stream from a seed.
//
// Few products, customers and keys, small quantities and short windows, so that orders collide, limits are reached,
// keys conflict and deadlines fall on the very instant of a command. Each stream also draws which commands it favours
// and how its time moves: a world with nothing but late payments, or without any, finds what an average one never does.
// A model runs along, so that most commands go to orders that can take them and many fall around a deadline.
// Values out of range, and at the ends of 64 bits, are sprinkled over everything.
#pragma once

#include <cstdint>

#include "tests/differential/stream.h"

namespace flexstock::differential {

[[nodiscard]] Stream Generate(std::uint64_t seed, std::size_t commands);

}  // namespace flexstock::differential
