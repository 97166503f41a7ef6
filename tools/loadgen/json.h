// The result as JSON, for scripts: everything that the table shows, the options, and every histogram's counters, so
// that runs can be merged and other quantiles taken later.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tools/loadgen/result.h"

namespace flexstock::loadgen {

[[nodiscard]] nlohmann::ordered_json ToJson(const Result& result,
                                            const std::vector<std::pair<std::string, std::string>>& options);
// As a file has it.
[[nodiscard]] std::string ToText(const nlohmann::ordered_json& json);

[[nodiscard]] std::string Json(const Result& result, const std::vector<std::pair<std::string, std::string>>& options);

}  // namespace flexstock::loadgen
