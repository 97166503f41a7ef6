#include "tools/journal/verify.h"

#include <fmt/format.h>

#include "flexstock/engine.h"
#include "tools/journal/frozen_view.h"
#include "tools/journal/limits.h"
#include "tools/journal/looking_again.h"
#include "tools/journal/private_view.h"
#include "tools/journal/remedy.h"
#include "tools/journal/scan.h"

namespace flexstock::journal_tool {
namespace {

std::string Count(std::uint64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string Report(const std::string& path, const Scanned& scanned) {
  std::string report = path + ": whole: ";
  report += scanned.has_snapshot ? fmt::format("snapshot of epoch {}", scanned.snapshot_epoch) : "no snapshot";
  report += ", " + Count(scanned.segments, "segment") + ", " + Count(scanned.blocks, "block");
  if (scanned.first_epoch != 0) {
    report += fmt::format(", epochs {} to {}", scanned.first_epoch, scanned.tail.block.epoch);
  }
  report += ", " + Count(scanned.changes, "change");
  return report + (scanned.tail.closed ? ", closed in order" : ", not closed");
}

// Empty if an engine comes back from it and its units add up. It finds what was scanned: the limits are measured on
// that, and a running engine may be beyond them by now.
std::string Recover(Storage& storage, const std::string& path, const Scanned& scanned, const Limits& limits,
                    std::string* report) {
  FrozenView frozen(storage, path, scanned);
  PrivateView view(frozen);
  Options options = limits.OptionsFor(path, scanned, view);
  options.journal_segment_bytes = 64 << 10;  // of the segments that it makes, in memory
  auto [engine, problem] = Engine::Open(options);
  if (engine == nullptr) return problem;
  const AuditReport audit = engine->Audit();
  if (!audit.ok()) {
    return fmt::format("{}: units do not add up for {}, the first is product {}", path,
                       Count(audit.broken_count, "product"), static_cast<std::int64_t>(audit.broken.front()));
  }
  *report = fmt::format("; recovered: {}, {}, every product's units add up", Count(audit.products, "product"),
                        Count(audit.orders, "order"));
  return {};
}

}  // namespace

Verified Verify(Storage& storage, const std::string& path, bool deep) {
  Verified verified;
  LookAgain([&] {
    verified = {};
    Scanned scanned;
    Limits limits;
    Visitor nothing;
    Visitor* const visitor = deep ? &limits : &nothing;
    verified.problem = Scan(storage, path, visitor, &scanned);
    verified.remedy = RemedyFor(verified.problem);
    std::string recovered;
    if (verified.problem.empty() && deep) verified.problem = Recover(storage, path, scanned, limits, &recovered);
    if (!verified.problem.empty()) return verified.problem;
    verified.report = Report(path, scanned) + recovered;
    // Where an engine was closed in order it has left no write unfinished. What looks like a part of one is from the
    // life before of a segment that was used again.
    if (scanned.torn.empty() || scanned.tail.closed) return std::string();
    verified.remarks.push_back(scanned.torn + "; or an engine is at work, and writes it now");
    return scanned.torn;
  });
  return verified;
}

}  // namespace flexstock::journal_tool
