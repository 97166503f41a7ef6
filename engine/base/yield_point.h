// YieldPoint: where, in the middle of ending an epoch, other threads may come in, for the simulator to come in there.
//
// It has one thread, so without this nothing would ever happen between an epoch's end and the taking of its changes. As
// Seeded() (seeded_bugs.h): in every build but the simulator's second one nothing of this is left.
//
// Called with the lock of committing held and no shard's: whoever comes in may not wait for a commit. `keep`, if given,
// is what the engine's own thread may come in with: it makes a segment ahead.
//
// BeforeKeyStripes: the same for tests that have threads. A caller has locked its shards and learned which epoch is open,
// and has not locked its keys yet.
#pragma once

#ifdef FLEXSTOCK_SEEDED_BUGS
#include <functional>
#endif

namespace flexstock::base {

#ifdef FLEXSTOCK_SEEDED_BUGS
inline std::function<void()> before_key_stripes;
inline void BeforeKeyStripes() {
  if (before_key_stripes) before_key_stripes();
}
inline std::function<void(const std::function<void()>& keep)> at_yield_point;
inline void YieldPoint(const std::function<void()>& keep = nullptr) {
  if (at_yield_point) at_yield_point(keep);
}
#else
constexpr void BeforeKeyStripes() {}
constexpr void YieldPoint() {}
template <typename Keep>
constexpr void YieldPoint(const Keep&) {}
#endif

}  // namespace flexstock::base
