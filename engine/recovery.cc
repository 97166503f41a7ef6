#include "engine/recovery.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "engine/base/seeded_bugs.h"
#include "engine/journal/image.h"
#include "engine/journal/record.h"
#include "engine/outbox/expand.h"

namespace flexstock {

using journal::Block;
using journal::BlockKind;
using journal::Reader;

// One shard's part of one block.
struct Recoverer::Section : journal::Section {
  std::uint64_t offset = 0;    // of the block
  std::uint64_t position = 0;  // of its first change
  bool is_newer = false;       // than the snapshot
  bool broken = false;
};

// A block of a snapshot as it is worked on. Its memory is used again for the next: fresh memory, which the kernel must
// clear, was a fourth of the work.
struct Recoverer::Unpacked {
  std::vector<std::byte> memory;
  journal::ShardBlock block;
  std::string problem;
};

Recoverer::Recoverer(Storage& storage, std::string path, const journal::Directory& directory, const Target& target,
                     const std::vector<Audience>& audiences, std::uint32_t threads)
    : storage_(storage),
      path_(std::move(path)),
      directory_(directory),
      target_(target),
      audiences_(audiences),
      threads_(std::max(1u, std::min(threads, target.shard_count))) {
  restorers_.reserve(target.shard_count);
  for (std::uint32_t i = 0; i < target.shard_count; ++i) restorers_.emplace_back(target.shards[i]);
}

std::string Recoverer::At(std::uint64_t offset) const {
  return path_ + "/" + journal::SegmentName(segment_number_) + ": at " + std::to_string(offset) + ": ";
}

void Recoverer::ForEach(std::size_t count, const std::function<void(std::size_t)>& work) const {
  std::atomic<std::size_t> next{0};
  std::atomic_flag has_failed = ATOMIC_FLAG_INIT;
  std::exception_ptr failure;  // of the first that fails
  const auto run = [&]() noexcept {
    // relaxed: a count; joining orders what was done.
    try {
      for (std::size_t i = 0; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) work(i);
    } catch (...) {
      if (!has_failed.test_and_set(std::memory_order_relaxed)) failure = std::current_exception();
      next.store(count, std::memory_order_relaxed);
    }
  };
  std::vector<std::thread> others;
  others.reserve(threads_);
  try {
    for (std::uint32_t i = 1; i < threads_ && i < count; ++i) others.emplace_back(run);
  } catch (const std::exception&) {  // the system gives no more of them, or no memory for one: it takes longer
  }
  run();
  for (std::thread& other : others) other.join();
  if (failure != nullptr) std::rethrow_exception(failure);
}

std::string Recoverer::Run() {
  const auto begin = std::chrono::steady_clock::now();
  if (!directory_.snapshots.empty()) {
    if (std::string problem = LoadSnapshot(directory_.snapshots.back()); !problem.empty()) return problem;
  }
  if (std::string problem = LoadJournal(); !problem.empty()) return problem;
  DropConfirmed();
  if (std::string problem = Finish(); !problem.empty()) return problem;
  report.recovered = true;
  report.epoch = tail.block.epoch;
  report.snapshot_epoch = snapshot_epoch_;
  report.events_waiting = events.size();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return {};
}

// ---- Snapshot -----------------------------------------------------------------------------------------------------

std::string Recoverer::LoadSnapshot(Epoch epoch) {
  journal::SnapshotReader reader(storage_, path_, epoch);
  if (std::string problem = reader.Open(); !problem.empty()) return problem;
  begin_ = reader.begin();
  std::vector<Unpacked> room;
  for (std::vector<Block> blocks;;) {
    if (std::string problem = reader.Next(&blocks); !problem.empty()) return problem;
    if (blocks.empty()) break;
    if (std::string problem = PutBack(reader, blocks, &room); !problem.empty()) return problem;
  }
  const journal::SnapshotEnd& end = reader.end();
  const auto is_told = [&](std::uint64_t position) { return position < end.next_position; };
  if (orders_read_ != end.orders || products_read_ != end.products ||
      (!events.empty() && events.back().image + 1 != end.next_position) ||
      !std::all_of(end.confirmed.begin(), end.confirmed.end(), is_told)) {
    return reader.At(reader.bytes_read()) + "the snapshot's end contradicts what is before it: blocks are missing";
  }
  snapshot_epoch_ = end.epoch;
  next_position = end.next_position;
  confirmed = end.confirmed;
  for (const Position& at : end.positions) positions[at.stream] = at.offset;
  report.orders += end.orders;
  report.products += end.products;
  snapshot_bytes = reader.bytes_read();
  report.bytes_read += reader.bytes_read();
  return {};
}

std::string Recoverer::PutBack(const journal::SnapshotReader& reader, const std::vector<Block>& blocks,
                               std::vector<Unpacked>* room) {
  if (room->size() < blocks.size()) room->resize(blocks.size());
  std::vector<Unpacked>& read = *room;
  // Reading a block is most of the work, whosever it is.
  ForEach(blocks.size(), [&](std::size_t i) {
    const BlockKind kind = blocks[i].header.kind;
    std::span<const std::byte> payload;
    if (kind == BlockKind::kEvents) return;
    read[i].problem = journal::SnapshotReader::Unpack(blocks[i], &read[i].memory, &payload)
                          ? journal::TakeShardBlock(kind, payload, target_.shard_count, &read[i].block)
                          : "a block cannot be decompressed";
  });
  std::vector<std::vector<std::size_t>> by_shard(target_.shard_count);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].header.kind == BlockKind::kEvents) {
      if (!TakeEvents(blocks[i])) return reader.At(blocks[i].offset) + "these are no events";
      continue;
    }
    if (!read[i].problem.empty()) return reader.At(blocks[i].offset) + read[i].problem;
    if (blocks[i].header.kind == BlockKind::kOrders) orders_read_ += read[i].block.orders.size();
    if (blocks[i].header.kind == BlockKind::kProducts) products_read_ += read[i].block.products.size();
    by_shard[read[i].block.shard].push_back(i);
  }
  constexpr std::size_t kNone = ~std::size_t{0};
  std::atomic<std::size_t> bad{kNone};
  ForEach(target_.shard_count, [&](std::size_t shard) {
    for (const std::size_t i : by_shard[shard]) {
      if (PutBack(read[i].block)) continue;
      bad.store(i, std::memory_order_relaxed);
      return;
    }
  });
  if (const std::size_t i = bad.load(std::memory_order_relaxed); i != kNone) {
    return reader.At(blocks[i].offset) +
           "what is here contradicts itself or the options (orders_max and products_max must be no smaller than when "
           "it was written)";
  }
  return {};
}

