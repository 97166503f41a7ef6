// durable: what does it cost that nothing is lost? Orders that are on the disk beside orders that are not, how long one
// waits for the disk, how fast an engine comes back, and where the bytes go. Exits 0 whether the marks are met or not,
// since a noisy neighbour decides that as well; 1 if a unit or an event is missing, or the journal has failed.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "bench/beside_snapshot.h"
#include "bench/disk.h"
#include "bench/durable_sides.h"
#include "bench/opening.h"
#include "bench/ratios_report.h"
#include "bench/round_trip.h"
#include "bench/scratch.h"
#include "bench/size.h"
#include "engine/journal/format.h"
#include "tools/journal/stats.h"

namespace flexstock::bench {
namespace {

struct Wanted {
  int rounds = 11;
  std::string json;
  std::string directory = FLEXSTOCK_BENCH_DIR;
};

constexpr double kSlower = 10;         // waiting is measured at a tenth of the load that is the most
constexpr double kBytesMax = 40;       // an order
constexpr double kPlacingBytes = 4e9;  // what placing writes until a snapshot makes room, and that
constexpr int kOpeningsMax = 5;

std::uint64_t SegmentBytes() { return std::max<std::uint64_t>(journal::PageUp(Sized(64 << 20)), 64 << 10); }

journal_tool::Stats StatsOf(const std::string& journal_dir) {
  journal_tool::Stats stats;
  if (std::string problem = journal_tool::ReadStats(SystemStorage(), journal_dir, &stats); !problem.empty()) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    std::exit(1);
  }
  return stats;
}

double AnOrder(std::uint64_t bytes, std::uint64_t orders) {
  return static_cast<double>(bytes) / static_cast<double>(std::max<std::uint64_t>(orders, 1));
}

// The journal's bytes an order placed, and what they are.
std::vector<Size> JournalSizes(const std::string& journal_dir, const std::string& what, double mark) {
  const journal_tool::Stats stats = StatsOf(journal_dir);
  const std::uint64_t orders = stats.orders_placed;
  std::vector<Size> sizes{{"on disk an order, " + what, AnOrder(stats.block_bytes(), orders), mark}};
  for (const auto& [name, changes] : stats.changes) sizes.push_back({"  " + name, AnOrder(changes.bytes, orders)});
  sizes.push_back({"  headers of blocks", AnOrder(stats.segments.block_headers.bytes, orders)});
  sizes.push_back({"  which shards, and positions", AnOrder(stats.segments.sections, orders)});
  sizes.push_back({"  padding to pages", AnOrder(stats.segments.padding, orders)});
  return sizes;
}

std::vector<Size> SnapshotSizes(const std::string& journal_dir) {
  const journal_tool::Stats stats = StatsOf(journal_dir);
  std::vector<Size> sizes;
  for (const auto& [kind, count] : {std::pair("orders", stats.orders), std::pair("products", stats.products)}) {
    const journal_tool::Stats::Packed& packed = stats.snapshot.at(kind);
    sizes.push_back({std::string("in a snapshot one of the ") + kind, AnOrder(packed.blocks.bytes, count)});
    sizes.push_back({"  before compression", AnOrder(packed.raw, count)});
  }
  return sizes;
}

class Results {
 public:
  const Outcome& Add(Outcome outcome) {
    PrintLine(outcome);
    wrong_ = wrong_ || !outcome.problem.empty();
    return outcomes_.emplace_back(std::move(outcome));
  }
  void Add(const std::vector<Size>& sizes) {
    for (const Size& size : sizes) PrintLine(size);
    sizes_.insert(sizes_.end(), sizes.begin(), sizes.end());
  }
  [[nodiscard]] const std::vector<Outcome>& outcomes() const { return outcomes_; }
  [[nodiscard]] const std::vector<Size>& sizes() const { return sizes_; }
  // Units or events are missing.
  [[nodiscard]] bool wrong() const { return wrong_; }

