// HdrEncoding: a histogram in the bytes of Gil Tene's HdrHistogram (version 2, compressed), as its interval logs carry
// them.
//
// Both cut values alike, so counter i here is counter i there: nothing is rounded. Numbers are big-endian:
//
//   bytes  outside, plain                inside, one zlib stream
//       4  cookie 0x1c849314             cookie 0x1c849313
//       4  length of the stream          length of the counters
//       4                                0: counters are where they belong
//       4                                3: significant digits
//       8                                1: lowest value that is told from 0
//       8                                kTop
//       8                                1.0: what a value is multiplied by
//                                        counters, up to the last that is not 0
//
// A counter is a zigzag LEB128 number of at most 9 bytes (the ninth has all its 8 bits); -n is n counters of 0.
//
// What is lost: a value above kTop was counted as kTop, and is read back as that.
#pragma once

#include <string>

#include "tools/loadgen/histogram.h"

namespace flexstock::loadgen {

// In base64.
[[nodiscard]] std::string HdrEncoded(const Histogram& histogram);

}  // namespace flexstock::loadgen
