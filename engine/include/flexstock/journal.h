// What a caller of a journaled engine reads and says: positions, how recovery went, how the journal is doing.
#pragma once

#include <cstdint>
#include <string>

#include "flexstock/types.h"

namespace flexstock {

// Where the caller stands in a log of his own that he feeds the engine from (a Kafka partition, a file). A command that
// carries it makes it durable together with its own changes, or neither: after a crash, Engine::FindPosition says
// behind which offset to go on, and nothing is applied twice or left out. One thread at a time for a stream.
inline constexpr std::uint32_t kStreamsMax = 1024;
struct Position {
  std::uint32_t stream = 0;  // 0 .. kStreamsMax-1, the caller's choice
  std::uint64_t offset = 0;  // 0 .. 2^63-1; the caller's count. Rises
  friend bool operator==(const Position&, const Position&) = default;
};

// The time of a command, and optionally a position that it carries. Converts from a plain time.
struct When {
  constexpr When(Millis at = kNow, const Position* carried = nullptr) : at_ms(at), position(carried) {}
  Millis at_ms;              // kNow: the clock's
  const Position* position;  // nullptr: none. Read during the call
};

// What Engine::Open found in Options::journal_dir.
struct Recovery {
  bool recovered = false;      // false: the directory had no journal; a new one was begun
  Epoch epoch = 0;             // the last epoch that came back; all before it did, none after it
  Epoch snapshot_epoch = 0;    // the snapshot's, 0: there was none
  std::uint64_t products = 0;  // images in the snapshot
  std::uint64_t orders = 0;    // likewise, of those forgotten meanwhile, too
  std::uint64_t changes = 0;   // read from the journal behind it; the snapshot may have some of them already
  std::uint64_t bytes_read = 0;
  std::uint64_t events_waiting = 0;  // changes that somebody has not confirmed: they are told again
  std::string torn;  // a write that the crash cut short, and which nobody was told was durable: where; or ""
  double seconds = 0;
};

// How the journal is doing. Counters only grow, from Open on.
struct JournalStats {
  Epoch durable_epoch = 0;
  std::uint64_t blocks = 0;          // epochs written: those in which something changed
  std::uint64_t changes = 0;         // in them
  std::uint64_t bytes = 0;           // written for them, blocks padded to pages
  std::uint64_t change_bytes = 0;    // of them, the changes themselves
  std::uint64_t write_ns = 0;        // time in writes, all together
  std::uint64_t sync_ns = 0;         // time in syncs
  std::uint64_t waits = 0;           // calls that found a change buffer full and waited for the disk
  std::uint64_t wait_ns = 0;         // how long, all together
  std::uint64_t segments = 0;        // files of the journal now
  std::uint64_t snapshots = 0;       // taken
  Epoch snapshot_epoch = 0;          // of the newest
  std::uint64_t snapshot_bytes = 0;  // its size
  std::string segment_problem;       // why the next file cannot be made ahead (Options::background makes it), or empty
  std::string snapshot_problem;      // what went wrong with the last one, or with removing what it replaces; or empty
  std::string failure;               // why the engine is read-only; empty if it is not
};

}  // namespace flexstock
