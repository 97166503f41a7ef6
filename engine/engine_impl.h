// Engine::Impl: routes calls to shards, commits epochs, runs the background thread. No rule is decided here, except
// those that are about several products at once (cart.cc).
//
// Locks, in the order in which they are taken: snapshot_mutex_; commit_mutex_; shard locks by rising index; key stripes
// by rising index; the position book's. problems_mutex_ is a leaf.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/base/mix.h"
#include "engine/base/seeded_bugs.h"
#include "engine/durable_epochs.h"
#include "engine/journal/epoch_writer.h"
#include "engine/journal/position_book.h"
#include "engine/journal/snapshot_writer.h"
#include "engine/keys/key_index.h"
#include "engine/outbox/outbox.h"
#include "engine/outbox/unconfirmed.h"
#include "engine/recovery.h"
#include "engine/shard/shard.h"
#include "flexstock/engine.h"

namespace flexstock {

inline constexpr const char* kNoMemory =
    "the system refuses the memory: lower shards, orders_max, products_max, events_max, changes_max or the reserves, "
    "or raise the limit on address space (ulimit -v, vm.overcommit_memory)";

class Engine::Impl {
 public:
  explicit Impl(const Options& options);
  ~Impl();

  // Address space and memory; what the journal holds; then the background threads, if there are any. Empty, or what is
  // wrong.
  [[nodiscard]] std::string Start();

  [[nodiscard]] Millis TimeOf(Millis at_ms) const { return at_ms == kNow ? clock_->NowMs() : at_ms; }
  [[nodiscard]] std::uint32_t ShardOf(ProductId product) const {
    const std::uint64_t mixed = base::Mix(static_cast<std::uint64_t>(product), 0);
    return static_cast<std::uint32_t>(base::Reduce(mixed, options_.shards));
  }
  [[nodiscard]] shard::Shard& At(std::uint32_t index) { return shards_[index]; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] keys::KeyIndex& keys() { return keys_; }

  // For whom a shard's lock is taken (Shard::Enter).
  static auto For(ProductId product) {
    return [product](const shard::Shard& shard) FLEXSTOCK_REQUIRES(shard.lock) { return shard.FindProduct(product); };
  }
  static auto For(OrderId order) {
    return [order](const shard::Shard& shard) FLEXSTOCK_REQUIRES(shard.lock) { return shard.FindProductOf(order); };
  }

  // `work(shard)` under the shard's lock, once the shard has arrived at the time. Result{.code = kOverloaded} or
  // kReadOnly if it cannot: its changes have nowhere to go. A position becomes durable with what `work` changes.
  // noexcept, as all that changes a shard: what an exception left half done would be seen, and written to the journal.
  template <typename Result, typename ProductOf, typename Work>
  Result On(std::uint32_t index, Millis at_ms, const Position* position, const ProductOf& product_of,
            Work&& work) noexcept;
  // The same for a question, which is answered when nothing can be changed any more, too, as of what was seen last.
  template <typename ProductOf, typename Work>
  Code Ask(std::uint32_t index, Millis at_ms, const ProductOf& product_of, Work&& work);

  template <typename Work>
  CommandResult OnProduct(ProductId product, When when, Work&& work) {
    return On<CommandResult>(ShardOf(product), TimeOf(when.at_ms), when.position, For(product), work);
  }
  template <typename Work>
  CommandResult OnOrder(OrderId order, When when, Work&& work) {
    const std::uint32_t index = shard::PlaceOf(order).shard;
    // An id that was never given.
    if (index >= options_.shards) return Refuse(CommandResult{.code = Code::kUnknownOrder}, when.position);
    return On<CommandResult>(index, TimeOf(when.at_ms), when.position, For(order), work);
  }

  // A position that is out of its range: the command is kInvalidArgument.
  [[nodiscard]] static bool IsValid(const Position* position) {
    return position == nullptr || (position->stream < kStreamsMax && position->offset >> 63 == 0);
  }
  // The answer to a command that touches no shard; what it carries is noted all the same, in the epoch of the answer.
  template <typename Result>
  Result Refuse(Result result, const Position* position) {
    if (position != nullptr && IsValid(position)) {
      result.epoch = positions_->NoteNow(*position, [this] { return epoch(); });
    }
    return result;
  }
  // Under the locks of the command that carries it, and of the epoch in which its shards have arrived: that is over as
  // soon as a commit likes.
  void Note(const Position* position, Epoch arrived) {
    if (position != nullptr) positions_->Note(*position, arrived);
  }
  // A change buffer is full: what can be committed is. kOk: try again; else try once more, then answer this.
  // `seen`: the epoch in which it was found full.
  Code MakeWay(Epoch seen);

