// TimerWheel: which orders have run out of time?
//
// Most orders are answered or paid in time, so arming and disarming are O(1), touch no memory but the node, its list
// neighbour and one list head, and allocate nothing; firing is the rare case. Eight rings of 256 lists cover every
// instant up to 2^63-1 (Varghese & Lauck, SOSP 1987):
//
//   ring 0   256 lists of 1 ms             this block of 256 ms
//   ring 1   256 lists of 256 ms           empties into ring 0, one list at a time
//   ring 2   256 lists of 65 536 ms        empties into rings 0 and 1
//   ...
//   ring 7   256 lists of 2^56 ms
//
// A node's ring is that of the highest byte in which its deadline differs from now(), its list that byte of the
// deadline. So ring and list follow from the deadline alone, and a node needs no more than its two links. A bit a list
// says which are in use: time that jumps a year ahead looks at a few words, not at every millisecond.
//
// Nodes    Live in the caller's array and are named by index. Node must have: Millis when_ms; uint64_t placed;
//          uint32_t prev, next.
// Time     Reads no clock: it is told the time. Deadlines are >= now().
// Order    PopDue gives nodes in order of (when_ms, placed), for any sequence of calls.
// Threads  None. One owner at a time: whoever holds the shard's lock.
//
// Invariants, all checked by Verify():
//   1. An armed node is in exactly one list: that of its deadline relative to now().
//   2. No armed deadline lies behind now().
//   3. A list's bit is set if and only if the list has a node.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>

#include "engine/base/check.h"
#include "flexstock/types.h"

namespace flexstock::wheel {

inline constexpr std::uint32_t kNil = 0xffff'ffff;
inline constexpr Millis kNever = std::numeric_limits<Millis>::max();

template <typename Node>
class TimerWheel {
 public:
  // `nodes` must outlive the wheel and never move.
  explicit TimerWheel(Node* nodes) : nodes_(nodes) {}

  [[nodiscard]] Millis now() const { return static_cast<Millis>(now_); }
  [[nodiscard]] std::uint64_t armed() const { return armed_; }

  // nodes[index].when_ms and .placed are set, its links are free for use.
  void Arm(std::uint32_t index) {
    FLEXSTOCK_DCHECK(nodes_[index].when_ms >= now());
    Append(index);
    ++armed_;
    if (static_cast<std::uint64_t>(nodes_[index].when_ms) == now_) sorted_ = false;
  }

  void Disarm(std::uint32_t index) {
    Node& node = nodes_[index];
    if (node.prev != kNil && node.next != kNil) [[likely]] {  // inside its list: which list does not matter
      nodes_[node.prev].next = node.next;
      nodes_[node.next].prev = node.prev;
    } else {
      Unlink(PlaceOf(node.when_ms), index);
    }
    --armed_;
  }

  // The next node due by `until`, disarmed, in order of (when_ms, placed); now() is its deadline then. kNil if there is
  // none: now() is `until` then (or where it was, if that is later).
  [[nodiscard]] std::uint32_t PopDue(Millis until) {
    for (;;) {
      int ring = 0;
      const Millis bound = armed_ == 0 ? kNever : NextBound(&ring);
      if (bound > until || armed_ == 0) {
        if (until > now()) MoveTo(static_cast<std::uint64_t>(until));
        return kNil;
      }
      if (bound > now()) MoveTo(static_cast<std::uint64_t>(bound));
      if (ring != 0) continue;  // what was far came near
      const Place due = PlaceOf(bound);
      if (!sorted_) Sort(due);
      const std::uint32_t index = lists_[due.ring][due.slot].head;
      Unlink(due, index);
      --armed_;
      if (const std::uint32_t following = lists_[due.ring][due.slot].head; following != kNil) {
        __builtin_prefetch(&nodes_[following]);
      }
      return index;
    }
  }

