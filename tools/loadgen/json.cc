#include "tools/loadgen/json.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "tools/loadgen/report.h"

namespace flexstock::loadgen {
namespace {

// Insertion order: a reader finds things where the table has them.
using Object = nlohmann::ordered_json;

// "--zipf" is "zipf", "0.99" is 0.99, "true" is true, and what is neither number nor boolean is a string.
Object OptionsOf(const std::vector<std::pair<std::string, std::string>>& options) {
  Object object = Object::object();
  for (const auto& [name, text] : options) {
    Object value = Object::parse(text, nullptr, /*allow_exceptions=*/false);
    const bool plain = value.is_number() || value.is_boolean();
    object[name.substr(name.find_first_not_of('-'))] = plain ? std::move(value) : Object(text);
  }
  return object;
}

Object Orders(const Totals& totals) {
  Object object = Object::object();
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (totals.orders[i] != 0) object[std::string(OutcomeName(i))] = totals.orders[i];
  }
  object["all"] = totals.all_orders();
  return object;
}

Object Answers(const Totals& totals) {
  Object object = Object::object();
  for (std::size_t call = IndexOf(Call::kAccept); call < kCalls; ++call) {
    Object codes = Object::object();
    for (std::size_t code = 0; code < kCodes; ++code) {
      if (totals.answers[call][code] == 0) continue;
      codes[std::string(Name(static_cast<Code>(code)))] = totals.answers[call][code];
    }
    if (totals.duplicates[call] != 0) codes["duplicate"] = totals.duplicates[call];
    object[std::string(Name(static_cast<Call>(call)))] = std::move(codes);
  }
  return object;
}

Object Figures(const Histogram& timing) {
  Object figures = {{"calls", timing.count()}, {"min", timing.min()}};
  for (const Quantile& quantile : kQuantiles) figures[quantile.name] = timing.ValueAt(quantile.ppm);
  figures["max"] = timing.max();
  return figures;
}

Object Latencies(const Timings& timings) {
  Object object = Object::object();
  for (std::size_t call = 0; call < kCalls; ++call) {
    const Histogram& timing = timings[call];
    if (timing.count() == 0) continue;
    object[std::string(Name(static_cast<Call>(call)))] = Figures(timing);
  }
  return object;
}

Object Journal(const std::optional<JournalFigures>& journal) {
  if (!journal.has_value()) return {};
  const JournalStats& stats = journal->stats;
  return {{"blocks", stats.blocks},
          {"changes", stats.changes},
          {"bytes", stats.bytes},
          {"change_bytes", stats.change_bytes},
          {"bytes_per_order", journal->PerOrder(stats.bytes)},
          {"write_ns", stats.write_ns},
          {"sync_ns", stats.sync_ns},
          {"waits", stats.waits},
          {"wait_ns", stats.wait_ns},
          {"segments", stats.segments},
          {"snapshots", stats.snapshots},
          {"snapshot_bytes", stats.snapshot_bytes},
          {"segment_problem", stats.segment_problem},
          {"snapshot_problem", stats.snapshot_problem},
          {"place_durable_every", kDurableEvery},
          {"place_durable_ns", Figures(journal->durable)}};
}

// [highest value, how many] of every counter that is not 0. Long, and therefore last in the file.
Object Counters(const Timings& timings) {
  Object object = Object::object();
  for (std::size_t call = 0; call < kCalls; ++call) {
    if (timings[call].count() == 0) continue;
    Object& counters = object[std::string(Name(static_cast<Call>(call)))] = Object::array();
    timings[call].ForEach([&](std::uint64_t highest, std::uint64_t count) { counters.push_back({highest, count}); });
  }
  return object;
}

Object Shards(const std::vector<ShardStats>& shards) {
  Object array = Object::array();
  for (const ShardStats& shard : shards) {
    array.push_back({{"lock_waits", shard.lock_waits},
                     {"time_clamped", shard.time_clamped},
                     {"orders", shard.orders},
                     {"order_slots", shard.order_slots},
                     {"products", shard.products}});
  }
  return array;
}

Object Events(const Totals& totals) {
  Object object = Object::object();
  for (const Audience audience : {Audience::kMember, Audience::kCustomer, Audience::kLogistics}) {
    Object& told = object[std::string(Name(audience))] = Object::object();
    for (std::size_t i = 0; i < kEventTypes; ++i) {
      const auto type = static_cast<EventType>(i);
      if (Tells(type, audience)) told[std::string(Name(type))] = totals.told(audience, type);
    }
  }
  return object;
}

Object Sums(const UnitSums& sums) {
  return {{"supplied", sums.supplied}, {"available", sums.available},     {"held", sums.held},
          {"sold", sums.sold},         {"written_off", sums.written_off}, {"orders_pending", sums.pending}};
}

Object Identity(const Verdict& verdict) {
  Object object = {{"intact", verdict.ok()},
                   {"products", verdict.products()},
                   {"engine", Sums(verdict.engine())},
                   {"counted", Sums(verdict.counted())},
                   {"differences", verdict.difference_count()},
                   {"first_differences", Object::array()}};
  for (const Difference& difference : verdict.differences()) {
    object["first_differences"].push_back(
        {{"what", difference.what}, {"engine", difference.engine}, {"counted", difference.counted}});
  }
  return object;
}

}  // namespace

nlohmann::ordered_json ToJson(const Result& result, const std::vector<std::pair<std::string, std::string>>& options) {
  Object object = {{"tool", "flexstock-loadgen"},
                   {"engine_version", FLEXSTOCK_VERSION},
                   {"headline", result.headline},
                   {"options", OptionsOf(options)},
                   {"seconds", result.seconds},
                   {"orders", Orders(result.totals)},
                   {"overloaded", result.totals.overloaded},
                   {"answers", Answers(result.totals)}};
  if (!result.is_virtual) {
    object["short_after_ns"] = result.short_after_ns == kNever ? Object() : Object(result.short_after_ns);
    object["stopwatch_ns"] = result.stopwatch_ns;
    object["latency_ns"] = Latencies(result.timings);
    if (result.waited.count() != 0) object["latency_ns"]["from_arrival"] = Figures(result.waited);
  }
  object["unserved"] = result.unserved;
  object["journal"] = Journal(result.journal);
  object["shards"] = Shards(result.shards);
  object["events"] = Events(result.totals);
  object["orders_remembered"] = result.orders_remembered;
  object["identity"] = Identity(result.verdict);
  if (!result.is_virtual) object["latency_counters_ns"] = Counters(result.timings);
  return object;
}

std::string ToText(const nlohmann::ordered_json& json) {
  // Whatever bytes a file name may have: they are replaced, not thrown at the user after the run.
  return json.dump(2, ' ', false, Object::error_handler_t::replace) + "\n";
}

std::string Json(const Result& result, const std::vector<std::pair<std::string, std::string>>& options) {
  return ToText(ToJson(result, options));
}

}  // namespace flexstock::loadgen
