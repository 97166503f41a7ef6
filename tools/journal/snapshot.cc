#include "tools/journal/snapshot.h"

#include <fmt/format.h>

#include "flexstock/engine.h"
#include "tools/journal/limits.h"
#include "tools/journal/looking_again.h"
#include "tools/journal/scan.h"

namespace flexstock::journal_tool {

std::string TakeSnapshot(Storage& storage, const std::string& path, const SnapshotOptions& given, std::string* report) {
  Scanned scanned;
  Limits limits;
  // Whether an engine runs is seen only when this one wants the lock.
  std::string problem = LookAgain([&] {
    limits = {};
    return Scan(storage, path, &limits, &scanned);
  });
  if (!problem.empty()) return problem;

  Options options = limits.OptionsFor(path, scanned, storage);
  options.orders_max = given.orders_max.value_or(options.orders_max);
  options.products_max = given.products_max.value_or(options.products_max);
  options.retention_ms = given.retention_ms.value_or(options.retention_ms);
  options.audiences = given.audiences.value_or(
      std::vector<Audience>{Audience::kMember, Audience::kCustomer, Audience::kLogistics, Audience::kFeed});
  const auto [engine, refused] = Engine::Open(options);
  if (engine == nullptr) return refused;
  if (problem = engine->Snapshot(); !problem.empty()) return problem;
  const JournalStats journal = engine->Journal();
  *report = fmt::format("{}: snapshot of epoch {}, {} bytes; {} segments", path, journal.snapshot_epoch,
                        journal.snapshot_bytes, journal.segments);
  return {};
}

}  // namespace flexstock::journal_tool