bool Recoverer::TakeEvents(const Block& block) {
  std::vector<std::byte> memory;
  std::span<const std::byte> payload;
  bool good = journal::SnapshotReader::Unpack(block, &memory, &payload);
  Reader bytes(payload);
  const std::uint64_t count = bytes.Varint();
  for (std::uint64_t i = 0; good && i < count; ++i) {
    const std::uint64_t next = events.empty() ? 0 : events.back().image + 1;
    good = journal::TakeTold(&bytes, &events.emplace_back()) && (next == 0 || events.back().image == next);
  }
  return good && bytes.left() == 0;
}

bool Recoverer::PutBack(const journal::ShardBlock& block) {
  shard::Restorer& restorer = restorers_[block.shard];
  if (block.kind == BlockKind::kShard) {
    restorer.Begin(block.newest, block.placed, block.now_ms);
    return true;
  }
  if (block.kind == BlockKind::kOrders) {
    restorer.AddOrders(block.slots, block.newest);
    return std::all_of(block.orders.begin(), block.orders.end(),
                       [&](const auto& image) { return restorer.Put(image.slot, image.order, image.key); });
  }
  restorer.AddProducts(block.slots, block.newest);
  return std::all_of(block.products.begin(), block.products.end(),
                     [&](const auto& image) { return restorer.Put(image); });
}

// ---- Journal ------------------------------------------------------------------------------------------------------

std::string Recoverer::LoadJournal() {
  // Worked on at a time, so that what was told and may be needed again is looked through before it grows large.
  constexpr std::size_t kBatch = std::size_t{4} << 20;
  journal::JournalReader reader(storage_, path_, directory_, begin_.segment, begin_.before);
  for (std::vector<Block> blocks; reader.Next(&blocks);) {
    segment_number_ = reader.number();
    for (std::size_t i = 0; i < blocks.size();) {
      std::vector<std::vector<Section>> by_shard(target_.shard_count);
      const std::uint64_t first = next_position;
      for (std::size_t bytes = 0; i < blocks.size() && bytes < kBatch; ++i) {
        bytes += blocks[i].payload.size();
        journal_bytes += journal::PageUp(journal::kBlockHeaderBytes + blocks[i].payload.size());
        if (std::string problem = TakeBlock(blocks[i], &by_shard); !problem.empty()) return problem;
      }
      if (std::string problem = PutBack(by_shard, first); !problem.empty()) return problem;
    }
  }
  if (!reader.problem().empty()) return reader.problem();
  tail = reader.tail();
  report.torn = reader.torn();
  report.bytes_read += reader.bytes_read();
  if (tail.block.epoch < snapshot_epoch_) {
    return path_ + "/" + journal::SegmentName(tail.number) + ": at " + std::to_string(tail.offset) +
           ": the journal ends with epoch " + std::to_string(tail.block.epoch) + ", but the snapshot is of epoch " +
           std::to_string(snapshot_epoch_) + ": blocks or segments are missing";
  }
  return {};
}

std::string Recoverer::PutBack(const std::vector<std::vector<Section>>& by_shard, std::uint64_t first) {
  // Together the shards have every position once, so each change that may have to be told again has its place.
  Told told{.first = std::max(first, FirstUnconfirmed()), .changes = {}};
  const std::size_t begin = events.size();
  if (told.first < next_position) events.resize(begin + (next_position - told.first));
  told.changes = std::span(events).subspan(begin);
  std::atomic<const Section*> bad{nullptr};
  ForEach(target_.shard_count, [&](std::size_t shard) {
    for (const Section& section : by_shard[shard]) {
      if (PutBack(section, told) || section.broken) continue;
      bad.store(&section, std::memory_order_relaxed);
      return;
    }
  });
  if (const Section* section = bad.load(std::memory_order_relaxed); section != nullptr) {
    return At(section->offset) + "the changes of shard " + std::to_string(section->shard) +
           " contradict what came before them, or the options (orders_max and products_max must be no smaller than "
           "when they were written)";
  }
  DropConfirmed();
  return {};
}

