// Options: fixed when an engine is opened. Every limit has a name here, and an answer (Code) when it is reached.
#pragma once

#include <string>
#include <vector>

#include "flexstock/clock.h"
#include "flexstock/events.h"
#include "flexstock/policy.h"
#include "flexstock/storage.h"

namespace flexstock {

struct Options {
  // Products are spread over so many locks, 1 .. 1024; 64 to 256 is the plateau. The answers do not depend on it as
  // long as callers' times do not run back and no limit below is reached.
  std::uint32_t shards = 64;

  // Most products, 1 .. 2^30. Code::kProductsFull.
  std::uint64_t products_max = std::uint64_t{1} << 24;
  // Most order slots, 1 .. 2^30: waiting orders and those not yet forgotten. Code::kOrdersFull. A shard that has used
  // a slot keeps it for its own next orders, so a shard may be full before the sum is (docs/embedding.md, Limits).
  std::uint64_t orders_max = std::uint64_t{1} << 26;

  // Memory for so many is taken and touched at Open, spread evenly over the shards, so that no order pays for a page
  // fault or a table that grows; at most what leaves each shard its even part of products_max and orders_max. 0 ..
  // products_max, orders_max, orders_max. 0: memory is taken as it is needed.
  std::uint64_t products_reserve = 0;
  std::uint64_t orders_reserve = 0;
  std::uint64_t keys_reserve = 0;

  // How long a settled order is remembered: its key stays taken, it counts for limits, commands on it are answered.
  Millis retention_ms = 86'400'000;  // >= 0

  // What a product has that does not override it.
  Policy policy{};

  // Who is told: only these audiences get a queue, and each must be polled (events.h).
  std::vector<Audience> audiences = {Audience::kMember, Audience::kCustomer, Audience::kLogistics};
  // Most changes that wait in one audience's queue, 1024 .. 2^30; 64 bytes each, reserved at Open. A change is
  // one event; to the feed, a confirmed order is one change and two events. With a journal: most changes that some
  // audience has not confirmed.
  std::uint64_t events_max = std::uint64_t{1} << 20;
  // Changes that one shard gathers before a caller hands them to the queues itself, 16 .. 2^20; 64 bytes each. With a
  // journal: before callers wait for the disk.
  std::uint32_t changes_max = 1024;

  // The time of calls that give none. nullptr: SystemClock(). Must outlive the engine.
  Clock* clock = nullptr;

  // Looks at who takes and waits for each shard's lock (contention.h): at everybody who waits, and at every so many-th
  // of the others, 1 .. 65 535; 64 is a good one. 0: off.
  std::uint32_t contention_sample = 0;

  // ---- Journal (docs/operations.md) ----
  // The directory that makes the engine durable; "": none, everything is gone with the process. Made if it is not
  // there; what it holds is recovered; locked against a second engine. `shards` must be what it was made with.
  std::string journal_dir;
  // The journal is files of so many bytes, 64 KiB .. 1 GiB, a multiple of 4096; two more than are needed are kept.
  std::uint64_t journal_segment_bytes = std::uint64_t{64} << 20;
  // A snapshot is taken, and older files are removed, when the journal has grown by so many bytes since the last one,
  // or by the size of that one if it is larger. 0: only by Engine::Snapshot. Needs `background`.
  std::uint64_t snapshot_every_bytes = std::uint64_t{1} << 30;
  // Threads that recover; 0: one a CPU.
  std::uint32_t recovery_threads = 0;
  // nullptr: SystemStorage(). Must outlive the engine.
  Storage* storage = nullptr;

  // A thread that every background_interval_ms expires what is due in quiet shards and hands events to the queues.
  // With a journal it also writes and syncs, as often as the disk can while somebody waits, and a second one takes
  // snapshots. false: nothing happens between calls; the caller uses Advance, Commit and Snapshot, and everything is
  // deterministic.
  bool background = true;
  Millis background_interval_ms = 1;  // 1 .. 60 000
};

// What is wrong with the options, naming the field and its range; empty if nothing is.
[[nodiscard]] std::string Problem(const Options& options);

}  // namespace flexstock
