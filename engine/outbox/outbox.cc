#include "engine/outbox/outbox.h"

// g++ 12 cannot see that a token made from a queue has a producer, and warns of what would happen without one.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif

#include <concurrentqueue/concurrentqueue.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <limits>

#include "engine/base/check.h"
#include "engine/outbox/expand.h"

namespace flexstock::outbox {
namespace {

// Walks a run and shows only what an audience is told of, so that filtering needs no copy. The queue steps once beyond
// the last: then there is nothing to skip to.
class ToldIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = shard::Change;
  using difference_type = std::ptrdiff_t;
  using pointer = const shard::Change*;
  using reference = const shard::Change&;

  ToldIterator(const shard::Change* at, Audience audience, std::uint64_t floor, std::size_t count)
      : at_(at), audience_(audience), floor_(floor), left_(count) {
    Skip();
  }
  reference operator*() const noexcept { return *at_; }
  ToldIterator& operator++() {
    ++at_;
    --left_;
    Skip();
    return *this;
  }
  ToldIterator operator++(int) {
    ToldIterator before = *this;
    ++*this;
    return before;
  }

 private:
  void Skip() {
    while (left_ != 0 && !(at_->image > floor_ && IsTold(*at_, audience_))) ++at_;
  }

  const shard::Change* at_;
  Audience audience_;
  std::uint64_t floor_;
  std::size_t left_;
};

}  // namespace

struct Outbox::Queue {
  // Larger blocks than the library's 32: runs are long, and a block is what a queue takes and gives back at a time.
  struct Traits : moodycamel::ConcurrentQueueDefaultTraits {
    static constexpr std::size_t BLOCK_SIZE = 256;
  };

  // A block more at each end: the first and the last of a full queue may be partly used.
  explicit Queue(std::uint64_t events_max) : queue(events_max + 2 * Traits::BLOCK_SIZE), token(queue) {}

  [[nodiscard]] std::uint64_t waiting() const {
    // acquire: partner of the release in Pop; what was popped has left its place in the queue, and had been counted as
    // pushed: whoever reads in this order never finds more popped than pushed.
    const std::uint64_t gone = popped.load(std::memory_order_acquire);
    return pushed.load(std::memory_order_relaxed) - gone;
  }

  moodycamel::ConcurrentQueue<shard::Change, Traits> queue;
  moodycamel::ProducerToken token;       // one producer, so one order, whichever thread commits
  std::atomic<std::uint64_t> pushed{0};  // the committer writes it, before he pushes
  alignas(64) std::atomic<std::uint64_t> popped{0};
};

Outbox::Outbox(const std::vector<Audience>& audiences, std::uint64_t events_max) : events_max_(events_max) {
  for (const Audience audience : audiences) {
    queues_[static_cast<std::size_t>(audience)] = std::make_unique<Queue>(events_max);
  }
}

Outbox::~Outbox() = default;

std::size_t Outbox::Room() const {
  std::uint64_t room = std::numeric_limits<std::uint64_t>::max();
  for (const auto& queue : queues_) {
    if (queue != nullptr) room = std::min(room, events_max_ - queue->waiting());
  }
  return room;
}

void Outbox::Push(std::span<const shard::Change> changes) {
  for (std::size_t i = 0; i < kAudiences; ++i) {
    if (queues_[i] == nullptr) continue;
    Queue& queue = *queues_[i];
    const auto audience = static_cast<Audience>(i);
    const std::uint64_t floor = floors_[i];
    const auto told = static_cast<std::size_t>(std::count_if(changes.begin(), changes.end(), [&](const auto& change) {
      return change.image > floor && IsTold(change, audience);
    }));
    if (told == 0) continue;
    FLEXSTOCK_CHECK(queue.waiting() + told <= events_max_);
    // relaxed: the committer's own; who has popped something sees that it was counted, by the queue's own release.
    queue.pushed.store(queue.pushed.load(std::memory_order_relaxed) + told, std::memory_order_relaxed);
    // Its memory was there from the start.
    FLEXSTOCK_CHECK(queue.queue.enqueue_bulk(queue.token, ToldIterator(changes.data(), audience, floor, told), told));
  }
}

std::uint64_t Outbox::Waiting(Audience audience) const {
  const auto index = static_cast<std::size_t>(audience);
  if (index >= kAudiences || queues_[index] == nullptr) return 0;
  // Between its two readings much may be popped and pushed; more than the limit never waits.
  return std::min(queues_[index]->waiting(), events_max_);
}

std::size_t Outbox::Pop(Audience audience, std::span<shard::Change> changes) {
  const std::unique_ptr<Queue>& queue = queues_[static_cast<std::size_t>(audience)];
  if (queue == nullptr) return 0;
  const std::size_t count = queue->queue.try_dequeue_bulk_from_producer(queue->token, changes.begin(), changes.size());
  if (count != 0) queue->popped.fetch_add(count, std::memory_order_release);  // partner: waiting()
  return count;
}

}  // namespace flexstock::outbox
