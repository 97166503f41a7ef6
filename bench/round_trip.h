// RoundTrip: how near are two CPUs to each other?
//
// A hypervisor moves its guests' CPUs about: two of them may share a cache or lie on two sockets, and what two threads
// can do on shared data differs by a factor of two or more. So a cache line is sent to and fro between two pinned
// threads (nanoseconds there and back), and printed beside every figure of several threads.
#pragma once

#include <vector>

namespace flexstock::bench {

// The CPUs that this process may use.
[[nodiscard]] std::vector<int> Cpus();
// Keeps the calling thread on one CPU. False: the system refuses.
bool Pin(int cpu);
// Between the first two of Cpus(), in nanoseconds; takes about a millisecond. 0 if there is one only.
[[nodiscard]] double RoundTripNs();

}  // namespace flexstock::bench