 private:
  std::vector<Outcome> outcomes_;
  std::vector<Size> sizes_;
  bool wrong_ = false;
};

// Orders placed as fast as they are taken, and then at a tenth of that load; where the bytes of both are.
void MeasurePlacing(const std::string& directory, int rounds, Results* results) {
  const Setting plain{.products = Sized(100'000), .background = true};
  Setting placing = plain, waiting = plain;
  placing.journal_dir = directory + "/placing";
  waiting.journal_dir = directory + "/waiting";
  placing.journal_segment_bytes = waiting.journal_segment_bytes = SegmentBytes();

  const DurableSides sides(Sized(2048)), calm(Sized(256));
  const auto stage = std::make_shared<Stage>(placing);
  const auto disk = std::make_shared<Disk>(directory + "/zeros", 4 * SegmentBytes());
  // The disk itself is unsteady by a tenth.
  static Comparison to_plain{"durable / without a journal, Zipf, 1 thread", Figure::kRate, 0.6, false, nullptr};
  static Comparison to_disk{"or: durable / the disk alone, the same blocks", Figure::kTime, 1.1, false, nullptr};
  static Comparison to_limit{"call to durable, p99, a tenth of that / 3 x sync + 2 ms", Figure::kTime, 1, false,
                             nullptr};
  // Where this is late, the machine is, and no engine could have been in time.
  static Comparison noticing{"the machine alone: an arrival noticed beside syncs, p99", Figure::kAlone, 0, false,
                             nullptr};
  to_plain.sides = [&]() -> Comparison::Sides {
    return {sides.Placing(stage), sides.Placing(std::make_shared<Stage>(plain))};
  };
  to_disk.sides = [&]() -> Comparison::Sides { return {sides.Placing(stage), sides.OnDiskAlone(stage, disk)}; };
  const Outcome beside_plain = results->Add(Measure(to_plain, rounds));
  const Outcome beside_disk = results->Add(Measure(to_disk, rounds));
  std::printf("durable orders a second, one or the other: %s\n",
              beside_plain.met() || beside_disk.met() ? "met" : "MISSED");

  std::vector<double> ns_an_order;
  for (const Round& round : beside_plain.rounds) ns_an_order.push_back(round.a_ns);
  const double interval_ns = kSlower * Median(ns_an_order);
  to_limit.sides = [&]() -> Comparison::Sides {
    return {calm.Waiting(std::make_shared<Stage>(waiting), interval_ns), calm.Limit(disk)};
  };
  noticing.sides = [&]() -> Comparison::Sides { return {calm.Noticing(disk, interval_ns), nullptr}; };
  results->Add(Measure(to_limit, rounds));
  results->Add(Measure(noticing, rounds));
  results->Add(JournalSizes(placing.journal_dir, "Zipf, as fast as it goes", kBytesMax));
  results->Add(JournalSizes(waiting.journal_dir, "Zipf, a tenth of that", kBytesMax));
}

int RunIn(const std::string& directory, const Wanted& wanted) {
  const Opening opening{.directory = directory,
                        .products = Sized(1'000'000),
                        .orders = Sized(10'000'000),
                        .segment_bytes = SegmentBytes()};
  const double needed = opening.DiskBytes() + kPlacingBytes / static_cast<double>(Shrink());
  const BesideSnapshot beside{.directory = directory,
                              .products = Sized(1'000'000),
                              .orders = Sized(5'000'000),
                              .segment_bytes = SegmentBytes()};
  const FileSystem system = FileSystemOf(directory);
  std::printf("%s: %s%s, %.1f GB free; %.1f GB are needed, and given back\n", directory.c_str(), system.kind.c_str(),
              system.in_memory ? ", WHICH IS MEMORY AND NO DISK" : "", system.free_bytes / 1e9, needed / 1e9);
  if (system.free_bytes < needed) {
    std::fprintf(stderr, "durable: there is not room enough in %s: --dir names a directory on another disk\n",
                 directory.c_str());
    return 1;
  }
  const loadgen::Machine machine = loadgen::ThisMachine();
  const double round_trip_ns = RoundTripNs();
  PrintHead(machine, round_trip_ns);

  Results results;
  // First, because they fork.
  const int openings = std::min(wanted.rounds, kOpeningsMax);
  for (Outcome& outcome : opening.Measure(openings)) results.Add(std::move(outcome));
  for (Outcome& outcome : beside.Measure(openings)) results.Add(std::move(outcome));
  results.Add(JournalSizes(opening.journal_dir(), "ten a product, catalogue and all", kBytesMax));
  results.Add(SnapshotSizes(opening.snapshot_dir()));
  MeasurePlacing(directory, wanted.rounds, &results);
  if (!wanted.json.empty() &&
      !WriteJson(wanted.json, machine, round_trip_ns, /*quick=*/false, results.outcomes(), results.sizes())) {
    std::fprintf(stderr, "durable: %s cannot be written\n", wanted.json.c_str());
    return 1;
  }
  return results.wrong() ? 1 : 0;
}

int Run(int argc, char** argv) {
  Wanted wanted;
  CLI::App app("What does it cost that nothing is lost? Durable orders, waiting for the disk, recovery, bytes.",
               "durable");
  app.add_option("--json", wanted.json, "write everything, each round too, to this file")->type_name("FILE");
  app.add_option("--rounds", wanted.rounds, "how often each side has its turn; recovery 5 times at most")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--dir", wanted.directory,
                 "a directory on the disk to be measured: a new one is made in it, and removed")
      ->type_name("DIR")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return InScratch(wanted.directory, [&](const std::string& directory) { return RunIn(directory, wanted); });
}

}  // namespace
}  // namespace flexstock::bench

int main(int argc, char** argv) { return flexstock::bench::Run(argc, argv); }
