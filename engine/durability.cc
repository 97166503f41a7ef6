// Committing: an epoch ends, leaves the shards, goes to the disk, then to the queues.
//
//   shards ── TakeAll ──► taken_ ── writer_ ──► segment, synced ──► durable ──► TellTaken ──► outbox
//                                └─ without a journal, shard by shard ──────────────┘
//
// Callers go on meanwhile: what they change belongs to the epoch that has begun. They wait only if a buffer is full.
#include <algorithm>
#include <chrono>
#include <new>

#include "engine/base/seeded_bugs.h"
#include "engine/base/yield_point.h"
#include "engine/engine_impl.h"
#include "engine/outbox/expand.h"

namespace flexstock {

Code Engine::Impl::CommitNow() {
  Code code = Code::kOk;
  {
    const std::lock_guard lock(commit_mutex_);
    code = CommitLocked(/*in_any_case=*/false);
  }
  durable_.Tell();
  return code;
}

Code Engine::Impl::MakeWay(Epoch seen) {
  const auto begin = std::chrono::steady_clock::now();
  Code code = Code::kOk;
  {
    const std::lock_guard lock(commit_mutex_);
    // If that epoch has ended since, somebody has made way already.
    if (epoch() == seen || durable_.failed()) code = CommitLocked(/*in_any_case=*/false);
  }
  durable_.Tell();
  const auto took = std::chrono::steady_clock::now() - begin;
  // relaxed: counts.
  waits_.fetch_add(1, std::memory_order_relaxed);
  wait_ns_.fetch_add(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()),
                     std::memory_order_relaxed);
  return code;
}

Code Engine::Impl::CommitLocked(bool in_any_case) {
  const bool told = TellTaken();  // after a failure, too: what is durable may be heard
  if (durable_.failed()) return Code::kReadOnly;
  // An epoch that was begun and changed nothing goes on: numbers are for what is on the disk.
  const bool nothing_to_write = journaled() && NothingToWrite();
  if (!told && !(in_any_case && !base::Seeded(base::Bug::kHoldBack))) return Code::kOverloaded;
  if (nothing_to_write) return Code::kOk;
  if (!journaled()) {
    const Epoch ended = epoch_.fetch_add(1, std::memory_order_seq_cst);  // see epoch()
    if (!TakeAndTell(ended)) return Code::kOverloaded;
    durable_.Reach(ended);
    return Code::kOk;
  }
  const Epoch ended = epoch_.fetch_add(1, std::memory_order_seq_cst);
  if (base::Seeded(base::Bug::kAcknowledgeBeforeDrain)) durable_.Reach(ended);
  const std::size_t durable_count = taken_count_;
  std::string problem;
  try {
    problem = TakeAndWrite(ended);
  } catch (const std::bad_alloc&) {
    problem = "there is no memory for an epoch's changes";
  }
  if (!problem.empty()) {
    taken_count_ = durable_count;  // what has left its shard since is told to nobody
    Fail(std::move(problem));
    return Code::kReadOnly;
  }
  durable_.Reach(ended);
  return TellTaken() ? Code::kOk : Code::kOverloaded;
}

// ---- Taking -------------------------------------------------------------------------------------------------------

// Calls took(shard, number of the newest change taken, what was taken) for each shard that has changed; false, and no
// further, once that is false.
template <typename Took>
bool Engine::Impl::TakeAll(Epoch ended, Took&& took) {
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    base::YieldPoint();
    shard::Shard& shard = At(i);
    std::atomic<std::uint64_t>& word = dirty_[i / 64];
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    // The lock first: whoever has released it has set the bit before. relaxed: ordered by the reading of the lock.
    if (!shard.lock.IsHeld() && (word.load(std::memory_order_relaxed) & bit) == 0) continue;
    if (taken_count_ == taken_.size()) taken_.emplace_back();
    Taken& taken = taken_[taken_count_];
    std::uint64_t newest = 0;
    {
      const shard::Entered entered(shard);
      taken.count = shard.TakeChanges(ended, taken.changes);
      newest = shard.newest_taken();
      // relaxed: under the lock, as its setting is.
      if (shard.changes_waiting() == 0 || base::Seeded(base::Bug::kClearDirtyBit))
        word.fetch_and(~bit, std::memory_order_relaxed);
    }
    if (taken.count == 0) continue;
    ++taken_count_;
    if (!took(i, newest, taken)) return false;
  }
  return true;
}

bool Engine::Impl::TakeAndTell(Epoch ended) {
  return TakeAll(ended, [this](std::uint32_t, std::uint64_t, Taken& taken) {
    Stamp(&taken);
    return TellTaken();
  });
}

