// Crowd: runs one body on several threads at once, while the caller watches.
#pragma once

#include <chrono>
#include <functional>

namespace flexstock::loadgen {

// Calls body(0) .. body(threads - 1), each on its own thread, all released at the same moment. Meanwhile, about every
// `every`, calls watch(seconds since the release) on the caller's thread. Returns the seconds from when
// the first body began until the last one returned.
double RunCrowd(unsigned threads, const std::function<void(unsigned)>& body, std::chrono::milliseconds every,
                const std::function<void(double)>& watch);

}  // namespace flexstock::loadgen
