// Popularity: how wanted each product of a scenario is.
#pragma once

#include <variant>
#include <vector>

#include "tools/loadgen/scenario/alias_table.h"
#include "tools/loadgen/scenario/scenario.h"
#include "tools/loadgen/zipf.h"

namespace flexstock::loadgen {

// The weights of ranks 1 .. products: through the measured shares exactly, along the power law through two neighbours
// between them.
[[nodiscard]] std::vector<double> RankWeights(const MeasuredPopularity& measured, std::uint32_t products);

// What draws products: by Zipf's law, which needs no memory; by measured shares; or by what a trace asks of each.
using Popularity = std::variant<Zipf, AliasTable>;
[[nodiscard]] Popularity PopularityOf(const Scenario& scenario);

}  // namespace flexstock::loadgen
