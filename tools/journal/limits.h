// Limits: the options with which an engine can be opened on what a journal holds. They are not in its files; what is in
// the files has room in them.
//
//   orders_max, products_max   one more than the highest slot that was met
//   retention_ms               the longest under which everything that happened could happen: an order whose slot or
//                              key was given to another one was forgotten by then. So nothing is forgotten that the
//                              engine may remember, and no two orders have one key
#pragma once

#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "flexstock/options.h"
#include "tools/journal/scan.h"

namespace flexstock::journal_tool {

class Limits : public Visitor {
 public:
  void OnOrders(std::uint32_t shard, std::span<const shard::SlotImage> orders) override;
  void OnProducts(std::uint32_t shard, std::span<const shard::ProductImage> products) override;
  void OnRecord(const ChangeAt& at, const shard::Record& record, std::size_t bytes) override;

  [[nodiscard]] std::uint64_t orders_max() const { return orders_max_; }
  [[nodiscard]] std::uint64_t products_max() const { return products_max_; }
  [[nodiscard]] Millis retention_ms() const { return retention_ms_; }

  // An engine that fits, and does nothing of itself: no clock, no thread but those that recover. It tells nobody.
  [[nodiscard]] Options OptionsFor(const std::string& path, const Scanned& scanned, Storage& storage) const;

 private:
  // The latest order of a slot.
  struct Seen {
    std::uint32_t generation = 0;
    Millis placed_ms = 0;
    Millis settled_ms = -1;  // < 0: it is not
    OrderKey key{};
  };
  void Meet(std::uint32_t slot, const Seen& order);
  void Forgotten(const Seen& order, Millis by_ms);

  std::uint64_t orders_max_ = 1, products_max_ = 1;
  Millis retention_ms_ = std::numeric_limits<Millis>::max();
  absl::flat_hash_map<std::uint32_t, Seen> slots_;
  absl::flat_hash_map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> keys_;  // the slot of its latest order
};

}  // namespace flexstock::journal_tool
