#include "tools/loadgen/play/run_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "tools/loadgen/figures.h"
#include "tools/loadgen/json.h"
#include "tools/loadgen/machine.h"
#include "tools/loadgen/report.h"

namespace flexstock::loadgen {
namespace {

using Object = nlohmann::ordered_json;

// get(interval) for each, as a list.
template <class Get>
Object List(std::size_t count, Get get) {
  Object list = Object::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(get(i));
  return list;
}

// What never was anything is no line of a chart.
void AddUnlessZero(Object* lines, std::string_view name, Object list) {
  const bool is_zero = std::all_of(list.begin(), list.end(),
                                   [](const Object& value) { return value.is_null() || value.get<double>() == 0; });
  if (!is_zero) (*lines)[std::string(name)] = std::move(list);
}

Object Orders(const Played& played) {
  Object orders = Object::object();
  for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
    if (played.result.totals.orders[outcome] == 0) continue;
    orders[std::string(OutcomeName(outcome))] =
        List(played.intervals.size(), [&](std::size_t i) { return Object(played.intervals[i].orders[outcome]); });
  }
  return orders;
}

Object Latency(const Played& played) {
  if (played.latency.empty()) return {};
  Object latency = Object::object();
  const auto at = [&](std::size_t i, std::uint32_t ppm) {
    const std::uint64_t value = LiveHistogram::ValueAt(played.latency[i], played.latency_max[i], ppm);
    return value == 0 ? Object() : Object(value);
  };
  for (const Quantile& quantile : kQuantiles) {
    latency[quantile.name] = List(played.latency.size(), [&](std::size_t i) { return at(i, quantile.ppm); });
  }
  latency["max"] = List(played.latency.size(), [&](std::size_t i) { return at(i, 1'000'000); });
  return latency;
}

Object LevelsOver(const Played& played, std::int64_t Levels::*level) {
  return List(played.intervals.size(), [&](std::size_t i) {
    const std::optional<Levels>& levels = played.intervals[i].levels;
    return levels.has_value() ? Object((*levels).*level) : Object();
  });
}

Object TimelineOf(const Played& played) {
  const std::size_t count = played.intervals.size();
  Object timeline = {
      {"interval_s", played.interval_s},
      {"t", List(count, [&](std::size_t i) { return Object(static_cast<double>(i) * played.interval_s); })},
      {"orders", Orders(played)},
      {"offered", List(count, [&](std::size_t i) { return Object(played.offered[i]); })},
      {"latency_ns", Latency(played)}};
  Object stock = Object::object();
  AddUnlessZero(&stock, "available", LevelsOver(played, &Levels::available));
  AddUnlessZero(&stock, "held", LevelsOver(played, &Levels::held));
  AddUnlessZero(&stock, "sold", LevelsOver(played, &Levels::sold));
  AddUnlessZero(&stock, "written_off", LevelsOver(played, &Levels::written_off));
  timeline["stock"] = std::move(stock);
  AddUnlessZero(&timeline, "pending", LevelsOver(played, &Levels::pending));
  Object queues = Object::object();
  for (const Audience audience : {Audience::kMember, Audience::kCustomer, Audience::kLogistics}) {
    AddUnlessZero(&queues, Name(audience), List(count, [&](std::size_t i) {
      return Object(played.intervals[i].waiting[static_cast<std::size_t>(audience)]);
    }));
  }
  if (!queues.empty()) timeline["queues"] = std::move(queues);
  return timeline;
}

// Percentiles as HdrHistogram's plots have them: ever closer to 1, five to each halving of what is left.
Object Curve(const Histogram& histogram) {
  constexpr std::uint32_t kMillion = 1'000'000;
  Object curve = Object::array();
  std::uint32_t last = 0;
  for (double left = 1; left * kMillion >= 1; left *= 0.870550563) {  // 2^-0.2
    const auto ppm = std::max<std::uint32_t>(1, kMillion - static_cast<std::uint32_t>(left * kMillion));
    if (ppm == last) continue;
    curve.push_back({static_cast<double>(ppm) / kMillion, histogram.ValueAt(ppm)});
    last = ppm;
  }
  curve.push_back({1.0, histogram.max()});
  return curve;
}

Object Latencies(const Result& result) {
  Object list = Object::array();
  const auto add = [&list](std::string_view name, const Histogram& histogram) {
    if (histogram.count() == 0) return;
    list.push_back({{"name", name}, {"count", histogram.count()}, {"curve", Curve(histogram)}});
  };
  add("from arrival", result.waited);
  for (std::size_t call = 0; call < kCalls; ++call) add(Name(static_cast<Call>(call)), result.timings[call]);
  if (result.journal.has_value()) add("place_durable", result.journal->durable);
  return list;
}

// What a shard had more at the end of an interval than at the end of the one before.
Object Grown(const Played& played, std::uint64_t ShardContention::*measure) {
  const std::vector<ShardContention>* before = nullptr;
  return List(played.intervals.size(), [&](std::size_t i) {
    const std::vector<ShardContention>& shards = played.intervals[i].shards;
    if (shards.empty()) return Object();
    Object row = List(shards.size(), [&](std::size_t shard) {
      return Object(shards[shard].*measure - (before == nullptr ? 0 : (*before)[shard].*measure));
    });
    before = &shards;
    return row;
  });
}

Object ContentionOf(const Played& played) {
  if (played.contention.shards.empty()) return {};
  Object hottest = Object::array();
  for (const ProductContention& product : played.contention.hottest) {
    if (hottest.size() == 20) break;
    hottest.push_back({{"product", static_cast<std::int64_t>(product.product)},
                       {"shard", product.shard},
                       {"acquisitions", product.acquisitions.least},
                       {"waits", product.waits},
                       {"wait_ns", product.wait_ns.least}});
  }
  Object contention = {{"interval_s", played.interval_s},
                       {"t", List(played.intervals.size(),
                                  [&](std::size_t i) { return Object(static_cast<double>(i) * played.interval_s); })},
                       {"shards", played.contention.shards.size()},
                       {"acquisitions", Grown(played, &ShardContention::acquisitions)}};
  const bool somebody_waited = std::any_of(played.contention.shards.begin(), played.contention.shards.end(),
                                           [](const ShardContention& shard) { return shard.waits != 0; });
  if (somebody_waited) {
    contention["waits"] = Grown(played, &ShardContention::waits);
    contention["wait_ns"] = Grown(played, &ShardContention::wait_ns);
  }
  contention["hottest"] = std::move(hottest);
  return contention;
}

Object HottestProducts(const Played& played) {
  Object list = Object::array();
  for (const HotProduct& hot : played.hottest) {
    list.push_back({{"product", static_cast<std::int64_t>(hot.product)},
                    {"orders", hot.demand.orders},
                    {"units", hot.demand.units},
                    {"refused", hot.demand.refused},
                    {"available", hot.available}});
  }
  return list;
}

// As fast as it goes, nobody waits for a phase: customers come again whatever time it is.
Object Phases(const Scenario& scenario, const Played& played) {
  if (played.mode == PlayMode::kMax) return {};
  const double speed = played.speed;
  Object list = Object::array();
  double begin_s = 0;
  for (const Phase& phase : scenario.arrivals.phases) {
    list.push_back({{"name", phase.name}, {"begin_s", begin_s / speed}, {"end_s", (begin_s + phase.seconds) / speed}});
    begin_s += phase.seconds;
  }
  return list;
}

std::string ARate(std::uint64_t count, double seconds) {
  return fmt::format("{} a second", Grouped(static_cast<std::int64_t>(static_cast<double>(count) / seconds)));
}

Object Summary(const Played& played) {
  const Result& result = played.result;
  const Totals& totals = result.totals;
  Object list = Object::array();
  const auto add = [&list](std::string_view label, const std::string& value, const std::string& note) {
    list.push_back({{"label", label}, {"value", value}, {"note", note}});
  };
  add("orders", Grouped(totals.all_orders()), ARate(totals.all_orders(), result.seconds));
  add("units sold", Grouped(result.verdict.engine().sold),
      fmt::format("of {} supplied", Grouped(result.verdict.engine().supplied)));
  const std::uint64_t asked = totals.of(Outcome::kAwaitingAcceptance);
  add("requests to members", Grouped(asked),
      fmt::format("{} accepted, {} declined, {} expired",
                  Grouped(totals.done(Call::kAccept) + totals.done(Call::kAcceptPart)),
                  Grouped(totals.done(Call::kDecline)),
                  Grouped(totals.told(Audience::kMember, EventType::kAcceptanceExpired))));
  add("payments", Grouped(totals.done(Call::kPay)),
      fmt::format("{} not paid in time", Grouped(totals.told(Audience::kMember, EventType::kPaymentExpired))));
  if (result.waited.count() != 0) {
    add("a customer waits", Duration(result.waited.ValueAt(500'000)),
        fmt::format("p99 {}, p99.9 {}, at most {}", Duration(result.waited.ValueAt(990'000)),
                    Duration(result.waited.ValueAt(999'000)), Duration(result.waited.max())));
  }
  if (result.unserved != 0) add("not served by the end", Grouped(result.unserved), "more came than could be served");
  return list;
}

Object IdentityOf(const Verdict& verdict) {
  Object lines = Object::array();
  if (verdict.ok()) {
    lines.push_back(fmt::format("every unit and every event of {} {} is accounted for", Grouped(verdict.products()),
                                verdict.products() == 1 ? "product" : "products"));
  }
  for (const Difference& difference : verdict.differences()) {
    lines.push_back(
        fmt::format("{}: the engine says {}, counted {}", difference.what, difference.engine, difference.counted));
  }
  return {{"intact", verdict.ok()}, {"lines", lines}};
}

}  // namespace

nlohmann::ordered_json RunJson(const Scenario& scenario, const PlayOptions& options, const Played& played,
                               const GivenOptions& given) {
  Object run = {{"format", "flexstock-run/1"},
                {"title", scenario.name},
                {"headline", played.result.headline},
                {"description", scenario.description},
                {"mode", Name(played.mode)},
                {"seed", options.seed},
                {"version", FLEXSTOCK_VERSION},
                {"scenario_seconds", scenario.seconds()},
                {"run_seconds", played.run_seconds},
                {"summary", Summary(played)},
                {"phases", Phases(scenario, played)},
                {"timeline", TimelineOf(played)},
                {"latency", Latencies(played.result)},
                {"contention", ContentionOf(played)},
                {"hottest_products", HottestProducts(played)},
                {"identity", IdentityOf(played.result.verdict)},
                {"result", ToJson(played.result, given)}};
  if (played.result.is_virtual) {
    run["latency"] = nullptr;
  } else {
    const Machine machine = ThisMachine();  // what took time took it here; in virtual time it does not matter
    run["commit"] = machine.commit;
    run["machine"] = Text(machine);
  }
  return run;
}

std::vector<Figure> PlannersFigures(const Played& played) {
  const Totals& totals = played.result.totals;
  const UnitSums& units = played.result.verdict.engine();
  const auto number = [](auto value) { return static_cast<double>(value); };
  std::int64_t pending_most = 0;
  for (const IntervalFigures& interval : played.intervals) {
    if (interval.levels.has_value()) pending_most = std::max(pending_most, interval.levels->pending);
  }
  std::uint64_t refused = 0;
  for (std::size_t i = IndexOf(Outcome::kRefusals); i < kOutcomes; ++i) refused += totals.orders[i];
  std::vector<Figure> figures = {
      {"orders", number(totals.all_orders())},
      {"units sold", number(units.sold)},
      {"units left", number(units.available)},
      {"refused", number(refused)},
      {"requests to members", number(totals.of(Outcome::kAwaitingAcceptance))},
      {"most pending", number(pending_most)},
      {"not answered in time", number(totals.told(Audience::kMember, EventType::kAcceptanceExpired))},
      {"not paid in time", number(totals.told(Audience::kMember, EventType::kPaymentExpired))},
      {"canceled", number(totals.told(Audience::kMember, EventType::kOrderCanceled))},
  };
  if (played.result.waited.count() != 0) {
    figures.push_back({"p99 wait, µs", number(played.result.waited.ValueAt(990'000)) / 1e3});
  }
  return figures;
}

nlohmann::ordered_json SweepJson(const std::string& field, const std::vector<SweptRun>& runs) {
  Object swept = Object::array(), lines = Object::array();
  bool intact = true;
  for (const SweptRun& run : runs) {
    Object summary = Object::object();
    for (const Figure& figure : run.figures) summary[figure.name] = figure.value;
    Object rest = run.run;
    Object timeline = std::move(rest["timeline"]);
    rest.erase("timeline");
    swept.push_back({{"value", run.value}, {"summary", summary}, {"timeline", std::move(timeline)}, {"run", rest}});
    intact &= rest["identity"]["intact"].get<bool>();
    for (const Object& line : rest["identity"]["lines"]) {
      lines.push_back(fmt::format("{} = {}: {}", field, run.value, line.get<std::string>()));
    }
  }
  Object json = {{"format", "flexstock-run/1"},
                 {"title", runs.front().run["title"]},
                 {"headline", fmt::format("{}: what if {} were ...", std::string(runs.front().run["title"]), field)},
                 {"description", runs.front().run["description"]},
                 {"mode", runs.front().run["mode"]},
                 {"seed", runs.front().run["seed"]},
                 {"version", FLEXSTOCK_VERSION},
                 {"identity", {{"intact", intact}, {"lines", lines}}}};
  for (const char* of : {"commit", "machine"}) {
    if (runs.front().run.contains(of)) json[of] = runs.front().run[of];
  }
  json["sweep"] = {{"field", field}, {"runs", swept}};
  return json;
}

std::string SweepTable(const std::string& field, const std::vector<SweptRun>& runs) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:<24}", field);
  for (const SweptRun& run : runs) fmt::format_to(out, "{:>16}", run.value);
  fmt::format_to(out, "\n");
  for (std::size_t i = 0; i < runs.front().figures.size(); ++i) {
    fmt::format_to(out, "  {:<22}", runs.front().figures[i].name);
    for (const SweptRun& run : runs) {
      const double value = i < run.figures.size() ? run.figures[i].value : 0;
      fmt::format_to(out, "{:>16}", Grouped(static_cast<std::int64_t>(value)));
    }
    fmt::format_to(out, "\n");
  }
  return text;
}

}  // namespace flexstock::loadgen