std::string Engine::Impl::TakeAndWrite(Epoch ended) {
  const std::size_t first = taken_count_;
  std::size_t changes = 0;
  writer_->Begin();
  const auto add = [&](std::uint32_t shard, std::uint64_t newest, Taken& taken) {
    // The deliberate bug closes the epoch before its last shards have given what belongs to it.
    if (base::Seeded(base::Bug::kCloseEpochBeforeData) && taken_count_ - first > 1) return true;
    writer_->Add(shard, newest, {taken.changes.data(), taken.count});
    changes += taken.count;
    return true;
  };
  (void)TakeAll(ended, add);
  base::YieldPoint([this] { (void)writer_->segments().PrepareNext(); });
  busy_.store(changes >= kBusy, std::memory_order_relaxed);
  // After the shards: whoever still changed something in the epoch has carried his position by now.
  positions_->Take(ended, &carried_);
  const journal::Confirmed confirmed = ConfirmedNow();
  const std::uint64_t position = next_position_;
  if (base::Seeded(base::Bug::kTellBeforeDurable)) {
    StampFrom(first);
    (void)TellTaken();
  }
  std::string problem = writer_->End(ended, position, carried_, confirmed == confirmed_written_ ? nullptr : &confirmed);
  if (!problem.empty()) return problem;
  positions_->Durable(carried_);
  confirmed_written_ = confirmed;
  StampFrom(first);
  return {};
}

// Whoever has asked before this look waits for nothing then.
bool Engine::Impl::NothingToWrite() {
  const std::size_t asking = durable_.Asking(epoch());
  if (durable_.failed() || AnythingChanged()) return false;
  durable_.Release(epoch(), asking);
  return true;
}

bool Engine::Impl::AnythingChanged() const {
  // relaxed: what the caller knows to have happened is seen; what happens now is for the next epoch.
  const bool dirty = std::any_of(std::begin(dirty_), std::end(dirty_),
                                 [](const auto& word) { return word.load(std::memory_order_relaxed) != 0; });
  return dirty || positions_->untaken() || ConfirmedNow() != confirmed_written_;
}

// The journal has made its image of the change: from now on it is what events are made of.
void Engine::Impl::Stamp(Taken* taken) {
  for (std::size_t i = 0; i < taken->count; ++i) taken->changes[i].image = next_position_++;
}

// What the journal has of what was taken, from taken_[first] on: it may have to be told again.
void Engine::Impl::StampFrom(std::size_t first) {
  for (std::size_t i = first; i < taken_count_; ++i) {
    Stamp(&taken_[i]);
    unconfirmed_.Append({taken_[i].changes.data(), taken_[i].count});
  }
}

// ---- Telling ------------------------------------------------------------------------------------------------------

std::uint64_t Engine::Impl::next_to_tell() const {
  return telling_ == taken_count_ ? next_position_ : taken_[telling_].changes[told_].image;
}

std::size_t Engine::Impl::RoomToTell() const {
  const std::size_t room = outbox_.Room();
  if (!journaled() || base::Seeded(base::Bug::kTellUnconfirmed)) return room;
  const std::uint64_t waiting = next_to_tell() - unconfirmed_.first();
  return std::min<std::uint64_t>(room, options_.events_max - std::min(options_.events_max, waiting));
}

// Tells what there is room for; true if that was all of it.
bool Engine::Impl::TellTaken() {
  if (journaled()) DropConfirmed();
  for (; telling_ < taken_count_; ++telling_, told_ = 0) {
    const Taken& taken = taken_[telling_];
    while (told_ != taken.count) {
      std::size_t room = RoomToTell();
      if (room == 0 && journaled()) {
        // What nobody is told, or has been confirmed, takes no room any more.
        DropConfirmed();
        room = RoomToTell();
      }
      if (room == 0 && base::Seeded(base::Bug::kForgetUntold)) break;
      if (room == 0) return false;
      Tell({taken.changes.data() + told_, std::min(room, taken.count - told_)});
    }
  }
  // The memory of one large burst is given back.
  const std::size_t most = std::max<std::size_t>(4 * std::size_t{options_.changes_max}, 4096);
  for (std::size_t i = 0; i < taken_count_; ++i) {
    if (taken_[i].changes.size() > most) taken_[i].changes = std::vector<shard::Change>();
  }
  taken_count_ = telling_ = told_ = 0;
  return true;
}

