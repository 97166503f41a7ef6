// Random logs: few products, customers and names, short windows and many ways to go wrong, so that everything happens.
#pragma once

#include <cstdint>
#include <string>

namespace flexstock::replay {

// `lines` commands, the same for the same seed.
[[nodiscard]] std::string RandomLog(std::uint64_t seed, int lines);

}  // namespace flexstock::replay
