// EventOrder: one order of events, whatever the number of shards.
//
// Each shard tells its events in order, but one shard after the other. Most commands touch one product, so one shard,
// and nothing is to be done. Two things touch many:
//
//   time moves on    groups of an expiry and all that it caused, by (when, order of placement)
//   a cart           groups of a placed line's events, in the order of lines; a product's changed mode follows its last
//   line
//
// These are gathered here and come out as one shard would tell them.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "flexstock/events.h"
#include "tools/replay/key_book.h"

namespace flexstock::replay {

class EventOrder {
 public:
  explicit EventOrder(const KeyBook& keys) : keys_(keys) {}

  // The next event of an advance of time.
  void AddExpired(const Event& event);
  // The next event of a cart whose placed lines have their placement in the key book.
  void AddPlaced(const Event& event);

  // Hands all out in order, and is empty again.
  template <typename Take>
  void TakeAll(Take take) {
    if (groups_.empty()) return;
    Sort();
    for (const Group& group : groups_) {
      for (std::size_t i = group.first; i < group.first + group.count; ++i) take(events_[i]);
    }
    groups_.clear();
    events_.clear();
  }

 private:
  struct Group {
    Millis at_ms;
    std::uint64_t placement;
    std::size_t first;  // of events_
    std::size_t count;
  };

  void Sort();
  void Begin(Millis at_ms, std::uint64_t placement) { groups_.push_back({at_ms, placement, events_.size(), 0}); }
  void Append(const Event& event) {
    events_.push_back(event);
    ++groups_.back().count;
  }

  const KeyBook& keys_;
  std::deque<Event> events_;  // of a storm of millions: must not be copied to grow
  std::vector<Group> groups_;
};

}  // namespace flexstock::replay
