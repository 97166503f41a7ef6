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

// "DIRECTORY/FILE:12: what is wrong; what to do": of the scenario, or of a table that it names.
bool NamesALine(std::string_view problem, std::string_view directory) {
  if (!problem.starts_with(directory)) return false;
  for (std::size_t colon = problem.find(':'); colon != std::string_view::npos; colon = problem.find(':', colon + 1)) {
    std::size_t end = colon + 1;
    while (end < problem.size() && std::isdigit(static_cast<unsigned char>(problem[end])) != 0) ++end;
    if (end > colon + 1 && problem.substr(end).starts_with(": ") && problem.size() > end + 2) return true;
  }
  return false;
}

void Read(std::string_view text) {
  const std::string path = FLEXSTOCK_SCENARIOS "/made-up.json";  // beside the tables that scenarios name
  const ScenarioRead read = ReadScenarioText(text, path);
  if (!read.problem.empty()) {
    Expect(NamesALine(read.problem, FLEXSTOCK_SCENARIOS "/"), "a problem does not name its line");
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
