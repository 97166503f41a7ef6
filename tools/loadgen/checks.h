// Checks: what values of options must be. CLI11's own conversions bend "-1" and 2^64 to fit, so that they would pass.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>
#include <type_traits>

namespace flexstock::loadgen {

// A number from min to max, as written.
template <class Number>
CLI::Validator Within(Number min, Number max) {
  const std::string range = fmt::format("{} to {}", min, max);
  const auto check = [min, max, range](const std::string& text) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end && value >= min && value <= max) return std::string();
    return fmt::format("\"{}\" is not a {} from {}", text, std::is_integral_v<Number> ? "whole number" : "number",
                       range);
  };
  return {check, range};
}
inline CLI::Validator Whole(std::int64_t min, std::int64_t max = std::numeric_limits<std::int64_t>::max()) {
  return Within<std::int64_t>(min, max);
}

// A run starts from nothing: what another left behind would be its stock.
[[nodiscard]] CLI::Validator NewDirectory();

}  // namespace flexstock::loadgen
