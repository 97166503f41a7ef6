// Scan: goes once through the newest snapshot and all segments behind it, checks every byte of them, and shows what is
// there to a visitor, piece by piece, in order.
//
// What is checked: every file's header; every block's hash and chain; that every record and image can be read; that the
// numbers of each shard's changes and the positions of all have no gaps; that the journal reaches the snapshot. Whether
// the state that they lead to holds together is for an engine to say (verify.h).
//
// Read-only. Beside a running engine it may find files gone that were there a moment ago: see looking_again.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "engine/journal/epoch_block.h"
#include "engine/journal/journal_reader.h"
#include "engine/journal/snapshot_reader.h"
#include "engine/shard/record.h"

namespace flexstock::journal_tool {

// Where a change is among all others.
struct ChangeAt {
  Epoch epoch = 0;
  std::uint64_t position = 0;
  std::uint32_t shard = 0;
  std::uint64_t number = 0;  // in its shard
};

// Every call is optional. What is given is good during the call.
class Visitor {
 public:
  virtual ~Visitor() = default;

  // ---- The snapshot, if there is one ----
  // Before what is in it. `raw`: its payload's size before compression. Not of the first block and the last.
  virtual void OnSnapshotBlock(const journal::Block& /*block*/, std::size_t /*raw*/) {}
  virtual void OnOrders(std::uint32_t /*shard*/, std::span<const shard::SlotImage> /*orders*/) {}
  virtual void OnProducts(std::uint32_t /*shard*/, std::span<const shard::ProductImage> /*products*/) {}
  virtual void OnEvents(std::span<const shard::Change> /*events*/) {}
  virtual void OnSnapshotEnd(const journal::SnapshotEnd& /*end*/) {}

  // ---- The journal ----
  virtual void OnBlock(std::uint64_t /*segment*/, const journal::Block& /*block*/,
                       const journal::EpochBlock& /*epoch*/) {}
  // A change of it, and how many bytes it has there.
  virtual void OnRecord(const ChangeAt& /*at*/, const shard::Record& /*record*/, std::size_t /*bytes*/) {}
};

struct Scanned {
  journal::Directory directory;
  bool has_snapshot = false;
  Epoch snapshot_epoch = 0;
  journal::SnapshotBegin begin{.segment = 1, .before = {}};  // where reading the journal began
  std::uint64_t snapshot_bytes = 0;
  std::uint64_t segments = 0;  // read
  std::uint64_t segment_bytes = 0;
  std::uint64_t blocks = 0;
  std::uint64_t changes = 0;
  Epoch first_epoch = 0;  // in the journal's blocks; 0: there is none
  journal::JournalReader::Tail tail;
  std::string torn;  // see JournalReader
};

// "order_confirmed", ... , "product_image", "superseded".
[[nodiscard]] std::string_view NameOfChange(EventType type);

// Empty, or what is wrong, with file and offset: the first of it. What can be read all the same is shown: the journal up
// to where its chain of blocks breaks, a snapshot up to its damage. `scanned` is then what was found of it.
[[nodiscard]] std::string Scan(Storage& storage, const std::string& path, Visitor* visitor, Scanned* scanned);

}  // namespace flexstock::journal_tool
