// Time, epochs, the background thread.
#include "engine/engine_impl.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>

#include "engine/outbox/expand.h"

namespace flexstock {

Engine::Impl::Impl(const Options& options)
    : options_(options),
      clock_(options.clock != nullptr ? options.clock : &SystemClock()),
      products_(options.products_max, options.shards),
      orders_(options.orders_max, options.shards),
      // The seed keeps callers who choose keys from choosing buckets; no answer depends on it. Where this object lies
      // is as unknown to them as any number. With a storage of the caller's own everything is the same each time.
      keys_(base::Mix(options.storage != nullptr ? 0 : reinterpret_cast<std::uintptr_t>(this), 0x666c6578),
            order_keys_),
      // The defaults, one more while a product changes its own, and those that changes hold until they are written.
      policies_(options.products_max + options.shards + 1 +
                (options.journal_dir.empty() ? 0 : 2 * std::uint64_t{options.shards} * (options.changes_max + 16))),
      outbox_(options.audiences, options.events_max) {}

Engine::Impl::~Impl() {
  StopThreads();
  if (writer_ != nullptr) {
    const std::lock_guard lock(commit_mutex_);
    const Code code = CommitLocked(/*in_any_case=*/true);
    // If it cannot be written that nothing is missing, nothing is missing all the same.
    if (code != Code::kReadOnly) (void)writer_->Close(durable_.durable(), next_position_);
  }
  durable_.Fail();  // whoever still waits to be called for an epoch that never came
  durable_.Tell();
  std::destroy_n(shards_, shards_made_);
  if (shards_ != nullptr) memory::Unreserve(shards_, options_.shards * sizeof(shard::Shard));
}

void Engine::Impl::StopThreads() {
  {
    const std::lock_guard lock(background_mutex_);
    stopping_ = true;
    is_ending_.store(true, std::memory_order_relaxed);
  }
  if (writer_ != nullptr) writer_->segments().Hurry();
  background_wake_.notify_all();
  keeper_wake_.notify_all();
  if (background_.joinable()) background_.join();
  if (keeper_.joinable()) keeper_.join();
}

void Engine::Impl::Background() {
  std::unique_lock lock(background_mutex_);
  for (bool follows = false; !stopping_;) {
    if (!follows) Nap(&lock);
    if (stopping_) return;
    lock.unlock();
    wake_.store(false, std::memory_order_seq_cst);
    const auto begin = std::chrono::steady_clock::now();
    const Epoch before = durable_.durable();
    // A full queue is the callers' answer (kOverloaded), not this thread's: it tries again at the next tick.
    const bool fine = Advance(kNow) == Code::kOk && durable_.durable() != before;
    // While somebody waits the next epoch follows, as long as the disk takes them: at once if there is much to write,
    // else a little later, so that more of them share its sync.
    const bool busy = busy_.load(std::memory_order_relaxed);
    follows = fine && (busy || (journaled() && durable_.wanted()));
    lock.lock();
    if (follows && !busy) background_wake_.wait_until(lock, begin + kGather, [this] { return stopping_; });
  }
}

// Until the next tick, or until somebody wants the disk.
void Engine::Impl::Nap(std::unique_lock<std::mutex>* lock) {
  // seq_cst, and so in Wake: either this thread sees that it is woken, or whoever wakes it sees that it naps.
  napping_.store(true, std::memory_order_seq_cst);
  background_wake_.wait_for(*lock, std::chrono::milliseconds(options_.background_interval_ms),
                            [this] { return stopping_ || wake_.load(std::memory_order_seq_cst); });
  napping_.store(false, std::memory_order_relaxed);
}

void Engine::Impl::Wake() {
  wake_.store(true, std::memory_order_seq_cst);
  if (!napping_.load(std::memory_order_seq_cst)) return;
  {
    const std::lock_guard lock(background_mutex_);  // not between its looking and its sleeping
  }
  background_wake_.notify_one();
}

Code Engine::Impl::Advance(Millis at_ms) {
  at_ms = TimeOf(at_ms);
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    if (At(i).wake_by() > at_ms) continue;  // nothing is due there
    const auto arrived =
        On<CommandResult>(i, at_ms, nullptr, shard::kForNoProduct, [](shard::Shard&) { return CommandResult{}; });
    if (arrived.code == Code::kReadOnly) break;  // what is durable may still have to be told
    if (!arrived.ok()) return arrived.code;
  }
  return CommitNow() == Code::kReadOnly ? Code::kReadOnly : Code::kOk;
}

bool Engine::Impl::FindKey(OrderKey key, shard::OrderPlace* place) {
  const std::uint64_t hash = keys_.Hash(key);
  const lock::Held stripe(keys_.LockOf(keys::KeyIndex::StripeOf(hash)));
  return FindKeyLocked(key, hash, place);
}

bool Engine::Impl::FindKeyLocked(OrderKey key, std::uint64_t hash, shard::OrderPlace* place) const {
  std::uint32_t slot = 0;
  if (!keys_.Find(key, hash, &slot)) return false;
  *place = {orders_.OwnerOf(slot), slot};
  return true;
}

std::size_t Engine::Impl::Poll(Audience audience, std::span<Event> events) {
  // Whoever polls an empty queue, and consumers mostly do, is not kept by room for a run.
  if (outbox_.Waiting(audience) == 0) return 0;
  constexpr std::size_t kRun = 64;
  shard::Change changes[kRun];
  const std::size_t most = audience == Audience::kFeed ? outbox::kEventsAChange : 1;
  std::size_t told = 0;
  while (told + most <= events.size()) {
    const std::size_t wanted = std::min(kRun, (events.size() - told) / most);
    const std::size_t count = outbox_.Pop(audience, {changes, wanted});
    for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(&names_[changes[i].product]);
    for (std::size_t i = 0; i < count; ++i) {
      told += outbox::Expand(changes[i], names_[changes[i].product], audience, events.data() + told);
    }
    if (count < wanted) break;
  }
  return told;
}

}  // namespace flexstock
