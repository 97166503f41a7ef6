// Outbox: committed changes on their way to the audiences; one bounded moodycamel::ConcurrentQueue each.
//
// Push takes a run of changes and gives every audience those it is told of, in bulk (measured: 1.6 ns an item in bulks
// of 64, 17 one by one). All audiences get a run, so the fullest queue decides for all: nothing is lost, memory is
// bounded by events_max an audience, and the price is that an audience that nobody polls stops the others in the end.
//
// Threads  Push and Room: one at a time (the committer). Pop and Waiting: any. A queue's changes come out in the order
//          they went in; pops at one time get disjoint runs.
// Memory   Address space for events_max changes an audience at the start; a queue goes round in the part that it needs.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/shard/change.h"
#include "flexstock/options.h"

namespace flexstock::outbox {

class Outbox {
 public:
  Outbox(const std::vector<Audience>& audiences, std::uint64_t events_max);
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // How many changes Push may be given now.
  [[nodiscard]] std::size_t Room() const;
  // The audience has dealt with everything up to this position, in a life before: it is not told again.
  void SetFloor(Audience audience, std::uint64_t position) { floors_[static_cast<std::size_t>(audience)] = position; }
  // At most Room() changes, their positions in place.
  void Push(std::span<const shard::Change> changes);
  // How many changes wait for the audience, 0 if there is no such one. Any thread; while others push and pop, as of
  // some instant before.
  [[nodiscard]] std::uint64_t Waiting(Audience audience) const;
  // Up to changes.size() of what the audience is told of, in order. 0 if there is nothing, or no such audience.
  [[nodiscard]] std::size_t Pop(Audience audience, std::span<shard::Change> changes);

 private:
  struct Queue;
  std::unique_ptr<Queue> queues_[kAudiences];
  std::uint64_t floors_[kAudiences] = {};
  const std::uint64_t events_max_;
};

}  // namespace flexstock::outbox
