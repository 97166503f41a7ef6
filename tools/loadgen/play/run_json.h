// RunJson: a scenario that was played, as JSON ("flexstock-run/1"): what the report page is drawn from, and scripts
// read. docs/load-testing.md has its fields. In virtual time it says nothing of the machine: the same run is the same
// bytes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/loadgen/play/play.h"

namespace flexstock::loadgen {

using GivenOptions = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] nlohmann::ordered_json RunJson(const Scenario& scenario, const PlayOptions& options, const Played& played,
                                             const GivenOptions& given);

// One figure of a run that others are compared with.
struct Figure {
  std::string name;
  double value;
};
// What a planner asks, in the order in which it is shown.
[[nodiscard]] std::vector<Figure> PlannersFigures(const Played& played);

// Several runs that differ in one field.
struct SweptRun {
  std::string value;
  nlohmann::ordered_json run;  // RunJson
  std::vector<Figure> figures;
};
[[nodiscard]] nlohmann::ordered_json SweepJson(const std::string& field, const std::vector<SweptRun>& runs);
// The same as a table for people.
[[nodiscard]] std::string SweepTable(const std::string& field, const std::vector<SweptRun>& runs);

}  // namespace flexstock::loadgen
