// ratios: does flexstock keep its promises of speed and size? Each is a ratio of two sides that take turns within one
// run, beside the mark that it has to meet. Exits 0 whether they are met or not, since a noisy neighbour decides that
// as well; 1 if a unit or an event is missing.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "bench/footprint.h"
#include "bench/ratios_report.h"
#include "bench/round_trip.h"
#include "bench/sides.h"
#include "bench/size.h"

namespace flexstock::bench {
namespace {

std::vector<Comparison> Comparisons(const Sides& sides) {
  const std::uint64_t products = Sized(100'000), live = Sized(5'000'000), armed = Sized(1'000'000);
  const Setting plain{.products = products};

  // Two ways on one stage.
  struct Work {
    Spread spread;
    Way way;
    std::uint32_t callers;
  };
  const auto on_one = [=](const Setting& setting, const Work& a, const Work& b) {
    return [=]() -> Comparison::Sides {
      const auto stage = std::make_shared<Stage>(setting);
      return {sides.Placing(stage, a.spread, a.way, a.callers), sides.Placing(stage, b.spread, b.way, b.callers)};
    };
  };
  const auto over_floor = [=](const Setting& setting, const Way& way) {
    return [=]() -> Comparison::Sides {
      return {sides.Placing(std::make_shared<Stage>(setting), Spread::kZipf, way, 1),
              sides.AtFloor(products, Spread::kZipf, 1)};
    };
  };
  const auto only_placing_over_floor = [=]() -> Comparison::Sides {
    const auto stage = std::make_shared<Stage>(Setting{.products = products, .retention_ms = 1000});
    return {sides.PlacingOnly(stage, {}), sides.AtFloor(products, Spread::kZipf, 1)};
  };
  const auto key = [=](auto place) {
    return [=]() -> Comparison::Sides {
      return {(sides.*place)(std::make_shared<Stage>(Remembering(products, live, true)), {.keyed = true}),
              (sides.*place)(std::make_shared<Stage>(Remembering(products, live, false)), {})};
    };
  };

  // One stage with contention looked at, one without.
  const auto watched = [=](Spread spread, std::uint32_t callers) {
    return [=]() -> Comparison::Sides {
      const auto looked_at = std::make_shared<Stage>(Setting{.products = products, .contention_sample = 64});
      return {sides.Placing(looked_at, spread, {}, callers),
              sides.Placing(std::make_shared<Stage>(plain), spread, {}, callers)};
    };
  };

  const auto deadlines = [=](void (Deadlines::*answer)(std::uint64_t)) {
    return [=]() -> Comparison::Sides { return {sides.Answering(armed, answer), nullptr}; };
  };

  constexpr Way kOneByOne{}, kBatches{.batch = 64}, kBatchesByRef{.by_ref = true, .batch = 64};
  const Setting half = HalfSoldOut(products);
  const Way refused = Refused(half);
  constexpr auto kZipf = Spread::kZipf, kHot = Spread::kHot, kUniform = Spread::kUniform;
  return {
      {"place / floor, Zipf, 1 thread", Figure::kTime, 2.5, false, over_floor(plain, kOneByOne)},
      {"place by reference / floor, Zipf, 1 thread", Figure::kTime, 0, false, over_floor(plain, {.by_ref = true})},
      {"place, nobody told / floor, Zipf, 1 thread", Figure::kTime, 0, false,
       over_floor({.products = products, .audiences = {}}, kOneByOne)},
      {"place, none forgotten meanwhile / floor, Zipf, 1 thread", Figure::kTime, 0, false, only_placing_over_floor},
      {"2 threads / 1, uniform", Figure::kRate, 1.5, true, on_one(plain, {kUniform, {}, 2}, {kUniform, {}, 1})},
      {"refuse / sell, Zipf, 1 thread", Figure::kTime, 1, false, on_one(half, {kZipf, refused, 1}, {kZipf, {}, 1})},
      {"refuse / sell, hot, 2 threads", Figure::kTime, 1, true, on_one(half, {kHot, refused, 2}, {kHot, {}, 2})},
      {"batches of 64, 2 threads / one by one, 1 thread, hot", Figure::kRate, 1, true,
       on_one(plain, {kHot, kBatches, 2}, {kHot, kOneByOne, 1})},
      {"the same batches by reference", Figure::kRate, 0, true,
       on_one(plain, {kHot, kBatchesByRef, 2}, {kHot, kOneByOne, 1})},
      {"8 threads / 2, uniform", Figure::kRate, 0.7, true, on_one(plain, {kUniform, {}, 8}, {kUniform, {}, 2})},
      {"8 threads / 2, hot", Figure::kRate, 0.7, true, on_one(plain, {kHot, {}, 8}, {kHot, {}, 2})},
      {"contention looked at / not, Zipf, 1 thread", Figure::kTime, 1.03, false, watched(kZipf, 1)},
      {"contention looked at / not, hot, 2 threads", Figure::kTime, 1.03, true, watched(kHot, 2)},
      {"with a key - without, 5 M live, placed to forgotten", Figure::kExtra, 120, false, key(&Sides::PlacingOneByOne)},
      {"with a key - without, 5 M live, placing alone", Figure::kExtra, 0, false, key(&Sides::PlacingOnly)},
      {"a deadline armed and disarmed, 1 M armed, answered anywhere", Figure::kAlone, 25, false,
       deadlines(&Deadlines::AnswerAnywhere)},
      {"a deadline armed and disarmed, 1 M armed, oldest first", Figure::kAlone, 0, false,
       deadlines(&Deadlines::AnswerOldest)},
  };
}

std::vector<Size> Sizes() {
  const Footprint footprint = MeasureFootprint(Sized(10'000'000), /*reserved=*/false);
  return {{"a product, of 10 M", footprint.product_bytes, 128},
          {"a live order, of 10 M", footprint.order_bytes, 96},
          {"its key, of 10 M", footprint.key_bytes, 32}};
}

int Run(int argc, char** argv) {
  bool quick = false;
  int rounds = 11;
  std::string json, only;
  CLI::App app(
      "Does flexstock keep its promises of speed and size? Ratios of two sides that take turns, and their marks.",
      "ratios");
  app.add_option("--json", json, "write everything, each round too, to this file")->type_name("FILE");
  app.add_option("--rounds", rounds, "how often each side has its turn")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--only", only, "only comparisons with this in their name; no sizes")->type_name("TEXT");
  app.add_flag("--quick", quick, "5 shorter rounds, no sizes: a first impression");
  CLI11_PARSE(app, argc, argv);
  if (quick) rounds = std::min(rounds, 5);

  // First, because it forks.
  const std::vector<Size> sizes = quick || !only.empty() ? std::vector<Size>{} : Sizes();
  const loadgen::Machine machine = loadgen::ThisMachine();
  const double round_trip_ns = RoundTripNs();
  PrintHead(machine, round_trip_ns);

  const std::vector<Comparison> comparisons = Comparisons(Sides(Sized(quick ? 512 : 2048)));
  std::vector<Outcome> outcomes;
  bool wrong = false;
  for (const Comparison& comparison : comparisons) {
    if (comparison.name.find(only) == std::string::npos) continue;
    outcomes.push_back(Measure(comparison, rounds));
    PrintLine(outcomes.back());
    wrong = wrong || !outcomes.back().problem.empty();
  }
  for (const Size& size : sizes) PrintLine(size);
  if (!json.empty() && !WriteJson(json, machine, round_trip_ns, quick, outcomes, sizes)) {
    std::fprintf(stderr, "ratios: %s cannot be written\n", json.c_str());
    return 1;
  }
  return wrong ? 1 : 0;
}

}  // namespace
}  // namespace flexstock::bench

int main(int argc, char** argv) { return flexstock::bench::Run(argc, argv); }
