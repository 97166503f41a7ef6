// Opening: memory, the journal's directory, what it holds.
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <new>
#include <system_error>
#include <thread>

#include "engine/base/mix.h"
#include "engine/base/seeded_bugs.h"
#include "engine/engine_impl.h"
#include "engine/recovery.h"

namespace flexstock {

std::string Engine::Impl::Start() {
  journal::Directory directory;
  if (journaled()) {
    if (std::string problem = OpenJournal(&directory); !problem.empty()) return problem;
  }
  if (std::string problem = OpenMemory(); !problem.empty()) return problem;
  if (journaled()) {
    if (std::string problem = directory.is_new ? StartJournal({}) : Recover(directory); !problem.empty()) {
      return problem;
    }
  }
  for (std::uint32_t i = 0; i < options_.shards; ++i) At(i).Reserve();
  if (!options_.background) return {};
  try {
    background_ = std::thread([this] { Background(); });
    if (journaled()) keeper_ = std::thread([this] { KeepJournal(); });
  } catch (const std::system_error& error) {
    return std::string("the system starts no thread for Options::background: ") + error.what();
  }
  return {};
}

std::string Engine::Impl::OpenMemory() {
  if (!products_.Open() || !orders_.Open() || !asides_.Open(options_.products_max) ||
      !names_.Open(options_.products_max) || !order_keys_.Open(options_.orders_max) ||
      !policies_.Open(options_.policy)) {
    return kNoMemory;
  }
  shards_ = static_cast<shard::Shard*>(memory::Reserve(options_.shards * sizeof(shard::Shard)));
  if (shards_ == nullptr) return kNoMemory;
  const shard::Surroundings around{.options = &options_,
                                   .keys = &keys_,
                                   .products = &products_,
                                   .orders = &orders_,
                                   .asides = &asides_,
                                   .names = &names_,
                                   .order_keys = &order_keys_,
                                   .policies = &policies_,
                                   .dirty = dirty_,
                                   .epoch = &epoch_,
                                   .journaled = journaled()};
  for (; shards_made_ < options_.shards; ++shards_made_) {
    new (shards_ + shards_made_) shard::Shard(shards_made_, around);
  }
  return keys_.Reserve(options_.keys_reserve) ? "" : kNoMemory;
}

std::string Engine::Impl::OpenJournal(journal::Directory* directory) {
  storage_ = options_.storage != nullptr ? options_.storage : &SystemStorage();
  if (const int error = storage_->MakeDirectory(options_.journal_dir); error != 0) {
    return journal::IoProblem("make", options_.journal_dir, error);
  }
  directory_ = options_.journal_dir;
  if (options_.storage == nullptr) {
    // Wherever this process goes, and wherever a link on the way points later: it stays this directory.
    std::error_code error;
    directory_ = std::filesystem::canonical(directory_, error).string();
    if (error) return journal::IoProblem("resolve", options_.journal_dir, error.value());
  }
  const std::string& path = directory_;
  const std::string lock = path + "/" + journal::kLockName;
  if (const int error = storage_->Lock(lock, &directory_lock_); error == EWOULDBLOCK) {
    return lock + ": another engine has this journal open: one at a time";
  } else if (error != 0) {
    return journal::IoProblem("lock", lock, error);
  }
  if (std::string problem = journal::ReadDirectory(*storage_, path, directory); !problem.empty()) return problem;
  for (const std::string& name : directory->leftovers) {
    std::string leftover = path;
    leftover.append("/").append(name);
    if (const int error = storage_->Remove(leftover); error != 0) return journal::IoProblem("remove", leftover, error);
  }
  if (directory->is_new) {
    file_header_.shards = options_.shards;
    file_header_.order_lot_bits = static_cast<std::uint8_t>(orders_.lot_bits());
    file_header_.product_lot_bits = static_cast<std::uint8_t>(products_.lot_bits());
    journal::EngineId& id = file_header_.engine;
    // On files that are not the system's everything is the caller's, and the same each time: the clock, too.
    id = {.hi = base::Mix(static_cast<std::uint64_t>(clock_->NowMs()), 1), .lo = 1};
    if (&storage_->Base() == &SystemStorage() && ::getrandom(&id, sizeof id, 0) != static_cast<ssize_t>(sizeof id)) {
      return "the system gives no random number for the journal's id";
    }
    return {};
  }
  file_header_ = directory->like;
  if (file_header_.shards != options_.shards) {
    return path + ": the journal was made with Options::shards = " + std::to_string(file_header_.shards) +
           ": an order's id holds its shard, so it must stay";
  }
  orders_.SetLotBits(file_header_.order_lot_bits);
  products_.SetLotBits(file_header_.product_lot_bits);
  return {};
}

std::string Engine::Impl::StartJournal(const journal::JournalReader::Tail& tail) {
  auto segments =
      std::make_unique<journal::Segments>(*storage_, directory_, file_header_, options_.journal_segment_bytes);
  if (std::string problem = segments->Open(tail.number, tail.offset); !problem.empty()) return problem;
  // The last block was read back, but if its sync failed, or nobody lived to see it, it need not be on the disk: the
  // system may show it, take it for clean, and never write it. So it is written once more, behind itself.
  if (!tail.last.empty() && !base::Seeded(base::Bug::kTrustReadBack)) {
    if (std::string problem = segments->Write(tail.last); !problem.empty()) return problem;
    bytes_before_ += tail.last.size();
  }
  const journal::Link before_segment = segments->number() == tail.number ? tail.before_segment : tail.before;
  writer_ = std::make_unique<journal::EpochWriter>(std::move(segments), file_header_.engine, tail.block, before_segment,
                                                   policies_);
  epoch_.store(tail.block.epoch + 1);
  durable_.StartAt(tail.block.epoch);
  return {};
}

std::string Engine::Impl::Recover(const journal::Directory& directory) {
  const std::uint32_t threads =
      options_.recovery_threads != 0 ? options_.recovery_threads : std::max(1u, std::thread::hardware_concurrency());
  Recoverer recoverer(*storage_, directory_, directory,
                      {.shards = shards_, .shard_count = options_.shards, .orders = &orders_, .products = &products_},
                      options_.audiences, threads);
  if (std::string problem = recoverer.Run(); !problem.empty()) return problem;
  recovery_ = recoverer.report;
  snapshot_epoch_.store(recovery_.snapshot_epoch, std::memory_order_relaxed);
  snapshot_bytes_.store(recoverer.snapshot_bytes, std::memory_order_relaxed);
  bytes_before_ = recoverer.journal_bytes;
  for (const auto& [stream, offset] : recoverer.positions) positions_->Restore({.stream = stream, .offset = offset});
  confirmed_written_ = recoverer.confirmed;
  for (std::size_t i = 0; i < kAudiences; ++i) {
    confirmed_[i].store(recoverer.confirmed[i], std::memory_order_relaxed);
    last_told_[i].store(recoverer.confirmed[i], std::memory_order_relaxed);
    outbox_.SetFloor(static_cast<Audience>(i), recoverer.confirmed[i]);
  }
  // What somebody may have to be told again is told as if it had just been written.
  next_position_ = recoverer.next_position;
  unconfirmed_.StartAt(recoverer.events.empty() ? next_position_ : recoverer.events.front().image);
  unconfirmed_.Append(recoverer.events);
  if (unconfirmed_.next() != next_position_) {
    return directory_ + ": events are missing between the snapshot and the journal: nothing is opened";
  }
  if (!recoverer.events.empty()) {
    const std::size_t count = recoverer.events.size();
    taken_.push_back({std::move(recoverer.events), count});
    taken_count_ = 1;
  }
  if constexpr (base::kSeedable) {
    for (std::uint32_t i = 0; i < options_.shards; ++i) {
      shard::Shard& shard = At(i);
      const shard::Entered entered(shard);
      shard.Verify();
    }
    keys_.Verify();
  }
  // Last: nothing is written to a journal that is refused.
  return StartJournal(recoverer.tail);
}

void Engine::Impl::KeepJournal() {
  constexpr auto kInterval = std::chrono::milliseconds(5);
  constexpr auto kAfterProblem = std::chrono::milliseconds(1'000), kMost = std::chrono::milliseconds(60'000);
  auto pause = kAfterProblem;  // each try fills what room there is, and gives it back
  std::string known;
  std::unique_lock lock(background_mutex_);
  while (!keeper_wake_.wait_for(lock, known.empty() ? kInterval : pause, [this] { return stopping_; })) {
    lock.unlock();
    if (!durable_.failed()) {
      // If it fails, whoever needs the segment will try again, and then it counts. Until then somebody may make room.
      std::string problem;
      try {
        problem = writer_->segments().PrepareNext();
      } catch (const std::bad_alloc&) {
        problem = "there is no memory to make a segment";
      }
      pause = known.empty() || problem.empty() ? kAfterProblem : std::min(2 * pause, kMost);
      if (problem != known) {
        known = std::move(problem);
        const std::lock_guard said(problems_mutex_);
        segment_problem_ = known;
      }
      // The mark first: whoever takes a snapshot meanwhile moves it to what the journal has by then.
      const std::uint64_t mark = snapshot_at_bytes_.load(std::memory_order_relaxed);
      const std::uint64_t grown = JournalBytes() - mark;
      const std::uint64_t due =
          std::max(options_.snapshot_every_bytes, snapshot_bytes_.load(std::memory_order_relaxed));
      if (options_.snapshot_every_bytes != 0 && grown >= due) (void)Snapshot();  // Journal() says how it went
    }
    lock.lock();
  }
}

}  // namespace flexstock
