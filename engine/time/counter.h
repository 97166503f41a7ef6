// Counter: the cheapest steady clock there is, to measure how long something took. On x86-64 with an invariant
// time-stamp counter a reading is that counter; elsewhere it is the steady clock.
//
// Any thread. Readings of different CPUs agree to well under a microsecond, so a difference may come out slightly
// negative.
#pragma once

#include <cstdint>

namespace flexstock::time {

// Whether Count() is the time-stamp counter.
[[nodiscard]] bool CountsStamps();

[[nodiscard]] std::uint64_t Count();
// Counts a millisecond. The first call measures it, for two milliseconds.
[[nodiscard]] double CountsAMs();

}  // namespace flexstock::time