  // The key's order, as of whatever its shard has seen; false if the key is unknown.
  [[nodiscard]] bool FindKey(OrderKey key, shard::OrderPlace* place);
  // The caller holds the key's stripe.
  [[nodiscard]] bool FindKeyLocked(OrderKey key, std::uint64_t hash, shard::OrderPlace* place) const;

  // placing.cc, by PlaceOrder or PlaceOrderByRef.
  template <typename Request>
  PlaceResult Place(const Request& request, When when);
  template <typename Request>
  void PlaceMany(std::span<const Request> requests, std::span<PlaceResult> results, Millis at_ms);

  // cart.cc.
  CartResult PlaceLines(const PlaceCart& request, std::span<PlaceResult> lines, When when) noexcept;

  // See Engine.
  Code Advance(Millis at_ms);
  bool Commit() { return CommitNow() == Code::kOk; }
  std::size_t Poll(Audience audience, std::span<Event> events);
  [[nodiscard]] std::uint64_t Waiting(Audience audience) const { return outbox_.Waiting(audience); }

  // See Engine; durability.cc, taking_snapshots.cc.
  void Confirm(Audience audience, std::uint64_t position);
  [[nodiscard]] Epoch durable_epoch() const { return durable_.durable(); }
  Code WaitDurable(Epoch epoch);
  void NotifyDurable(Epoch epoch, DurableEpochs::Done done);
  [[nodiscard]] bool FindPosition(std::uint32_t stream, std::uint64_t* offset) const {
    return positions_->Find(stream, offset);
  }
  std::string Snapshot();
  [[nodiscard]] JournalStats Journal() const;
  [[nodiscard]] const Recovery& recovery() const { return recovery_; }

  // An operation reads it while it holds all its locks, so that it belongs to one epoch as a whole. seq_cst, as taking
  // a lock is: whoever reads the number that a commit ends took his locks before the commit raised it, and the commit
  // sees them held, or released and their shards dirty. (A plain load on x86-64.)
  [[nodiscard]] Epoch epoch() const { return epoch_.load(std::memory_order_seq_cst); }

 private:
  // Changes that have left their shard, in order.
  struct Taken {
    std::vector<shard::Change> changes;
    std::size_t count = 0;
  };

  [[nodiscard]] bool journaled() const { return !options_.journal_dir.empty(); }

  void Background();
  void Nap(std::unique_lock<std::mutex>* lock);
  // The background thread commits now, if it naps. Any thread.
  void Wake();
  void KeepJournal();
  void StopThreads();

  // Ends the epoch, if something has changed in it. kOk, kOverloaded or kReadOnly.
  Code CommitNow();
  // `in_any_case`: what is written is not held back because what was written before cannot be told yet.
  Code CommitLocked(bool in_any_case);
  [[nodiscard]] bool NothingToWrite();
  [[nodiscard]] bool AnythingChanged() const;
  [[nodiscard]] journal::Confirmed ConfirmedNow() const;
  [[nodiscard]] std::string TakeAndWrite(Epoch ended);
  bool TakeAndTell(Epoch ended);
  template <typename Took>
  bool TakeAll(Epoch ended, Took&& took);
  bool TellTaken();
  void Tell(std::span<const shard::Change> run);
  [[nodiscard]] std::size_t RoomToTell() const;
  [[nodiscard]] std::uint64_t next_to_tell() const;
  void DropConfirmed();
  void Stamp(Taken* taken);
  void StampFrom(std::size_t first);
  void Fail(std::string why);

  // recovering.cc
  [[nodiscard]] std::string OpenMemory();
  [[nodiscard]] std::string OpenJournal(journal::Directory* directory);
  [[nodiscard]] std::string Recover(const journal::Directory& directory);
  [[nodiscard]] std::string StartJournal(const journal::JournalReader::Tail& tail);

  // taking_snapshots.cc
  // How large the journal has grown behind the snapshot that it was opened with, and since.
  [[nodiscard]] std::uint64_t JournalBytes() const {
    return bytes_before_ + writer_->bytes.load(std::memory_order_relaxed);
  }
  std::string TakeSnapshot();
  std::string CopyShards(journal::SnapshotWriter* writer);
  std::string RemoveSnapshotsBefore(Epoch epoch);
  std::string EndSnapshot(journal::SnapshotWriter* writer, Epoch* epoch);

