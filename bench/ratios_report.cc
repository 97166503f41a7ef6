#include "bench/ratios_report.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/size.h"

namespace flexstock::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kLine = "{:<60} {:>9} {:>9} {:>10} {:>17} {:>10}  {}\n";

double MedianOf(const std::vector<Round>& rounds, double Round::*field) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(round.*field);
  return Median(values);
}

std::string Verdict(double mark, bool met) { return mark == 0 ? "" : met ? "met" : "MISSED"; }

// The rounds that count, and how near the CPUs were in them.
std::string Distance(const Outcome& outcome) {
  if (!outcome.comparison->threads) return {};
  const std::vector<Round> counted = outcome.Counted();
  return fmt::format("  (round trip {:.0f} ns, {} of {} rounds)", MedianOf(counted, &Round::round_trip_ns),
                     counted.size(), outcome.rounds.size());
}

Json ToJson(const Outcome& outcome) {
  const Comparison& comparison = *outcome.comparison;
  const std::vector<Round> counted = outcome.Counted();
  Json json{
      {"name", comparison.name}, {"median", outcome.median()}, {"least", outcome.least()}, {"most", outcome.most()}};
  json["unit"] = comparison.figure == Figure::kTime || comparison.figure == Figure::kRate ? "ratio" : "ns";
  if (comparison.mark != 0) {
    json[IsAtLeast(comparison.figure) ? "at_least" : "at_most"] = comparison.mark;
    json["met"] = outcome.met();
  }
  json["a_ns"] = MedianOf(counted, &Round::a_ns);
  if (comparison.figure != Figure::kAlone) json["b_ns"] = MedianOf(counted, &Round::b_ns);
  for (const Round& round : outcome.rounds) {
    Json entry{{"a_ns", round.a_ns}};
    if (comparison.figure != Figure::kAlone) entry["b_ns"] = round.b_ns;
    if (comparison.threads) entry["round_trip_ns"] = round.round_trip_ns;
    json["rounds"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

void PrintHead(const loadgen::Machine& machine, double round_trip_ns) {
  fmt::print("flexstock {}, {}\n{}; cache-line round trip {:.0f} ns\n\n", machine.commit, machine.date,
             loadgen::Text(machine), round_trip_ns);
  if (Shrink() != 1)
    fmt::print("FLEXSTOCK_BENCH_SHRINK={}: everything is too small for these figures to mean anything\n\n", Shrink());
  fmt::print(kLine, "ns an order of A and B, taking turns; medians", "A", "B", "figure", "least .. most", "mark", "");
}

void PrintLine(const Outcome& outcome) {
  const Comparison& comparison = *outcome.comparison;
  const std::vector<Round> counted = outcome.Counted();
  const char* unit = Unit(comparison.figure);
  const int digits = unit[0] == 'x' ? 2 : 1;
  fmt::print(
      kLine, comparison.name, fmt::format("{:.1f}", MedianOf(counted, &Round::a_ns)),
      comparison.figure == Figure::kAlone ? "" : fmt::format("{:.1f}", MedianOf(counted, &Round::b_ns)),
      fmt::format("{:.{}f}{}", outcome.median(), digits, unit),
      fmt::format("{:.{}f} .. {:.{}f}", outcome.least(), digits, outcome.most(), digits),
      comparison.mark == 0 ? "" : fmt::format("{} {}", IsAtLeast(comparison.figure) ? ">=" : "<=", comparison.mark),
      Verdict(comparison.mark, outcome.met()) + Distance(outcome));
  if (!outcome.problem.empty()) fmt::print("WRONG, so its figures are worth nothing: {}\n", outcome.problem);
  std::fflush(stdout);
}

void PrintLine(const Size& size) {
  fmt::print(kLine, size.name, "", "", fmt::format("{:.1f} B", size.bytes), "",
             size.mark == 0 ? "" : fmt::format("<= {}", size.mark), Verdict(size.mark, size.met()));
  std::fflush(stdout);
}

bool WriteJson(const std::string& file, const loadgen::Machine& machine, double round_trip_ns, bool quick,
               const std::vector<Outcome>& outcomes, const std::vector<Size>& sizes) {
  Json json{{"commit", machine.commit}, {"date", machine.date},          {"cpu", machine.cpu},
            {"cpus", machine.cpus},     {"kernel", machine.kernel},      {"memory_gib", machine.memory_gib},
            {"quick", quick},           {"round_trip_ns", round_trip_ns}};
  json["comparisons"] = Json::array();
  for (const Outcome& outcome : outcomes) json["comparisons"].push_back(ToJson(outcome));
  json["sizes"] = Json::array();
  for (const Size& size : sizes) {
    Json& entry = json["sizes"].emplace_back(Json{{"name", size.name}, {"bytes", size.bytes}});
    if (size.mark == 0) continue;
    entry["at_most"] = size.mark;
    entry["met"] = size.met();
  }
  std::ofstream out(file);
  out << json.dump(2) << '\n';
  out.close();
  return out.good();
}

}  // namespace flexstock::bench
