#include "bench/opening.h"

#include <chrono>
#include <filesystem>

#include "bench/apart.h"
#include "bench/caller.h"
#include "bench/die.h"
#include "bench/resident.h"

namespace flexstock::bench {
namespace {

constexpr double kMiB = 1 << 20;
constexpr double kNsAnImageMax = 200;  // 5 million a second
constexpr double kMemoryMax = 1.3;

// Where an opened engine comes from.
struct Source {
  std::string journal_dir;
  Comparison time, memory;
};

struct Content {
  std::uint64_t orders, pending;
  Units available, sold, supplied;
  friend bool operator==(const Content&, const Content&) = default;
};

struct Written {
  double resident_mib;
  Content content;
};

struct Opened {
  double ns_an_image;
  double resident_mib_max;
};

Content ContentOf(Engine& engine) {
  const AuditReport audit = engine.Audit();
  if (!audit.ok()) Die("the identity is broken for " + std::to_string(audit.broken_count) + " products");
  return {.orders = audit.orders,
          .pending = audit.pending,
          .available = audit.available,
          .sold = audit.sold,
          .supplied = audit.supplied};
}

Written Write(const Setting& setting, std::uint64_t orders) {
  const Draws& draws = Draws::Of(Spread::kUniform, setting.products);
  const double before = ResidentBytes();
  Stage stage(setting);
  Caller caller(stage, draws, {}, 0, 1);
  for (std::uint64_t i = 0; i < orders / kEpochOrders; ++i) caller.Epoch();
  const Written written{.resident_mib = (ResidentBytes() - before) / kMiB, .content = ContentOf(stage.engine())};
  if (std::string problem = caller.Leave(); !problem.empty()) Die(problem);
  return written;
}

void TakeSnapshot(const Setting& setting) {
  if (std::string problem = OpenEngine(setting, nullptr)->Snapshot(); !problem.empty()) Die(problem);
}

Opened Open(const Setting& setting, const Content& content) {
  const double before = ResidentBytes();
  const auto from = std::chrono::steady_clock::now();
  const std::unique_ptr<Engine> engine = OpenEngine(setting, nullptr);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - from;
  const double most = ResidentBytesMax();
  const Recovery& recovery = engine->recovery();
  if (!recovery.recovered) Die(setting.journal_dir + ": nothing came back");
  // Behind a snapshot the journal's last segment may have changes from before it: they are no images.
  const bool by_snapshot = recovery.snapshot_epoch != 0;
  const std::uint64_t images = by_snapshot ? recovery.products + recovery.orders : recovery.changes;
  if (ContentOf(*engine) != content) Die(setting.journal_dir + ": what came back is not what was there");
  return {.ns_an_image = took.count() / static_cast<double>(images), .resident_mib_max = (most - before) / kMiB};
}

}  // namespace

double Opening::DiskBytes() const {
  // The journal twice and a snapshot, and segments made ahead.
  return static_cast<double>(2 * (60 * products + 20 * orders) + 60 * products + 30 * orders + 10 * segment_bytes);
}

Setting Opening::SettingOf(const std::string& journal_dir) const {
  // Enough for about three orders in four.
  constexpr Units kUnitsAnOrder = 2;
  const auto stock = static_cast<Units>(kUnitsAnOrder * orders / products) * 3 / 4;
  return {.products = products,
          .stock = stock,
          .retention_ms = kRemembered,
          .reserve_products = false,
          .journal_dir = journal_dir,
          .journal_segment_bytes = segment_bytes};
}

std::vector<Outcome> Opening::Measure(int rounds) const {
  static const Source kSources[] = {
      {"/journal",
       {"an image opened, from the journal alone", Figure::kAlone, kNsAnImageMax, false, nullptr},
       {"MiB: most while opening / before, from the journal", Figure::kTime, kMemoryMax, false, nullptr}},
      {"/snapshot",
       {"an image opened, from a snapshot alone", Figure::kAlone, kNsAnImageMax, false, nullptr},
       {"MiB: most while opening / before, from a snapshot", Figure::kTime, kMemoryMax, false, nullptr}}};
  const Written written = Apart([&] { return Write(SettingOf(journal_dir()), orders); });
  std::filesystem::copy(journal_dir(), snapshot_dir());
  (void)Apart([&] { return TakeSnapshot(SettingOf(snapshot_dir())), true; });

  std::vector<Outcome> outcomes;
  for (const Source& source : kSources) {
    for (const Comparison* comparison : {&source.time, &source.memory}) {
      outcomes.push_back({.comparison = comparison, .rounds = {}, .problem = {}});
    }
  }
  for (int round = 0; round < rounds; ++round) {
    auto outcome = outcomes.begin();
    for (const Source& source : kSources) {
      const Setting setting = SettingOf(directory + source.journal_dir);
      const Opened opened = Apart([&] { return Open(setting, written.content); });
      (outcome++)->rounds.push_back({.a_ns = opened.ns_an_image});
      (outcome++)->rounds.push_back({.a_ns = opened.resident_mib_max, .b_ns = written.resident_mib});
    }
  }
  return outcomes;
}

}  // namespace flexstock::bench
