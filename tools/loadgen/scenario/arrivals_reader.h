// ReadArrivals: the phases of a scenario file, with the series that they play.
#pragma once

#include <string>

#include "tools/loadgen/scenario/fields.h"
#include "tools/loadgen/scenario/scenario.h"

namespace flexstock::loadgen {

void ReadArrivals(const JsonNode* node, const std::string& directory, ArrivalPlan* plan, Problems* problems);

}  // namespace flexstock::loadgen
