// Figures: numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace flexstock::loadgen {

// 1234567 is "1 234 567".
[[nodiscard]] std::string Grouped(std::int64_t value);
// Three significant digits and a unit: "87 ns", "1.23 µs", "45.6 ms", "7.80 s".
[[nodiscard]] std::string Duration(std::uint64_t nanos);

}  // namespace flexstock::loadgen
