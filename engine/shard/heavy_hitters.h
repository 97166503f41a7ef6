// HeavyHitters: which products have most, when there is room for a few only?
//
// Space-Saving (Metwally, Agrawal, El Abbadi, ICDT 2005), with weights. Whoever is not among the entries takes over the
// smallest of them, with its count, and remembers how much of it may be another's. With W the sum of all weights:
//
//   count - over <= what it has <= count    for every entry
//   what it has  <= smallest count          for whoever has none, once all entries are in use
//   smallest count <= W / kEntries          so whoever has more than that has an entry
//
// Entries are kept by falling count: the hottest is found first, the smallest is the last, and what a shard with one
// hot product touches is one cache line. O(kEntries), no allocation.
//
// Threads  None. One owner at a time: whoever holds the shard's lock.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

namespace flexstock::shard {

class HeavyHitters {
 public:
  static constexpr std::size_t kEntries = 12;

  struct Entry {
    std::uint64_t count = 0;
    std::uint64_t over = 0;  // so much of the count may be that of others
    std::uint32_t product = 0;
    std::uint32_t times = 0;  // that it was added since it has the entry; stays at the most that fits
  };

  void Add(std::uint32_t product, std::uint64_t weight) {
    std::size_t at = 0;
    while (at < used_ && entries_[at].product != product) ++at;
    if (at == used_) {
      if (used_ < kEntries) {
        ++used_;
      } else {
        --at;
        entries_[at].over = entries_[at].count;
        entries_[at].times = 0;
      }
      entries_[at].product = product;
    }
    entries_[at].count += weight;
    entries_[at].times += entries_[at].times != std::numeric_limits<std::uint32_t>::max() ? 1 : 0;
    for (; at != 0 && entries_[at - 1].count < entries_[at].count; --at) std::swap(entries_[at - 1], entries_[at]);
  }

  // By falling count.
  [[nodiscard]] std::span<const Entry> entries() const { return {entries_.data(), used_}; }
  // The most that a product without an entry has.
  [[nodiscard]] std::uint64_t missed_most() const { return used_ < kEntries ? 0 : entries_.back().count; }

 private:
  std::array<Entry, kEntries> entries_{};
  std::size_t used_ = 0;
};

}  // namespace flexstock::shard
