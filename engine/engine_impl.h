// Engine::Impl: routes calls to shards, commits epochs, runs the background thread. No rule is decided here, except
// those that are about several products at once (cart.cc).
//
// Locks, in the order in which they are taken: commit_mutex_; shard locks by rising index; key stripes by rising index.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/base/mix.h"
#include "engine/keys/key_index.h"
#include "engine/outbox/outbox.h"
#include "engine/shard/shard.h"
#include "flexstock/engine.h"

namespace flexstock {

class Engine::Impl {
 public:
  explicit Impl(const Options& options);
  ~Impl();

  // Address space and memory; false if the system refuses. Then the background thread, if there is one.
  [[nodiscard]] bool Start();

  [[nodiscard]] Millis TimeOf(Millis at_ms) const { return at_ms == kNow ? clock_->NowMs() : at_ms; }
  [[nodiscard]] std::uint32_t ShardOf(ProductId product) const {
    const std::uint64_t mixed = base::Mix(static_cast<std::uint64_t>(product), 0);
    return static_cast<std::uint32_t>(base::Reduce(mixed, options_.shards));
  }
  [[nodiscard]] shard::Shard& At(std::uint32_t index) { return shards_[index]; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] keys::KeyIndex& keys() { return keys_; }

  // `work(shard)` under the shard's lock, once the shard has arrived at the time. Result{.code = kOverloaded} if it
  // cannot: its changes have nowhere to go.
  template <typename Result, typename Work>
  Result On(std::uint32_t index, Millis at_ms, Work&& work);

  template <typename Work>
  CommandResult OnProduct(ProductId product, Millis at_ms, Work&& work) {
    return On<CommandResult>(ShardOf(product), TimeOf(at_ms), work);
  }
  template <typename Work>
  CommandResult OnOrder(OrderId order, Millis at_ms, Work&& work) {
    const std::uint32_t index = shard::PlaceOf(order).shard;
    if (index >= options_.shards) return {.code = Code::kUnknownOrder};  // an id that was never given
    return On<CommandResult>(index, TimeOf(at_ms), work);
  }

  // The key's order, as of whatever its shard has seen; false if the key is unknown.
  [[nodiscard]] bool FindKey(OrderKey key, shard::OrderPlace* place);
  // The caller holds the key's stripe.
  [[nodiscard]] bool FindKeyLocked(OrderKey key, std::uint64_t hash, shard::OrderPlace* place) const;

  // placing.cc, by PlaceOrder or PlaceOrderByRef.
  template <typename Request>
  PlaceResult Place(const Request& request, Millis at_ms);
  template <typename Request>
  void PlaceMany(std::span<const Request> requests, std::span<PlaceResult> results, Millis at_ms);

  // cart.cc.
  CartResult PlaceLines(const PlaceCart& request, std::span<PlaceResult> lines, Millis at_ms);

  // See Engine.
  Code Advance(Millis at_ms);
  bool Commit();
  std::size_t Poll(Audience audience, std::span<Event> events);

  // An operation reads it while it holds all its locks, so that it belongs to one epoch as a whole. seq_cst, as taking
  // a lock is: whoever reads the number that a commit ends took his locks before the commit raised it, and the commit
  // sees them held, or released and their shards dirty. (A plain load on x86-64.)
  [[nodiscard]] Epoch epoch() const { return epoch_.load(std::memory_order_seq_cst); }

 private:
  void Background();
  template <typename Request>
  PlaceResult PlaceOn(std::uint32_t index, const Request& request, Millis at_ms);
  PlaceResult PlaceBeside(std::uint32_t index, std::uint32_t foreign, const shard::Asked& asked, Millis at_ms);
  static void GatherByShard(std::span<std::uint8_t> sequence, const std::uint32_t* shard_of);
  template <typename Request>
  void PlaceRun(std::uint32_t index, std::span<const std::uint8_t> run, const Request* requests, shard::Asked* asked,
                PlaceResult* results, Millis at_ms);

  const Options options_;
  Clock* const clock_;
  std::atomic<Epoch> epoch_{1};
  alignas(64) std::atomic<std::uint64_t> dirty_[16] = {};
  memory::Pool<shard::Product> products_;
  memory::Pool<shard::Order> orders_;
  memory::Slab<shard::ProductAside> asides_;
  memory::Slab<shard::ProductName> names_;
  memory::Slab<OrderKey> order_keys_;
  keys::KeyIndex keys_;
  shard::PolicyTable policies_;
  shard::Shard* shards_ = nullptr;  // options_.shards of them, side by side
  std::uint32_t shards_made_ = 0;

  std::mutex commit_mutex_;
  outbox::Outbox outbox_;  // Push: under commit_mutex_
  // Under commit_mutex_: the first taken_count_ of taken_ are out of a shard, the first pushed_ of them in the outbox.
  std::vector<shard::Change> taken_;
  std::size_t taken_count_ = 0;
  std::size_t pushed_ = 0;

  std::mutex background_mutex_;
  std::condition_variable background_wake_;
  bool stopping_ = false;  // under background_mutex_
  std::thread background_;
};

template <typename Result, typename Work>
Result Engine::Impl::On(std::uint32_t index, Millis at_ms, Work&& work) {
  shard::Shard& shard = At(index);
  for (bool in_vain = false;;) {
    {
      const shard::Entered entered(shard);
      if (shard.Arrive(at_ms, epoch())) [[likely]]
        return work(shard);
    }
    if (in_vain) {
      Result overloaded{};
      overloaded.code = Code::kOverloaded;
      return overloaded;
    }
    // What a commit cannot hand over all of, it may still have taken out of this shard: once more.
    in_vain = !Commit();
  }
}

}  // namespace flexstock
