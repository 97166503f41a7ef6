// Recoverer: from the files of a journal to shards that stand as they stood.
//
// Newest snapshot, then every epoch behind it; both in parallel over the shards, because a shard's images and changes
// need nothing of another's. Any contradiction is refused: better no engine than a wrong one.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/journal/directory.h"
#include "engine/journal/epoch_block.h"
#include "engine/journal/journal_reader.h"
#include "engine/journal/shard_block.h"
#include "engine/journal/snapshot_reader.h"
#include "engine/memory/pool.h"
#include "engine/shard/restorer.h"
#include "flexstock/journal.h"

namespace flexstock {

class Recoverer {
 public:
  struct Target {
    shard::Shard* shards;
    std::uint32_t shard_count;
    memory::Pool<shard::Order>* orders;
    memory::Pool<shard::Product>* products;
  };
  // `audiences`: who may have to be told again.
  Recoverer(Storage& storage, std::string path, const journal::Directory& directory, const Target& target,
            const std::vector<Audience>& audiences, std::uint32_t threads);

  // Empty, or what is wrong, with file and offset.
  [[nodiscard]] std::string Run();

  // What the engine goes on from, once Run has gone well.
  Recovery report;
  journal::JournalReader::Tail tail;
  std::uint64_t next_position = 1;
  journal::Confirmed confirmed{};
  std::map<std::uint32_t, std::uint64_t> positions;  // by stream
  std::uint64_t snapshot_bytes = 0;                  // of the snapshot; 0: there is none
  std::uint64_t journal_bytes = 0;                   // of the blocks behind it
  std::vector<shard::Change> events;  // those that somebody may have to be told again, positions and all, in order

 private:
  struct Section;
  struct Unpacked;
  [[nodiscard]] std::string LoadSnapshot(Epoch epoch);
  // In `*room`, which is kept from one call to the next, each block has a place of its own.
  [[nodiscard]] std::string PutBack(const journal::SnapshotReader& reader, const std::vector<journal::Block>& blocks,
                                    std::vector<Unpacked>* room);
  [[nodiscard]] bool TakeEvents(const journal::Block& block);
  [[nodiscard]] bool PutBack(const journal::ShardBlock& block);
  [[nodiscard]] std::string LoadJournal();
  [[nodiscard]] std::string TakeBlock(const journal::Block& block, std::vector<std::vector<Section>>* by_shard);
  // Where the changes that may have to be told again go, by position.
  struct Told {
    std::uint64_t first = 0;
    std::span<shard::Change> changes;
  };
  // `first`: the position of the first change in it that the snapshot does not have.
  [[nodiscard]] std::string PutBack(const std::vector<std::vector<Section>>& by_shard, std::uint64_t first);
  [[nodiscard]] std::uint64_t FirstUnconfirmed() const;
  void DropConfirmed();
  [[nodiscard]] bool PutBack(const Section& section, const Told& told);
  [[nodiscard]] std::string Finish();
  // work(0) .. work(count - 1), on all threads.
  void ForEach(std::size_t count, const std::function<void(std::size_t)>& work) const;
  [[nodiscard]] std::string At(std::uint64_t offset) const;

  Storage& storage_;
  const std::string path_;
  const journal::Directory& directory_;
  const Target target_;
  const std::vector<Audience> audiences_;
  const std::uint32_t threads_;
  std::vector<shard::Restorer> restorers_;
  journal::SnapshotBegin begin_{.segment = 1, .before = {}};
  Epoch snapshot_epoch_ = 0;
  std::uint64_t orders_read_ = 0, products_read_ = 0;  // the snapshot's images
  std::uint64_t segment_number_ = 0;                   // being read
  journal::EpochBlock epoch_block_;                    // being read
};

}  // namespace flexstock
