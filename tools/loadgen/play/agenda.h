// Agenda: what somebody means to do, and when. Earliest first; of one instant, in the order in which it was noted, so
// that the same run is the same run again.
//
// A day has millions of errands, most of them minutes ahead. One heap of all would miss the cache at each of its
// levels, so time is cut into days of equal length (a calendar queue, R. Brown, CACM 31 (10), 1988, without its
// resizing): what is for a later day is appended to that day's list; only the day that has come is a heap.
//
// Threads  None.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace flexstock::loadgen {

template <class Item>
class Agenda {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  // For a run that ends at `end_ns`: what is for later is kept, and due then, but not sorted ahead of time.
  explicit Agenda(std::uint64_t end_ns) : day_ns_(end_ns / kDays + 1), days_(kDays + 1) {}

  void Note(std::uint64_t at_ns, Item item) {
    const std::size_t day = std::min<std::size_t>(at_ns / day_ns_, kDays);
    if (day > today_) {
      days_[day].push_back({at_ns, noted_++, std::move(item)});
    } else {
      heap_.push_back({at_ns, noted_++, std::move(item)});
      std::push_heap(heap_.begin(), heap_.end(), Later);
    }
    ++size_;
    TurnPage();
  }

  // When the first is due; kNever if nothing is noted.
  [[nodiscard]] std::uint64_t next_ns() const { return heap_.empty() ? kNever : heap_.front().at_ns; }

  // Takes the first item if it is due by `now_ns`.
  bool TakeDue(std::uint64_t now_ns, Item* item) {
    if (heap_.empty() || next_ns() > now_ns) return false;
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    *item = std::move(heap_.back().item);
    heap_.pop_back();
    --size_;
    TurnPage();
    return true;
  }

 private:
  static constexpr std::size_t kDays = 4096;
  struct Entry {
    std::uint64_t at_ns;
    std::uint64_t number;
    Item item;
  };
  static bool Later(const Entry& a, const Entry& b) {
    return a.at_ns != b.at_ns ? a.at_ns > b.at_ns : a.number > b.number;
  }

  // The heap has the first of all that is noted.
  void TurnPage() {
    if (!heap_.empty() || size_ == 0) return;
    while (days_[++today_].empty()) {
    }
    heap_.swap(days_[today_]);
    std::make_heap(heap_.begin(), heap_.end(), Later);
  }

  const std::uint64_t day_ns_;
  std::vector<std::vector<Entry>> days_;
  std::vector<Entry> heap_;  // of today and before
  std::size_t today_ = 0;
  std::size_t size_ = 0;
  std::uint64_t noted_ = 0;
};

}  // namespace flexstock::loadgen