  // No node is due before this; kNever if none is armed. Never beyond the end of this block of 256 ms while anything is
  // armed, so that whoever comes back by then keeps now() near and nodes in the rings where they are cheapest.
  [[nodiscard]] Millis WakeBy() const {
    if (armed_ == 0) return kNever;
    int ring = 0;
    return std::min(NextBound(&ring), block_end());
  }
  // The same after one more node was armed for `when_ms`, without looking at the others.
  [[nodiscard]] Millis WakeBy(Millis when_ms) const { return std::min(when_ms, block_end()); }

  // Checks the invariants over every list. O(armed).
  void Verify() const;

 private:
  static constexpr int kRings = 8;
  static constexpr int kSlots = 256;

  struct List {
    std::uint32_t head = kNil;
    std::uint32_t tail = kNil;
  };
  struct Place {
    int ring;
    unsigned slot;
  };

  [[nodiscard]] Millis block_end() const {
    const auto last = static_cast<Millis>(now_ | 255u);
    return last == kNever ? kNever : last + 1;
  }

  static unsigned Byte(std::uint64_t time, int ring) { return static_cast<unsigned>(time >> (8 * ring)) & 255u; }

  Place PlaceOf(Millis when_ms) const {
    const auto when = static_cast<std::uint64_t>(when_ms);
    // |1 keeps the ring at 0 for a deadline of this very instant.
    const int ring = (63 - std::countl_zero((when ^ now_) | 1u)) >> 3;
    return {ring, Byte(when, ring)};
  }

  void Append(std::uint32_t index) {
    Node& node = nodes_[index];
    const Place place = PlaceOf(node.when_ms);
    List& list = lists_[place.ring][place.slot];
    node.prev = list.tail;
    node.next = kNil;
    if (list.tail == kNil) {
      list.head = index;
      used_[place.ring][place.slot >> 6] |= std::uint64_t{1} << (place.slot & 63u);
    } else {
      nodes_[list.tail].next = index;
    }
    list.tail = index;
  }

  void Unlink(Place place, std::uint32_t index) {
    const Node& node = nodes_[index];
    List& list = lists_[place.ring][place.slot];
    (node.prev == kNil ? list.head : nodes_[node.prev].next) = node.next;
    (node.next == kNil ? list.tail : nodes_[node.next].prev) = node.prev;
    if (list.head == kNil) used_[place.ring][place.slot >> 6] &= ~(std::uint64_t{1} << (place.slot & 63u));
  }

  // The first list in use of a ring from `slot` on; kSlots if none.
  unsigned FirstUsed(int ring, unsigned slot) const {
    for (unsigned word = slot >> 6; word < 4; ++word) {
      std::uint64_t bits = used_[ring][word];
      if (word == slot >> 6) bits &= ~std::uint64_t{0} << (slot & 63u);
      if (bits != 0) return word * 64 + static_cast<unsigned>(std::countr_zero(bits));
    }
    return kSlots;
  }

  // The start of the earliest list in use: an inner ring's lists all lie before an outer ring's.
  Millis NextBound(int* ring) const {
    for (int r = 0; r < kRings; ++r) {
      const unsigned slot = FirstUsed(r, Byte(now_, r));
      if (slot == kSlots) continue;
      *ring = r;
      const int shift = 8 * r;
      const std::uint64_t above = r == kRings - 1 ? 0 : now_ >> (shift + 8) << (shift + 8);
      return static_cast<Millis>(above | std::uint64_t{slot} << shift);
    }
    return kNever;
  }

  // Time goes to `to`, which no armed deadline lies before. Only the outermost ring whose byte changes can hold nodes
  // of the block that begins: those inside it held nodes of the block that ends, and are empty.
  void MoveTo(std::uint64_t to) {
    const int ring = (63 - std::countl_zero((to ^ now_) | 1u)) >> 3;
    now_ = to;
    sorted_ = false;
    if (ring == 0) return;
    List& list = lists_[ring][Byte(to, ring)];
    std::uint32_t index = list.head;
    if (index == kNil) return;
    list = List{};
    used_[ring][Byte(to, ring) >> 6] &= ~(std::uint64_t{1} << (Byte(to, ring) & 63u));
    while (index != kNil) {
      const std::uint32_t next = nodes_[index].next;
      if (next != kNil) __builtin_prefetch(&nodes_[next]);
      Append(index);
      index = next;
    }
  }

