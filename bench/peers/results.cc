#include "bench/peers/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "bench/comparison.h"
#include "bench/size.h"
#include "tools/loadgen/figures.h"

namespace flexstock::bench::peers {
namespace {

Spectrum Of(const std::vector<double>& rounds) {
  return {.median = Median(rounds), .min = std::ranges::min(rounds), .max = std::ranges::max(rounds)};
}

std::vector<double> Ratios(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> ratios;
  std::ranges::transform(ours, theirs, std::back_inserter(ratios), std::divides());
  return ratios;
}

std::string Rate(double orders_per_s) { return loadgen::Grouped(static_cast<std::int64_t>(orders_per_s)); }

// Three digits that mean something.
std::string Ratio(double ratio) { return fmt::format("{:.{}f}", ratio, ratio < 10 ? 2 : ratio < 100 ? 1 : 0); }

// Each different note once, in order of appearance; lines refer to them by letter.
class Notes {
 public:
  char LetterOf(const std::string& note) {
    const auto found = std::ranges::find(notes_, note);
    const auto index = found - notes_.begin();
    if (found == notes_.end()) notes_.push_back(note);
    return static_cast<char>('a' + index);
  }
  void Print(std::back_insert_iterator<std::string> out) const {
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      fmt::format_to(out, "  {}  {}\n", static_cast<char>('a' + i), notes_[i]);
    }
  }

 private:
  std::vector<std::string> notes_;
};

const char* Heading(Durability durability) {
  switch (durability) {
    case Durability::kMemory:
      return "lost when the process ends";
    case Durability::kSoon:
      return "answered before it is on the disk";
    case Durability::kDurable:
      break;
  }
  return "on the disk before it is answered";
}

}  // namespace

std::vector<Line> Lines(const std::vector<Standing>& standings, const std::vector<Contestant>& contestants) {
  std::vector<Line> lines;
  for (const Standing& standing : standings) {
    const Contestant& counterpart = CounterpartOf(*standing.contestant, contestants);
    const auto is_its = [&](const Standing& other) {
      return other.contestant == &counterpart && other.spread == standing.spread;
    };
    const Standing& ours = *std::ranges::find_if(standings, is_its);
    const Spectrum ratio =
        standing.contestant->ours ? Spectrum{1, 1, 1} : Of(Ratios(ours.orders_per_s, standing.orders_per_s));
    lines.push_back({&standing, counterpart.name, Of(standing.orders_per_s), ratio});
  }
  return lines;
}

std::string Table(const std::vector<Line>& lines, const Plan& plan, const loadgen::Machine& machine, bool in_memory) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "flexstock {}, {}\n{}\n", machine.commit, machine.date, loadgen::Text(machine));
  if (Shrink() != 1) fmt::format_to(out, "FLEXSTOCK_BENCH_SHRINK={}: too small for these figures\n", Shrink());
  if (in_memory)
    fmt::format_to(out, "the files are in memory, not on a disk: durable is nothing here, and syncs are free\n");
  fmt::format_to(out, "{} rounds in turn of about {} s each; medians, least and most\n", plan.rounds, plan.seconds);

  constexpr const char* kLine = "  {:<66} {:>11}  {:>25}  {:>9}  {:>17}  {}\n";
  Notes notes;
  for (const Spread spread : {Spread::kZipf, Spread::kHot}) {
    fmt::format_to(out, "\n{}\n",
                   spread == Spread::kHot ? "hot: everybody wants one product, which sells out half-way"
                                          : fmt::format("zipf: {} products, Zipf 0.99, one in eight short of units",
                                                        loadgen::Grouped(static_cast<std::int64_t>(plan.products))));
    for (const Durability durability : {Durability::kMemory, Durability::kSoon, Durability::kDurable}) {
      bool any = false;
      for (const Line& line : lines) {
        const Contestant& contestant = *line.standing->contestant;
        if (line.standing->spread != spread || contestant.way.durability != durability) continue;
        if (!any)
          fmt::format_to(out, kLine, Heading(durability), "orders/s", "least .. most", "flexstock", "least .. most",
                         "");
        any = true;
        fmt::format_to(out, kLine, contestant.name, Rate(line.orders_per_s.median),
                       fmt::format("{} .. {}", Rate(line.orders_per_s.min), Rate(line.orders_per_s.max)),
                       contestant.ours ? "" : Ratio(line.ratio.median) + "x",
                       contestant.ours ? "" : fmt::format("{} .. {}", Ratio(line.ratio.min), Ratio(line.ratio.max)),
                       notes.LetterOf(contestant.notes));
      }
    }
  }
  fmt::format_to(out,
                 "\nflexstock: its orders a second over the peer's, called by as many clients, as many at a time, with "
                 "the same promise.\nEvery answer was checked; all agree. Not like for like:\n");
  notes.Print(out);
  return text;
}

std::string Json(const std::vector<Line>& lines, const Plan& plan, const loadgen::Machine& machine, bool in_memory) {
  using nlohmann::ordered_json;
  ordered_json peers = ordered_json::array();
  for (const Line& line : lines) {
    const Standing& standing = *line.standing;
    const Contestant& contestant = *standing.contestant;
    const Spectrum& rate = line.orders_per_s;
    ordered_json answers;
    for (const Answer answer : {Answer::kConfirmed, Answer::kPending, Answer::kRefused}) {
      answers[std::string(Name(answer))] = standing.answers[static_cast<std::size_t>(answer)];
    }
    peers.push_back({{"name", contestant.name},
                     {"stream", Name(standing.spread)},
                     {"orders_per_s", {{"median", rate.median}, {"min", rate.min}, {"max", rate.max}}},
                     {"ratio", line.ratio.median},
                     {"ratio_min", line.ratio.min},
                     {"ratio_max", line.ratio.max},
                     {"against", line.against},
                     {"durable", contestant.way.durability == Durability::kDurable},
                     {"durability", Name(contestant.way.durability)},
                     {"clients", contestant.way.clients},
                     {"together", contestant.way.together},
                     {"ours", contestant.ours},
                     {"orders", standing.orders},
                     {"answers", answers},
                     {"rounds", standing.orders_per_s},
                     {"notes", contestant.notes}});
  }
  const ordered_json all{{"format", "flexstock-run/1"},
                         {"title", "flexstock against what people use instead"},
                         {"headline", fmt::format("{} rounds in turn of about {} s each; every answer was checked",
                                                  plan.rounds, plan.seconds)},
                         {"peers", peers},
                         {"machine", loadgen::Text(machine)},
                         {"commit", machine.commit},
                         {"date", machine.date},
                         {"disk", !in_memory},
                         {"rounds", plan.rounds},
                         {"seconds", plan.seconds}};
  return all.dump(2) + "\n";
}

}  // namespace flexstock::bench::peers
