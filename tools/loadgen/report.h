// Report: a run as a table, for people. docs/load-testing.md says how to read it.
#pragma once

#include <string>

#include "tools/loadgen/result.h"

namespace flexstock::loadgen {

[[nodiscard]] std::string Table(const Result& result);

// The quantiles that are shown, here and in the JSON file; `ppm` of a million calls were at most so slow.
struct Quantile {
  const char* name;
  std::uint32_t ppm;
};
inline constexpr std::array<Quantile, 4> kQuantiles = {
    {{"p50", 500'000}, {"p90", 900'000}, {"p99", 990'000}, {"p99.9", 999'000}}};

}  // namespace flexstock::loadgen