  // Puts this instant's list in order of placement. Usually it is: equal windows keep the order of placement. If not, a
  // bottom-up merge sort of the links, which allocates nothing (Knuth, TAOCP 3, 5.2.4 L).
  void Sort(Place place) {
    sorted_ = true;
    List& list = lists_[place.ring][place.slot];
    bool in_order = true;
    for (std::uint32_t i = list.head; in_order && nodes_[i].next != kNil; i = nodes_[i].next) {
      in_order = nodes_[i].placed <= nodes_[nodes_[i].next].placed;
    }
    if (in_order) return;
    std::array<std::uint32_t, 32> runs;  // runs[k]: a sorted run of 2^k nodes, or kNil
    runs.fill(kNil);
    for (std::uint32_t i = list.head; i != kNil;) {
      std::uint32_t run = i;
      i = nodes_[i].next;
      nodes_[run].next = kNil;
      std::size_t k = 0;
      for (; runs[k] != kNil; ++k) {
        run = Merge(runs[k], run);
        runs[k] = kNil;
      }
      runs[k] = run;
    }
    std::uint32_t all = kNil;
    for (const std::uint32_t run : runs) {
      if (run != kNil) all = all == kNil ? run : Merge(run, all);
    }
    list.head = all;
    std::uint32_t previous = kNil;
    for (std::uint32_t i = all; i != kNil; i = nodes_[i].next) {
      nodes_[i].prev = previous;
      previous = i;
    }
    list.tail = previous;
  }

  // Merges two runs by their next links; `a` first among equals.
  std::uint32_t Merge(std::uint32_t a, std::uint32_t b) {
    std::uint32_t head = kNil;
    std::uint32_t* end = &head;
    while (a != kNil && b != kNil) {
      std::uint32_t& least = nodes_[a].placed <= nodes_[b].placed ? a : b;
      *end = least;
      end = &nodes_[least].next;
      least = *end;
    }
    *end = a != kNil ? a : b;
    return head;
  }

  Node* nodes_;
  std::uint64_t now_ = 0;
  std::uint64_t armed_ = 0;
  bool sorted_ = false;  // the list of now() is in order of placement
  std::uint64_t used_[kRings][kSlots / 64] = {};
  List lists_[kRings][kSlots];
};

template <typename Node>
void TimerWheel<Node>::Verify() const {
  std::uint64_t seen = 0;
  for (int ring = 0; ring < kRings; ++ring) {
    for (unsigned slot = 0; slot < kSlots; ++slot) {
      const List& list = lists_[ring][slot];
      const bool used = (used_[ring][slot >> 6] >> (slot & 63u) & 1u) != 0;
      FLEXSTOCK_CHECK(used == (list.head != kNil));
      FLEXSTOCK_CHECK((list.head == kNil) == (list.tail == kNil));
      std::uint32_t previous = kNil;
      for (std::uint32_t i = list.head; i != kNil; i = nodes_[i].next) {
        FLEXSTOCK_CHECK(nodes_[i].prev == previous);
        FLEXSTOCK_CHECK(nodes_[i].when_ms >= now());
        const Place place = PlaceOf(nodes_[i].when_ms);
        FLEXSTOCK_CHECK(place.ring == ring && place.slot == slot);
        previous = i;
        ++seen;
      }
      FLEXSTOCK_CHECK(list.tail == previous);
    }
  }
  FLEXSTOCK_CHECK(seen == armed_);
}

}  // namespace flexstock::wheel