  template <typename Request>
  PlaceResult PlaceOn(std::uint32_t index, const Request& request, When when);
  PlaceResult PlaceBeside(std::uint32_t index, std::uint32_t foreign, const shard::Asked& asked, When when) noexcept;
  static void GatherByShard(std::span<std::uint8_t> sequence, const std::uint32_t* shard_of);
  template <typename Request>
  void PlaceRun(std::uint32_t index, std::span<const std::uint8_t> run, const Request* requests, shard::Asked* asked,
                PlaceResult* results, Millis at_ms) noexcept;

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

  mutable std::mutex commit_mutex_;
  outbox::Outbox outbox_;  // Push: under commit_mutex_
  // Under commit_mutex_. The first taken_count_ of taken_ are out of their shards; those before taken_[telling_] are in
  // the outbox, and the first told_ of its changes.
  std::vector<Taken> taken_;
  std::size_t taken_count_ = 0, telling_ = 0, told_ = 0;
  std::uint64_t next_position_ = 1;  // of the next change
  DurableEpochs durable_;

  // ---- With a journal; under commit_mutex_ unless it says otherwise ----
  Storage* storage_ = nullptr;                   // any thread
  std::unique_ptr<StorageLock> directory_lock_;  // held
  journal::FileHeader file_header_;              // constant once it is open
  std::string directory_;                        // likewise
  std::unique_ptr<journal::EpochWriter> writer_;
  const std::unique_ptr<journal::PositionBook> positions_ = std::make_unique<journal::PositionBook>();  // any thread
  std::vector<Position> carried_;
  outbox::Unconfirmed unconfirmed_;
  std::array<std::atomic<std::uint64_t>, kAudiences> confirmed_{};  // any thread
  std::array<std::atomic<std::uint64_t>, kAudiences> last_told_{};  // any thread reads
  journal::Confirmed confirmed_written_{};
  Recovery recovery_;               // constant once it is open
  std::uint64_t bytes_before_ = 0;  // of the journal behind the snapshot, when it was opened; constant, too

  mutable std::mutex problems_mutex_;  // guards these three
  std::string failure_, segment_problem_, snapshot_problem_;

  std::mutex snapshot_mutex_;
  std::atomic<std::uint64_t> snapshots_{0}, snapshot_epoch_{0}, snapshot_bytes_{0};
  std::atomic<std::uint64_t> snapshot_at_bytes_{0};  // the journal's bytes then

  std::atomic<std::uint64_t> waits_{0}, wait_ns_{0};

  std::mutex background_mutex_;
  std::condition_variable background_wake_, keeper_wake_;
  bool stopping_ = false;               // under background_mutex_
  std::atomic<bool> is_ending_{false};  // likewise, for whoever holds another one
  static constexpr std::size_t kBusy = 256;
  static constexpr std::chrono::microseconds kGather{500};  // docs/decisions/journal.md
  std::atomic<bool> wake_{false}, napping_{false};
  std::atomic<bool> busy_{false};  // the last epoch had so many changes: the next one follows at once
  std::thread background_;
  std::thread keeper_;  // makes segments ahead, takes snapshots
};

template <typename Result, typename ProductOf, typename Work>
Result Engine::Impl::On(std::uint32_t index, Millis at_ms, const Position* position, const ProductOf& product_of,
                        Work&& work) noexcept {
  if (!IsValid(position)) [[unlikely]] {
    Result invalid{};
    invalid.code = Code::kInvalidArgument;
    return invalid;
  }
  shard::Shard& shard = At(index);
  for (Code stuck = Code::kOk;;) {
    Epoch seen = 0;
    {
      const shard::Entered entered(shard, product_of);
      if (shard.Arrive(at_ms, epoch())) [[likely]] {
        if (position != nullptr) [[unlikely]]
          Note(position, shard.epoch());
        return work(shard);
      }
      seen = shard.epoch();
    }
    if (stuck != Code::kOk) {
      if (base::Seeded(base::Bug::kKeepPosition)) Note(position, epoch());
      Result result{};
      result.code = stuck;
      return result;
    }
    stuck = MakeWay(seen);
  }
}

template <typename ProductOf, typename Work>
Code Engine::Impl::Ask(std::uint32_t index, Millis at_ms, const ProductOf& product_of, Work&& work) {
  const auto answer = On<CommandResult>(index, at_ms, nullptr, product_of,
                                        [&](shard::Shard& shard)
                                            FLEXSTOCK_UNCHECKED_LOCKS { return CommandResult{.code = work(shard)}; });
  if (answer.code != Code::kReadOnly) return answer.code;
  shard::Shard& shard = At(index);
  const shard::Entered entered(shard, product_of);
  return work(shard);
}

}  // namespace flexstock
