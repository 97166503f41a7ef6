// Shown: what somebody else wrote, fit to stand in a message: short, quoted, without control characters.
#pragma once

#include <string>
#include <string_view>

namespace flexstock::loadgen {

[[nodiscard]] inline std::string Shown(std::string_view text) {
  constexpr std::size_t kShownMax = 40;
  std::string shown;
  for (const char c : text.substr(0, kShownMax)) shown += c >= ' ' && c <= '~' ? c : '?';
  return '"' + shown + (text.size() > kShownMax ? "...\"" : "\"");
}

}  // namespace flexstock::loadgen
