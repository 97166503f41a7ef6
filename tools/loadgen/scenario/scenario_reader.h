// ReadScenario: a scenario file as a Scenario.
//
// JSON as scenarios/scenario.schema.json says. Strict: an unknown, repeated or missing key, a value of another type or
// out of its range are errors, each with its line and what to do. Series and traces that the file names are read, too;
// their paths are relative to the scenario file, and those that end in .zst are unpacked.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tools/loadgen/scenario/scenario.h"

namespace flexstock::loadgen {

struct ScenarioRead {
  Scenario scenario;
  std::string
      problem;  // empty, or "FILE:LINE: what is wrong; what to do"; an override's begins with "--set PATH=VALUE: "
};

// Overrides are "PATH=VALUE", applied in order before the file is checked: PATH names a field by its keys and, in
// lists, numbers from 0 ("arrivals.phases.0.rate"); VALUE is JSON or else a word. A path of a file is then relative to
// the working directory, as on any command line.
[[nodiscard]] ScenarioRead ReadScenario(const std::string& path, std::span<const std::string> overrides = {});

// The same of a text that is in memory already: `path` is what it is called in messages, and where the files that it
// names are looked for.
[[nodiscard]] ScenarioRead ReadScenarioText(std::string_view text, const std::string& path,
                                            std::span<const std::string> overrides = {});

}  // namespace flexstock::loadgen
