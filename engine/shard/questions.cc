// Questions: copies of what stands, made under the lock.
#include "engine/shard/shard.h"

namespace flexstock::shard {

Code Shard::View(ProductId id, ProductView* view) const {
  const std::uint32_t slot = FindProduct(id);
  if (slot == kNil) return Code::kUnknownProduct;
  const Product& product = products_[slot];
  *view = {.product = id,
           .member = static_cast<MemberId>(names()[slot].member),
           .mode = product.mode(),
           .available = product.available,
           .held = product.held,
           .sold = product.sold,
           .written_off = asides()[slot].written_off,
           .supplied = asides()[slot].supplied,
           .pending = product.pending,
           .policy = PolicyOf(product)};
  return Code::kOk;
}

void Shard::Fill(const Order& order, OrderView* view) const {
  *view = {.order = IdOf(order),
           .key = KeyOf(order),
           .product = static_cast<ProductId>(names()[order.product].product),
           .member = static_cast<MemberId>(names()[order.product].member),
           .customer = static_cast<CustomerId>(order.customer),
           .qty = order.qty,
           .accepted = order.accepted,
           .taken = order.taken,
           .state = order.state,
           .deadline_ms = IsWaiting(order.state) ? order.when_ms : 0};
}

Code Shard::View(OrderId id, OrderView* view) const {
  const Order* order = FindOrder(id);
  if (order == nullptr) return Code::kUnknownOrder;
  Fill(*order, view);
  return Code::kOk;
}

Code Shard::View(std::uint32_t slot, OrderKey key, OrderView* view) const {
  if (!around_.orders->IsOwner(slot, index_) || orders_[slot].state == OrderState::kNone ||
      KeyOf(orders_[slot]) != key) {
    return Code::kUnknownOrder;
  }
  Fill(orders_[slot], view);
  return Code::kOk;
}

void Shard::Copy(memory::Range slots, std::vector<SlotImage>* orders) const {
  for (std::uint32_t slot = slots.first; slot < slots.end; ++slot) {
    const Order& order = orders_[slot];
    if (order.generation == 0) continue;
    // Used at least once: a fresh slot of generation 1 is as good as one that nobody knows.
    if (order.state == OrderState::kNone && order.generation == 1) continue;
    orders->push_back({slot, order, KeyOf(order)});
  }
}

void Shard::Copy(memory::Range slots, std::vector<ProductImage>* products) const {
  for (std::uint32_t slot = slots.first; slot < slots.end; ++slot) {
    const ProductName& name = names()[slot];
    if (name.product == 0) continue;
    const Product& product = products_[slot];
    products->push_back({.slot = slot,
                         .product = name.product,
                         .member = name.member,
                         .available = product.available,
                         .held = product.held,
                         .sold = product.sold,
                         .written_off = asides()[slot].written_off,
                         .supplied = asides()[slot].supplied,
                         .draft = product.draft != 0,
                         .policy = PolicyOf(product)});
  }
}

void Shard::AppendPending(MemberId member, std::vector<std::pair<std::uint64_t, OrderView>>* pending) const {
  const auto first = products_of_member_.find(static_cast<std::int64_t>(member));
  if (first == products_of_member_.end()) return;
  for (std::uint32_t product = first->second; product != kNil; product = names()[product].next_of_member) {
    for (std::uint32_t slot = asides()[product].pending_head; slot != kNil; slot = orders_[slot].pending_next) {
      OrderView view;
      Fill(orders_[slot], &view);
      pending->emplace_back(orders_[slot].placed, view);
    }
  }
}

}  // namespace flexstock::shard
