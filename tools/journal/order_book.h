// OrderBook: what an order's later changes do not say again: whose it is. And the products that slots stand for.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "engine/shard/record.h"

namespace flexstock::journal_tool {

class OrderBook {
 public:
  struct Order {
    std::uint32_t generation = 0;
    std::uint32_t product = 0;  // slot
    std::int64_t customer = 0;
    std::uint32_t qty = 0;
  };

  void Note(const shard::SlotImage& image) {
    const shard::Order& order = image.order;
    if (order.state == OrderState::kNone) return;
    orders_[image.slot] = {order.generation, order.product, order.customer, order.qty};
  }
  void Note(const shard::ProductImage& image) { products_[image.slot] = image.product; }
  void Note(const shard::Record& record) {
    if (record.type == shard::kProductImage) products_[record.product] = record.product_id;
    if (!record.placed) return;
    Order& order = orders_[record.slot];
    // A change that the snapshot has as well may be of an order whose slot has another one since.
    if (record.generation > order.generation) {
      order = {record.generation, record.product, record.customer, record.qty};
    }
  }

  // nullptr: the journal says no more who it was.
  [[nodiscard]] const Order* Find(std::uint32_t slot, std::uint32_t generation) const {
    const auto found = orders_.find(slot);
    return found != orders_.end() && found->second.generation == generation ? &found->second : nullptr;
  }
  // 0: nobody has said.
  [[nodiscard]] std::int64_t ProductAt(std::uint32_t slot) const {
    const auto found = products_.find(slot);
    return found == products_.end() ? 0 : found->second;
  }

 private:
  absl::flat_hash_map<std::uint32_t, Order> orders_;           // by slot
  absl::flat_hash_map<std::uint32_t, std::int64_t> products_;  // by slot
};

}  // namespace flexstock::journal_tool
