// Stats: where the bytes of a journal's files go. Every byte is in one figure of those under "bytes".
#pragma once

#include <map>
#include <string>

#include "flexstock/storage.h"
#include "flexstock/types.h"

namespace flexstock::journal_tool {

struct Tally {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  void Add(std::uint64_t of) {
    ++count;
    bytes += of;
  }
};

struct Stats {
  std::string path;
  std::uint32_t format = 0, shards = 0;
  std::string engine;  // its id, 32 hex digits
  bool has_snapshot = false;
  Epoch snapshot_epoch = 0;
  Epoch first_epoch = 0, last_epoch = 0;  // in the segments; 0: no block is there

  struct {
    Tally snapshot;    // the newest: one, or none
    Tally segments;    // those that are needed with it
    Tally superseded;  // older snapshots and segments, not removed yet
    Tally leftovers;   // unfinished, or kept to be used again
    Tally all;
  } files;

  struct {
    std::uint64_t file_headers = 0;
    Tally block_headers;
    Tally changes;
    std::uint64_t sections = 0;          // which shards' they are; positions carried and confirmed
    std::uint64_t padding = 0;           // of blocks, to whole pages
    std::uint64_t first_pages = 0;       // what is behind the files' headers
    std::uint64_t rest = 0;              // not written yet, written once more, or of a file's life before
  } segments;                            // bytes of those that are needed
  std::map<std::string, Tally> changes;  // by type
  std::uint64_t orders_placed = 0;
  [[nodiscard]] std::uint64_t block_bytes() const {
    return segments.block_headers.bytes + segments.changes.bytes + segments.sections + segments.padding;
  }

  struct Packed {
    Tally blocks;               // in the file, headers and all
    std::uint64_t payload = 0;  // in the file
    std::uint64_t raw = 0;      // before compression
  };
  std::uint64_t snapshot_header = 0;                   // the file's
  std::map<std::string, Packed> snapshot;              // by what the blocks hold
  std::uint64_t orders = 0, products = 0, events = 0;  // in the snapshot
};

// Empty, or what is wrong, with file and offset.
[[nodiscard]] std::string ReadStats(Storage& storage, const std::string& path, Stats* stats);

[[nodiscard]] std::string TableOf(const Stats& stats);
[[nodiscard]] std::string JsonOf(const Stats& stats);

}  // namespace flexstock::journal_tool
