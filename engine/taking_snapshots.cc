// Taking snapshots: shard by shard, a few thousand slots under the lock at a time, while callers go on.
//
// A chunk is what its slots held at one instant, and says which of its shard's changes it has. Orders are copied before
// products: recovery then knows, for every change behind, whether the order, the product, or both have it already
// (engine/shard/restorer.h). So the chunks of a shard need not be of one instant, and nobody waits for more than one.
//
// What the snapshot has must be in the journal as well before anything is removed: the epoch that was open when the
// last chunk was copied is committed first, and the events that wait then are part of the snapshot.
#include <algorithm>
#include <new>

#include "engine/base/seeded_bugs.h"
#include "engine/engine_impl.h"
#include "engine/journal/snapshot_writer.h"

namespace flexstock {
namespace {

// 128 kB of orders: some tens of microseconds under the lock.
constexpr std::uint32_t kChunk = 2048;

// Calls piece(slots) for runs of at most kChunk slots; its first problem, or none.
template <typename Piece>
std::string InChunks(const std::vector<memory::Range>& ranges, Piece&& piece) {
  for (const memory::Range& range : ranges) {
    for (std::uint32_t first = range.first; first < range.end; first += kChunk) {
      if (std::string problem = piece(memory::Range{first, std::min(range.end, first + kChunk)}); !problem.empty()) {
        return problem;
      }
    }
  }
  return {};
}

}  // namespace

std::string Engine::Impl::Snapshot() {
  if (!journaled()) return "there is no journal: Options::journal_dir is empty";
  const std::lock_guard lock(snapshot_mutex_);
  // Tried again only when the journal has grown as much once more, however this one ends.
  snapshot_at_bytes_ = JournalBytes();
  std::string problem;
  try {
    problem = TakeSnapshot();
  } catch (const std::bad_alloc&) {
    problem = "there is no memory for a snapshot";
  }
  const std::lock_guard said(problems_mutex_);
  snapshot_problem_ = problem;
  return problem;
}

std::string Engine::Impl::TakeSnapshot() {
  journal::SnapshotWriter writer(*storage_, directory_, file_header_);
  // Read before the first chunk: whatever changes behind a chunk is written to this segment or a later one.
  journal::SnapshotBegin begin;
  {
    const std::lock_guard lock(commit_mutex_);
    begin = {.segment = writer_->segments().number(), .before = writer_->before_segment()};
  }
  if (std::string problem = writer.Begin(begin); !problem.empty()) return problem;
  if (std::string problem = CopyShards(&writer); !problem.empty()) return problem;
  Epoch epoch = 0;
  if (std::string problem = EndSnapshot(&writer, &epoch); !problem.empty()) return problem;
  snapshots_.fetch_add(1, std::memory_order_relaxed);
  snapshot_epoch_.store(epoch, std::memory_order_relaxed);
  snapshot_bytes_.store(writer.bytes(), std::memory_order_relaxed);

  // It is whole and on the disk: what it makes superfluous may go.
  std::string problem = RemoveSnapshotsBefore(epoch);
  // Until this life has an epoch of its own on the disk, the last block is known by a copy (StartJournal); what it is a
  // copy of may be in one of these segments, and in a file that is used again it would seem to be another copy.
  const bool may_reuse = durable_.durable() > recovery_.epoch;
  const std::uint64_t first = begin.segment + (base::Seeded(base::Bug::kRemoveSegmentTooEarly) ? 1 : 0);
  if (std::string wrong = writer_->segments().Retire(first, may_reuse); problem.empty()) problem = std::move(wrong);
  return problem;
}

std::string Engine::Impl::RemoveSnapshotsBefore(Epoch epoch) {
  std::vector<std::string> names;
  if (const int error = storage_->List(directory_, &names); error != 0) {
    return journal::IoProblem("list", directory_, error);
  }
  std::string problem;
  for (const std::string& name : names) {
    std::uint64_t number = 0;
    if (!journal::IsSnapshotName(name, &number) || number >= epoch) continue;
    const std::string path = directory_ + "/" + name;
    if (const int error = storage_->Remove(path); error != 0) problem = journal::IoProblem("remove", path, error);
  }
  return problem;
}

std::string Engine::Impl::CopyShards(journal::SnapshotWriter* writer) {
  std::vector<shard::SlotImage> orders;
  std::vector<shard::ProductImage> products;
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    shard::Shard& shard = At(i);
    shard::Shard::Standing standing{};
    std::vector<memory::Range> ranges;
    {
      const shard::Entered entered(shard);
      standing = shard.Stand();
      ranges = shard.order_ranges();
    }
    if (std::string problem = writer->Add(i, standing); !problem.empty()) return problem;

    const auto copy = [&](memory::Range slots, auto* images) -> std::string {
      // Only the engine's own thread can be here then, and whoever closes it waits.
      if (is_ending_.load(std::memory_order_relaxed)) return "the engine was closed meanwhile";
      images->clear();
      std::uint64_t newest = 0;
      {
        const shard::Entered entered(shard);
        shard.Copy(slots, images);
        newest = shard.Stand().newest;
      }
      // What was empty then has only changes behind.
      return images->empty() ? "" : writer->Add(i, slots, newest, *images);
    };
    std::string problem = InChunks(ranges, [&](memory::Range slots) { return copy(slots, &orders); });
    if (!problem.empty()) return problem;
    {
      const shard::Entered entered(shard);
      ranges = shard.product_ranges();
    }
    problem = InChunks(ranges, [&](memory::Range slots) { return copy(slots, &products); });
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string Engine::Impl::EndSnapshot(journal::SnapshotWriter* writer, Epoch* epoch) {
  journal::SnapshotEnd end;
  std::vector<outbox::Unconfirmed::Run> runs;
  Code code = Code::kOk;
  {
    const std::lock_guard lock(commit_mutex_);
    code = CommitLocked(/*in_any_case=*/true);
    runs = unconfirmed_.Runs();
    end.epoch = *epoch = durable_.durable();
    end.next_position = next_position_;
    end.confirmed = ConfirmedNow();
    end.positions = positions_->All();
  }
  durable_.Tell();
  if (code == Code::kReadOnly) return "the engine is read-only: " + Journal().failure;
  for (const outbox::Unconfirmed::Run& run : runs) {
    if (std::string problem = writer->Add(run.changes()); !problem.empty()) return problem;
  }
  return writer->End(end);
}

}  // namespace flexstock
