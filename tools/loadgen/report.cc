#include "tools/loadgen/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "tools/loadgen/figures.h"

namespace flexstock::loadgen {
namespace {

using Out = std::back_insert_iterator<std::string>;

void PutOrders(const Result& result, Out out) {
  const auto rate = [&](std::uint64_t orders) {
    return Grouped(result.seconds > 0 ? static_cast<std::int64_t>(static_cast<double>(orders) / result.seconds) : 0);
  };
  fmt::format_to(out, "{:<24}{:>16}{:>16}\n", "orders", "in all", "a second");
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const std::uint64_t orders = result.totals.orders[i];
    if (orders != 0) fmt::format_to(out, "  {:<22}{:>16}{:>16}\n", OutcomeName(i), Grouped(orders), rate(orders));
  }
  const std::uint64_t all = result.totals.all_orders();
  fmt::format_to(out, "  {:<22}{:>16}{:>16}\n", "all", Grouped(all), rate(all));
  if (result.short_after_ns != kNever) {
    fmt::format_to(out, "  stock fell short for the first time after {}\n", Duration(result.short_after_ns));
  }
  if (result.unserved != 0) {
    fmt::format_to(out, "  {} customers came and were not served by the end: more came than could be served\n",
                   Grouped(result.unserved));
  }
  if (result.totals.overloaded != 0) {
    fmt::format_to(out, "  {} calls found no room for their events and were made again\n",
                   Grouped(result.totals.overloaded));
  }
}

void PutAnswers(const Result& result, Out out) {
  fmt::format_to(out, "\n{:<24}{:>16}{:>16}{:>16}\n", "answers", "ok", "already so", "refused");
  for (std::size_t call = IndexOf(Call::kAccept); call < kCalls; ++call) {
    const auto& codes = result.totals.answers[call];
    const std::uint64_t refused = std::accumulate(codes.begin() + 1, codes.end(), std::uint64_t{0});
    fmt::format_to(out, "  {:<22}{:>16}{:>16}{:>16}\n", Name(static_cast<Call>(call)), Grouped(codes.front()),
                   Grouped(result.totals.duplicates[call]), Grouped(refused));
  }
}

void PutLatencies(const Result& result, Out out) {
  if (result.is_virtual) return;
  fmt::format_to(out, "\n{:<24}{:>16}", "latency of a call", "calls");
  for (const Quantile& quantile : kQuantiles) fmt::format_to(out, "{:>10}", quantile.name);
  fmt::format_to(out, "{:>10}\n", "max");
  const auto row = [out](std::string_view name, const Histogram& timing) {
    if (timing.count() == 0) return;
    fmt::format_to(out, "  {:<22}{:>16}", name, Grouped(timing.count()));
    for (const Quantile& quantile : kQuantiles) fmt::format_to(out, "{:>10}", Duration(timing.ValueAt(quantile.ppm)));
    fmt::format_to(out, "{:>10}\n", Duration(timing.max()));
  };
  for (std::size_t call = 0; call < kCalls; ++call) row(Name(static_cast<Call>(call)), result.timings[call]);
  row("from arrival", result.waited);
  if (result.journal.has_value()) {
    row("place_durable", result.journal->durable);
    fmt::format_to(out, "  place_durable: one placed order in {}, from the call until it is on the disk\n",
                   kDurableEvery);
  }
  fmt::format_to(out, "  measuring alone reads {}: it is in every figure\n", Duration(result.stopwatch_ns));
}

void PutJournal(const JournalFigures& journal, Out out) {
  const JournalStats& stats = journal.stats;
  const auto nanos = [&](std::uint64_t ns) { return Duration(static_cast<std::uint64_t>(journal.PerBlock(ns))); };
  fmt::format_to(out, "\n{:<24}{:>16}{:>16}{:>16}\n", "journal", "in all", "a block", "a placed order");
  fmt::format_to(out, "  {:<22}{:>16}\n", "blocks", Grouped(stats.blocks));
  const auto row = [&](const char* name, std::uint64_t value) {
    fmt::format_to(out, "  {:<22}{:>16}{:>16.1f}{:>16.1f}\n", name, Grouped(value), journal.PerBlock(value),
                   journal.PerOrder(value));
  };
  row("changes", stats.changes);
  row("bytes of changes", stats.change_bytes);
  row("bytes", stats.bytes);
  fmt::format_to(out, "  {:<22}{:>16}{:>16}\n", "writing", Duration(stats.write_ns), nanos(stats.write_ns));
  fmt::format_to(out, "  {:<22}{:>16}{:>16}\n", "syncing", Duration(stats.sync_ns), nanos(stats.sync_ns));
  fmt::format_to(out, "  {:<22}{:>16}\n", "snapshots", Grouped(stats.snapshots));
  fmt::format_to(out, "  {} calls found a buffer full and waited for the disk, {} in all\n", Grouped(stats.waits),
                 Duration(stats.wait_ns));
  if (!stats.segment_problem.empty()) fmt::format_to(out, "  no next segment: {}\n", stats.segment_problem);
  if (!stats.snapshot_problem.empty()) fmt::format_to(out, "  no snapshot: {}\n", stats.snapshot_problem);
}

void PutLockWaits(const Result& result, Out out) {
  if (result.is_virtual) return;
  constexpr std::size_t kShown = 5;
  std::vector<std::size_t> order(result.shards.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto waits = [&](std::size_t shard) { return result.shards[shard].lock_waits; };
  const std::size_t shown = std::min(kShown, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [&](std::size_t a, std::size_t b) { return waits(a) > waits(b); });
  std::uint64_t all = 0, clamped = 0;
  for (const ShardStats& shard : result.shards) {
    all += shard.lock_waits;
    clamped += shard.time_clamped;
  }
  fmt::format_to(out, "\n{:<24}{:>16}\n", "lock waits", "times");
  for (std::size_t i = 0; i < shown && waits(order[i]) != 0; ++i) {
    fmt::format_to(out, "  {:<22}{:>16}\n", fmt::format("shard {}", order[i]), Grouped(waits(order[i])));
  }
  fmt::format_to(out, "  {:<22}{:>16}\n", fmt::format("all {} shards", result.shards.size()), Grouped(all));
  if (clamped != 0) fmt::format_to(out, "  {} calls came with a time behind their shard's\n", Grouped(clamped));
}

void PutEvents(const Result& result, Out out) {
  constexpr std::array kShown = {Audience::kMember, Audience::kCustomer, Audience::kLogistics};
  fmt::format_to(out, "\n{:<24}", "events taken away");
  for (const Audience audience : kShown) fmt::format_to(out, "{:>16}", Name(audience));
  fmt::format_to(out, "\n");
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    const auto type = static_cast<EventType>(i);
    const auto told = [&](Audience audience) { return result.totals.told(audience, type); };
    if (std::none_of(kShown.begin(), kShown.end(), [&](Audience audience) { return told(audience) != 0; })) continue;
    fmt::format_to(out, "  {:<22}", Name(type));
    for (const Audience audience : kShown) {
      fmt::format_to(out, "{:>16}", Tells(type, audience) ? Grouped(told(audience)) : "-");
    }
    fmt::format_to(out, "\n");
  }
}

void PutUnits(const Result& result, Out out) {
  const auto row = [&](const char* who, const UnitSums& sums) {
    fmt::format_to(out, "  {:<22}", who);
    for (const std::int64_t value :
         {sums.supplied, sums.available, sums.held, sums.sold, sums.written_off, sums.pending}) {
      fmt::format_to(out, "{:>16}", Grouped(value));
    }
    fmt::format_to(out, "\n");
  };
  fmt::format_to(out, "\n{:<24}{:>16}{:>16}{:>16}{:>16}{:>16}{:>16}\n", "units", "supplied", "available", "held",
                 "sold", "written off", "orders pending");
  row("the engine says", result.verdict.engine());
  row("loadgen counted", result.verdict.counted());
}

void PutIdentity(const Result& result, Out out) {
  const Verdict& verdict = result.verdict;
  if (verdict.ok()) {
    fmt::format_to(out, "\nidentity: intact for {} {}: every unit and every event is accounted for\n",
                   Grouped(verdict.products()), verdict.products() == 1 ? "product" : "products");
    return;
  }
  constexpr std::size_t kShown = 20;
  fmt::format_to(out, "\nIDENTITY BROKEN: {} of the engine's figures are not what was counted\n",
                 Grouped(verdict.difference_count()));
  for (std::size_t i = 0; i < std::min(kShown, verdict.differences().size()); ++i) {
    const Difference& difference = verdict.differences()[i];
    fmt::format_to(out, "  {}: the engine says {}, counted {}\n", difference.what, difference.engine,
                   difference.counted);
  }
  if (verdict.difference_count() > kShown) {
    fmt::format_to(out, "  and {} more\n", Grouped(verdict.difference_count() - kShown));
  }
}

}  // namespace

std::string Table(const Result& result) {
  std::string text;
  const Out out = std::back_inserter(text);
  fmt::format_to(out, "{}\n{:.3f} s, engine " FLEXSTOCK_VERSION "\n\n", result.headline, result.seconds);
  PutOrders(result, out);
  PutAnswers(result, out);
  PutLatencies(result, out);
  if (result.journal.has_value()) PutJournal(*result.journal, out);
  PutLockWaits(result, out);
  PutEvents(result, out);
  PutUnits(result, out);
  PutIdentity(result, out);
  return text;
}

}  // namespace flexstock::loadgen
