#include "tools/replay/running_hash.h"

#include <xxhash.h>

#include <algorithm>

namespace flexstock::replay {

RunningHash::RunningHash() : state_(XXH3_createState()) { XXH3_64bits_reset(state_.get()); }

void RunningHash::Add(std::string_view bytes) { XXH3_64bits_update(state_.get(), bytes.data(), bytes.size()); }

std::uint64_t RunningHash::value() const { return std::max<std::uint64_t>(1, XXH3_64bits_digest(state_.get()) >> 1); }

void RunningHash::Free::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

}  // namespace flexstock::replay
