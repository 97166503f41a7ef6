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
      // is as unknown to them as any number.
      keys_(base::Mix(reinterpret_cast<std::uintptr_t>(this), 0x666c6578), order_keys_),
      policies_(options.products_max + options.shards +
                1),  // the defaults, and one more while a product changes its own
      outbox_(options.audiences, options.events_max) {}

Engine::Impl::~Impl() {
  if (background_.joinable()) {
    {
      const std::lock_guard lock(background_mutex_);
      stopping_ = true;
    }
    background_wake_.notify_all();
    background_.join();
  }
  std::destroy_n(shards_, shards_made_);
  if (shards_ != nullptr) memory::Unreserve(shards_, options_.shards * sizeof(shard::Shard));
}

bool Engine::Impl::Start() {
  if (!products_.Open() || !orders_.Open() || !asides_.Open(options_.products_max) ||
      !names_.Open(options_.products_max) || !order_keys_.Open(options_.orders_max) ||
      !policies_.Open(options_.policy)) {
    return false;
  }
  shards_ = static_cast<shard::Shard*>(memory::Reserve(options_.shards * sizeof(shard::Shard)));
  if (shards_ == nullptr) return false;
  const shard::Surroundings around{.options = &options_,
                                   .keys = &keys_,
                                   .products = &products_,
                                   .orders = &orders_,
                                   .asides = &asides_,
                                   .names = &names_,
                                   .order_keys = &order_keys_,
                                   .policies = &policies_,
                                   .dirty = dirty_};
  for (; shards_made_ < options_.shards; ++shards_made_) {
    new (shards_ + shards_made_) shard::Shard(shards_made_, around);
    At(shards_made_).Reserve();
  }
  if (!keys_.Reserve(options_.keys_reserve)) return false;
  if (options_.background) background_ = std::thread([this] { Background(); });
  return true;
}

void Engine::Impl::Background() {
  const auto interval = std::chrono::milliseconds(options_.background_interval_ms);
  std::unique_lock lock(background_mutex_);
  while (!background_wake_.wait_for(lock, interval, [this] { return stopping_; })) {
    lock.unlock();
    // A full queue is the callers' answer (kOverloaded), not this thread's: it tries again at the next tick.
    (void)Advance(kNow);
    lock.lock();
  }
}

Code Engine::Impl::Advance(Millis at_ms) {
  at_ms = TimeOf(at_ms);
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    if (At(i).wake_by() > at_ms) continue;  // nothing is due there
    const auto arrived = On<CommandResult>(i, at_ms, [](shard::Shard&) { return CommandResult{}; });
    if (!arrived.ok()) return arrived.code;
  }
  (void)Commit();
  return Code::kOk;
}

bool Engine::Impl::Commit() {
  const std::lock_guard lock(commit_mutex_);
  // Pushes what there is room for; true if that was all of it.
  const auto push = [this] {
    const std::size_t room = std::min(outbox_.Room(), taken_count_ - pushed_);
    if (room != 0) outbox_.Push({taken_.data() + pushed_, room});
    pushed_ += room;
    return pushed_ == taken_count_;
  };
  if (!push()) return false;
  const Epoch ended = epoch_.fetch_add(1, std::memory_order_seq_cst);  // see epoch()
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    shard::Shard& shard = At(i);
    std::atomic<std::uint64_t>& word = dirty_[i / 64];
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    // The lock first: whoever has released it has set the bit before. relaxed: ordered by the reading of the lock.
    if (!shard.lock.IsHeld() && (word.load(std::memory_order_relaxed) & bit) == 0) continue;
    {
      const shard::Entered entered(shard);
      taken_count_ = shard.TakeChanges(ended, taken_);
      pushed_ = 0;
      // relaxed: under the lock, as its setting is.
      if (shard.changes_waiting() == 0) word.fetch_and(~bit, std::memory_order_relaxed);
    }
    if (!push()) return false;
  }
  return true;
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
