// BuildCatalogue: the products of a scenario, their members, stock and policies.
#pragma once

#include <cstdint>

#include "tools/loadgen/catalogue.h"
#include "tools/loadgen/scenario/scenario.h"

namespace flexstock::loadgen {

// Products 1 .. n in order of demand; those of a trace with its ids, in order of their first row. Catalogue::PutInto
// puts them up.
[[nodiscard]] Catalogue BuildCatalogue(const Scenario& scenario, std::uint64_t seed);

}  // namespace flexstock::loadgen
