// ReadDistribution: a distribution as scenario files write it.
//
//   5                                                       always 5
//   {"uniform": [1, 3]}                                     evenly; of whole numbers 1, 2 or 3
//   {"exponential": 20}                                     by its mean
//   {"lognormal": {"median": 20, "sigma": 1}}
//   {"pareto": {"min": 1, "shape": 1.2, "max": 1000}}
//   {"quantiles": [[0, 1], [0.5, 3], [1, 24]]}              [share of draws that are at most so large, value]
//   {"weights": [[1, 0.7], [12, 0.3]]}                      [value, weight]
#pragma once

#include "tools/loadgen/scenario/distribution.h"
#include "tools/loadgen/scenario/fields.h"

namespace flexstock::loadgen {

// Sets *value if the node is there and draws within the range. The tail of a distribution without an upper end may
// leave the range; whoever draws moves that to its end.
void ReadDistribution(const JsonNode* node, Range range, Distribution* value, Problems* problems);
// The same for whole numbers, drawn by Distribution::Whole.
void ReadWholeDistribution(const JsonNode* node, Range range, Distribution* value, Problems* problems);

}  // namespace flexstock::loadgen
