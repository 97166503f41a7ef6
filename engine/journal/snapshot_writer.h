// SnapshotWriter: the file of a snapshot, block by block. It has its name only when it is whole and on the disk.
//
//   begin │ shard, orders, orders ..., products ... │ (the next shard) ... │ events ... │ end
//
// Threads  One at a time.
// Errors   Empty, or what failed, with the file's name; the file is then nobody's, and the next one replaces it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/journal/block_writer.h"
#include "engine/journal/epoch_writer.h"
#include "engine/journal/format.h"
#include "engine/memory/pool.h"
#include "engine/outbox/unconfirmed.h"
#include "engine/shard/shard.h"
#include "flexstock/storage.h"

namespace flexstock::journal {

// Where a snapshot stands in the journal.
struct SnapshotBegin {
  std::uint64_t segment = 0;  // the first that is needed with it
  Link before;                // its first block: where the chain goes on
};
struct SnapshotEnd {
  Epoch epoch = 0;                  // the journal must reach it
  std::uint64_t next_position = 0;  // of events: what is before it is in the snapshot, if it is not confirmed
  Confirmed confirmed{};
  std::vector<Position> positions;
  std::uint64_t orders = 0, products = 0;  // images in the file
};

class SnapshotWriter {
 public:
  SnapshotWriter(Storage& storage, std::string directory, const FileHeader& like)
      : storage_(storage), directory_(std::move(directory)), header_(like) {}
  // What has not got its name is removed, as far as the disk lets it: it would only take room.
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  [[nodiscard]] std::string Begin(const SnapshotBegin& begin);
  [[nodiscard]] std::string Add(std::uint32_t shard, const shard::Shard::Standing& standing);
  // A chunk: what is in these slots when the shard's newest change was `newest`.
  [[nodiscard]] std::string Add(std::uint32_t shard, memory::Range slots, std::uint64_t newest,
                                std::span<const shard::SlotImage> orders);
  [[nodiscard]] std::string Add(std::uint32_t shard, memory::Range slots, std::uint64_t newest,
                                std::span<const shard::ProductImage> products);
  [[nodiscard]] std::string Add(std::span<const shard::Change> events);
  // Syncs it and gives it its name.
  [[nodiscard]] std::string End(const SnapshotEnd& end);

  [[nodiscard]] std::uint64_t bytes() const { return offset_; }

 private:
  void BeginChunk(std::uint32_t shard, memory::Range slots, std::uint64_t newest, std::size_t count);
  [[nodiscard]] std::string Write(BlockKind kind, Epoch epoch = 0);

  Storage& storage_;
  const std::string directory_;
  FileHeader header_;
  std::string path_;  // of what has no name yet; empty: there is nothing
  std::unique_ptr<StorageFile> file_;
  std::uint64_t offset_ = 0;
  std::uint64_t previous_ = 0;
  std::uint64_t orders_ = 0, products_ = 0;
  BlockWriter block_;
  BlockWriter compressed_;
};

}  // namespace flexstock::journal
