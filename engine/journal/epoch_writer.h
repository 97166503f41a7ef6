// EpochWriter: an epoch's changes, as they come out of the shards, on their way to one block of the journal.
//
//   shard 5: its changes │ shard 17: its changes │ ... │ positions that commands carried │ what audiences confirmed
//
// Threads  One at a time (whoever commits).
// Errors   As Segments: after one, never again.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <string>

#include "engine/journal/block_writer.h"
#include "engine/journal/segments.h"
#include "engine/memory/hash_map.h"
#include "engine/shard/change.h"
#include "engine/shard/policy_table.h"
#include "flexstock/journal.h"

namespace flexstock::journal {

// What an audience has confirmed: everything up to this position.
using Confirmed = std::array<std::uint64_t, kAudiences>;

class EpochWriter {
 public:
  // `last`: the block that was written last. `before_segment`: the one before the first of the segment being written.
  // An epoch of more bytes than `payload_max` is refused: no block can say how long it is.
  EpochWriter(std::unique_ptr<Segments> segments, EngineId engine, Link last, Link before_segment,
              shard::PolicyTable& policies, std::uint64_t payload_max = kPayloadMax)
      : segments_(std::move(segments)),
        engine_(engine),
        last_(last),
        before_segment_(before_segment),
        policies_(policies),
        payload_max_(payload_max) {}

  void Begin() { block_.Begin(); }
  // Shard by shard, what changed. `newest`: the number in its shard of the last of `changes`. Policies that the changes
  // hold are released.
  void Add(std::uint32_t shard, std::uint64_t newest, std::span<const shard::Change> changes);
  // Writes and syncs it, with what the epoch's commands carried, and, unless it is nullptr, what is confirmed now.
  // `position`: of the epoch's first change.
  [[nodiscard]] std::string End(Epoch epoch, std::uint64_t position, std::span<const Position> carried,
                                const Confirmed* confirmed);
  // The engine is being closed.
  [[nodiscard]] std::string Close(Epoch epoch, std::uint64_t position);

  // Where whoever needs nothing of the segments before the one being written begins to read.
  [[nodiscard]] Link before_segment() const { return before_segment_; }
  [[nodiscard]] Segments& segments() { return *segments_; }
  [[nodiscard]] const Segments& segments() const { return *segments_; }

  // Written, in all. Any thread reads.
  std::atomic<std::uint64_t> blocks{0}, changes{0}, bytes{0}, change_bytes{0};

 private:
  void MarkSuperseded(std::span<const shard::Change> run);
  [[nodiscard]] std::string Write(BlockKind kind, Epoch epoch, std::uint64_t position);

  const std::unique_ptr<Segments> segments_;
  const EngineId engine_;
  Link last_;
  Link before_segment_;
  shard::PolicyTable& policies_;
  const std::uint64_t payload_max_;
  BlockWriter block_;
  std::vector<bool> superseded_;                        // of the run at hand
  memory::HashMap<std::uint32_t, bool> image_follows_;  // by product: what comes next of it in the run is an image
};

}  // namespace flexstock::journal