// Every audience has confirmed what is before it; so far.
std::uint64_t Recoverer::FirstUnconfirmed() const {
  std::uint64_t first = next_position;
  for (const Audience audience : audiences_) {
    first = std::min(first, confirmed[static_cast<std::size_t>(audience)] + 1);
  }
  return first;
}

// Nobody has to be told again of what is before the first change that somebody has to be told again of.
void Recoverer::DropConfirmed() {
  const auto waits = [&](const shard::Change& change) {
    return std::any_of(audiences_.begin(), audiences_.end(), [&](Audience audience) {
      return change.image > confirmed[static_cast<std::size_t>(audience)] && outbox::IsTold(change, audience);
    });
  };
  events.erase(events.begin(), std::find_if(events.begin(), events.end(), waits));
}

std::string Recoverer::TakeBlock(const Block& block, std::vector<std::vector<Section>>* by_shard) {
  if (block.header.kind == BlockKind::kClosed) return {};
  const auto bad = [&]() -> std::string {
    return block.broken ? "" : At(block.offset) + "the block's hash is right, but what is in it is no epoch";
  };
  const bool is_newer = block.header.epoch > snapshot_epoch_;
  if (base::Seeded(base::Bug::kBeginReadAfterCopy) && block.header.epoch < snapshot_epoch_) return {};
  std::uint64_t position = block.header.position;
  if (is_newer && position != next_position) return bad();
  // Of a broken one, which only a deliberate bug lets through, what could be read.
  if (!journal::TakeEpoch(block.payload, target_.shard_count, &epoch_block_) && !block.broken) return bad();
  for (const journal::Section& of_shard : epoch_block_.sections) {
    (*by_shard)[of_shard.shard].push_back({of_shard, block.offset, position, is_newer, block.broken});
    position += of_shard.count;
  }
  report.changes += epoch_block_.changes;
  if (!is_newer) return {};
  next_position = position;
  for (const Position& at : epoch_block_.carried) positions[at.stream] = at.offset;
  if (epoch_block_.confirmed) confirmed = *epoch_block_.confirmed;
  return {};
}

bool Recoverer::PutBack(const Section& section, const Told& told) {
  // Read so many ahead that what they touch is near when their turn comes.
  constexpr std::uint64_t kAhead = 16;
  shard::Restorer& restorer = restorers_[section.shard];
  if (!restorer.StartAt(section.first)) return false;
  Reader reader(section.records);
  journal::Before before;
  std::array<shard::Record, kAhead> records;
  for (std::uint64_t done = 0; done < section.count;) {
    const std::span ahead = std::span(records).first(std::min(kAhead, section.count - done));
    for (shard::Record& record : ahead) {
      if (!journal::TakeRecord(&reader, &before, &record)) return false;
      restorer.Prefetch(record);
    }
    for (const shard::Record& record : ahead) {
      if (!restorer.Take(record)) return false;
      const std::uint64_t position = section.position + done++;
      if (!section.is_newer || position < told.first || position - told.first >= told.changes.size()) continue;
      shard::Change& change = told.changes[position - told.first];
      change = restorer.Told(record);
      change.image = position;
    }
  }
  return reader.left() == 0;
}

// ---- Together -----------------------------------------------------------------------------------------------------

std::string Recoverer::Finish() {
  std::vector<std::vector<memory::Range>> orders = target_.orders->EndClaims(target_.shard_count);
  std::vector<std::vector<memory::Range>> products = target_.products->EndClaims(target_.shard_count);
  for (std::uint32_t i = 0; i < target_.shard_count; ++i) {
    restorers_[i].Own(std::move(orders[i]), std::move(products[i]));
  }
  std::atomic<bool> good{true};
  ForEach(target_.shard_count, [&](std::size_t shard) {
    if (!restorers_[shard].Finish()) good.store(false, std::memory_order_relaxed);
  });
  const bool tellable = std::all_of(events.begin(), events.end(), [&](const shard::Change& event) {
    if (event.type() == shard::kProductImage) return true;  // told to nobody
    const std::uint32_t shard = shard::PlaceOf(event.order).shard;
    return shard < target_.shard_count && restorers_[shard].HasProduct(event.product);
  });
  const bool finished = tellable && good.load(std::memory_order_relaxed);
  if (!finished || !std::all_of(restorers_.begin(), restorers_.end(), [](auto& one) { return one.SettleKeys(); })) {
    return path_ +
           ": what came back contradicts itself (units, deadlines, keys or events do not agree), or memory is short: "
           "nothing is opened";
  }
  return {};
}

}  // namespace flexstock