void Engine::Impl::Tell(std::span<const shard::Change> run) {
  // Before they can be polled: whoever has polled one may confirm it.
  if (journaled()) {
    for (const Audience audience : options_.audiences) {
      const auto last =
          std::find_if(run.rbegin(), run.rend(), [&](const auto& change) { return outbox::IsTold(change, audience); });
      // Only the committer writes it. relaxed: polling comes behind the queue's own release.
      if (last != run.rend()) {
        last_told_[static_cast<std::size_t>(audience)].store(last->image, std::memory_order_relaxed);
      }
    }
  }
  outbox_.Push(run);
  told_ += run.size();
}

void Engine::Impl::Confirm(Audience audience, std::uint64_t position) {
  const auto index = static_cast<std::size_t>(audience);
  if (!journaled() || index >= kAudiences) return;
  position = std::min(position, last_told_[index].load(std::memory_order_relaxed));
  std::atomic<std::uint64_t>& confirmed = confirmed_[index];
  std::uint64_t known = confirmed.load(std::memory_order_relaxed);
  while (known < position && !confirmed.compare_exchange_weak(known, position, std::memory_order_relaxed)) {
  }
}

journal::Confirmed Engine::Impl::ConfirmedNow() const {
  journal::Confirmed now{};
  for (std::size_t i = 0; i < kAudiences; ++i) now[i] = confirmed_[i].load(std::memory_order_relaxed);
  return now;
}

void Engine::Impl::DropConfirmed() {
  std::uint64_t needed = next_to_tell();  // the first position that somebody may have to be told again
  for (const Audience audience : options_.audiences) {
    const auto index = static_cast<std::size_t>(audience);
    const std::uint64_t confirmed = confirmed_[index].load(std::memory_order_relaxed);
    // Whoever has confirmed all that he was told waits for nothing, however long ago that was.
    if (confirmed < last_told_[index].load(std::memory_order_relaxed)) needed = std::min(needed, confirmed + 1);
  }
  unconfirmed_.DropThrough(needed - 1);
}

// ---- Failing and waiting ------------------------------------------------------------------------------------------

void Engine::Impl::Fail(std::string why) {
  {
    const std::lock_guard said(problems_mutex_);
    failure_ = std::move(why);
  }
  durable_.Fail();
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    shard::Shard& shard = At(i);
    const shard::Entered entered(shard);
    shard.Close();
  }
}

Code Engine::Impl::WaitDurable(Epoch wanted) {
  if (wanted > epoch()) return Code::kInvalidArgument;
  return durable_.Wait(wanted, [&] {
    if (base::Seeded(base::Bug::kOverlookChange)) return Code::kOk;
    Code code = Code::kOk;
    {
      const std::lock_guard lock(commit_mutex_);
      if (durable_.durable() < wanted) code = CommitLocked(/*in_any_case=*/false);
      // A full queue is no business of who changed nothing.
      if (code == Code::kOverloaded && journaled() && NothingToWrite()) code = Code::kOk;
    }
    durable_.Tell();
    return code;
  });
}

void Engine::Impl::NotifyDurable(Epoch wanted, DurableEpochs::Done done) {
  if (wanted > epoch()) return done(Code::kInvalidArgument);
  durable_.Notify(wanted, std::move(done));
  if (journaled() && durable_.wanted()) Wake();
}

JournalStats Engine::Impl::Journal() const {
  JournalStats stats;
  stats.durable_epoch = durable_.durable();
  stats.waits = waits_.load(std::memory_order_relaxed);
  stats.wait_ns = wait_ns_.load(std::memory_order_relaxed);
  if (writer_ == nullptr) return stats;
  stats.blocks = writer_->blocks.load(std::memory_order_relaxed);
  stats.changes = writer_->changes.load(std::memory_order_relaxed);
  stats.bytes = writer_->bytes.load(std::memory_order_relaxed);
  stats.change_bytes = writer_->change_bytes.load(std::memory_order_relaxed);
  stats.write_ns = writer_->segments().write_ns.load(std::memory_order_relaxed);
  stats.sync_ns = writer_->segments().sync_ns.load(std::memory_order_relaxed);
  stats.segments = writer_->segments().count();
  stats.snapshots = snapshots_.load(std::memory_order_relaxed);
  stats.snapshot_epoch = snapshot_epoch_.load(std::memory_order_relaxed);
  stats.snapshot_bytes = snapshot_bytes_.load(std::memory_order_relaxed);
  // Not the lock of committing: whoever asks while the disk hangs is to see that it does.
  const std::lock_guard said(problems_mutex_);
  stats.failure = failure_;
  stats.segment_problem = segment_problem_;
  stats.snapshot_problem = snapshot_problem_;
  return stats;
}

}  // namespace flexstock
