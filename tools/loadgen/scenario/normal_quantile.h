// NormalQuantile: the value that a standard normal variable stays below with probability p.
#pragma once

namespace flexstock::loadgen {

// 0 < p < 1. Right to about 16 digits: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal
// distribution", Applied Statistics 37 (3), 1988.
[[nodiscard]] double NormalQuantile(double p);

}  // namespace flexstock::loadgen
