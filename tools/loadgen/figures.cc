#include "tools/loadgen/figures.h"

#include <fmt/format.h>

#include <array>

namespace flexstock::loadgen {

std::string Grouped(std::int64_t value) {
  std::string text = std::to_string(value);
  const std::size_t first_digit = value < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first_digit + 3;) text.insert(at -= 3, 1, ' ');
  return text;
}

std::string Duration(std::uint64_t nanos) {
  if (nanos < 1000) return fmt::format("{} ns", nanos);
  constexpr std::array<const char*, 3> kUnits = {"µs", "ms", "s"};
  double value = static_cast<double>(nanos) / 1e3;
  std::size_t unit = 0;
  // 999.5 would round up to 1000: it belongs to the next unit.
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1e3;
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, kUnits[unit]);
}

}  // namespace flexstock::loadgen
