// Any bytes as a scenario: they are one, or are refused with the line and what to do.
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/expect.h"
#include "tools/loadgen/scenario/scenario_reader.h"

namespace flexstock::loadgen {
namespace {

using fuzz::Expect;

// "PATH:12: what is wrong; what to do"
bool NamesALine(std::string_view problem, std::string_view path) {
  if (!problem.starts_with(path)) return false;
  problem.remove_prefix(path.size());
  if (!problem.starts_with(':')) return false;
  problem.remove_prefix(1);
  std::size_t digits = 0;
  while (digits < problem.size() && std::isdigit(static_cast<unsigned char>(problem[digits])) != 0) ++digits;
  return digits > 0 && problem.substr(digits).starts_with(": ") && problem.size() > digits + 2;
}

void Read(std::string_view text) {
  const std::string path = FLEXSTOCK_SCENARIOS "/made-up.json";  // beside the tables that scenarios name
  const ScenarioRead read = ReadScenarioText(text, path);
  if (!read.problem.empty()) {
    Expect(NamesALine(read.problem, path), "a problem does not name its line");
    return;
  }
  Expect(read.scenario.engine.shards >= 1, "a scenario without shards");
  Expect(!read.scenario.arrivals.phases.empty(), "a scenario in which nobody comes");
}

}  // namespace
}  // namespace flexstock::loadgen

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flexstock::loadgen::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
