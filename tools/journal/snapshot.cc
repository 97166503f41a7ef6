#include "tools/journal/snapshot.h"

#include <fmt/format.h>

#include "engine/journal/segments.h"
#include "flexstock/engine.h"
#include "tools/journal/limits.h"
#include "tools/journal/looking_again.h"
#include "tools/journal/scan.h"

namespace flexstock::journal_tool {
namespace {

// Learns besides who has ever confirmed anything.
class Surveyor final : public Limits {
 public:
  void OnSnapshotEnd(const journal::SnapshotEnd& end) override { confirmed_ = end.confirmed; }
  void OnBlock(std::uint64_t /*segment*/, const journal::Block& /*block*/, const journal::EpochBlock& epoch) override {
    if (epoch.confirmed) confirmed_ = *epoch.confirmed;
  }
  // "member, customer": of `audiences`, those that have confirmed nothing.
  [[nodiscard]] std::string Silent(const std::vector<Audience>& audiences) const {
    std::string names;
    for (const Audience audience : audiences) {
      if (confirmed_[static_cast<std::size_t>(audience)] != 0) continue;
      if (!names.empty()) names += ", ";
      names += Name(audience);
    }
    return names;
  }

 private:
  journal::Confirmed confirmed_{};
};

// Segments that the engine has kept to use again. The next one would remove them; until then they are bytes to copy.
std::string RemoveLeftovers(Storage& storage, const std::string& path) {
  std::unique_ptr<StorageLock> lock;
  // An engine that was opened meanwhile has removed them, and what there is now is its own.
  if (storage.Lock(path + "/" + journal::kLockName, &lock) != 0) return {};
  journal::Directory directory;
  if (std::string problem = journal::ReadDirectory(storage, path, &directory); !problem.empty()) return problem;
  for (const std::string& name : directory.leftovers) {
    const std::string leftover = path + "/" + name;
    if (const int error = storage.Remove(leftover); error != 0) return journal::IoProblem("remove", leftover, error);
  }
  return {};
}

}  // namespace

std::string TakeSnapshot(Storage& storage, const std::string& path, const SnapshotOptions& given, std::string* report) {
  Scanned scanned;
  Surveyor limits;
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
  auto [engine, refused] = Engine::Open(options);
  if (engine == nullptr) return refused;
  if (problem = engine->Snapshot(); !problem.empty()) return problem;
  const JournalStats journal = engine->Journal();
  *report = fmt::format("{}: snapshot of epoch {}, {} bytes; {} segments", path, journal.snapshot_epoch,
                        journal.snapshot_bytes, journal.segments);
  const std::size_t kept = engine->recovery().events_waiting;
  if (const std::string silent = limits.Silent(options.audiences); kept != 0 && !silent.empty()) {
    *report += fmt::format(
        "\nnote: it has {} changes that somebody may have to be told of; {} never confirmed any. Whom there is no need "
        "to "
        "keep them for can be left out of --audiences",
        kept, silent);
  }
  engine.reset();
  return RemoveLeftovers(storage, path);
}

}  // namespace flexstock::journal_tool
