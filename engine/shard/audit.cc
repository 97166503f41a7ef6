// Audit: do the units add up? For users, at any time. Verify: is every structure as it should be? For tests.
#include <vector>

#include "engine/shard/shard.h"

namespace flexstock::shard {

void Shard::Audit(AuditReport* report) const {
  struct FromOrders {
    Units held = 0, sold = 0, pending = 0;
  };
  std::vector<FromOrders> orders(products_used_);
  for (std::uint32_t slot = 0; slot < slots_used_; ++slot) {
    const Order& order = orders_[slot];
    FromOrders& sums = orders[order.product];
    if (order.status() == OrderState::kAwaitingAcceptance) ++sums.pending;
    if (order.status() == OrderState::kAwaitingPayment) sums.held += order.taken;
    if (order.status() == OrderState::kConfirmed || order.status() == OrderState::kPickedUp) sums.sold += order.taken;
  }
  for (std::uint32_t slot = 0; slot < products_used_; ++slot) {
    const Product& product = products_[slot];
    report->pending += product.pending;
    report->available += product.available;
    report->held += product.held;
    report->sold += product.sold;
    report->written_off += product.written_off;
    report->supplied += product.supplied;
    const bool adds_up = product.supplied == product.available + product.held + product.sold + product.written_off;
    const bool in_range = product.available >= 0 && product.written_off >= 0;
    // Forgotten orders stay sold, so the orders may account for fewer.
    const bool agrees = product.held == orders[slot].held && Units{product.pending} == orders[slot].pending &&
                        product.sold >= orders[slot].sold;
    if (adds_up && in_range && agrees) continue;
    if (report->broken.size() < 100) report->broken.push_back(static_cast<ProductId>(names_[slot].product));
    ++report->broken_count;
  }
  report->products += products_used_;
  report->orders += orders_live_;
}

void Shard::Verify() const {
  AuditReport report;
  Audit(&report);
  FLEXSTOCK_CHECK(report.ok());
  wheel_->Verify();
  std::uint64_t waiting = 0, settled = 0, free = 0, last_or_retired = 0, pending = 0;
  for (std::uint32_t slot = 0; slot < slots_used_; ++slot) {
    const Order& order = orders_[slot];
    if (order.status() == OrderState::kNone) {
      // With its last generation ahead or behind it: the free list tells which.
      ++(order.generation == kGenerationMax ? last_or_retired : free);
      continue;
    }
    ++(IsWaiting(order.status()) ? waiting : settled);
    FLEXSTOCK_CHECK(order.product < products_used_);
    FLEXSTOCK_CHECK(order.accepted <= order.qty && order.taken <= order.units());
  }
  FLEXSTOCK_CHECK(waiting == wheel_->armed());
  FLEXSTOCK_CHECK(waiting + settled == orders_live_);

  std::uint64_t listed = 0;
  Millis entered = 0;
  for (std::uint32_t slot = settled_head_, before = kNil; slot != kNil; before = slot, slot = orders_[slot].next) {
    FLEXSTOCK_CHECK(orders_[slot].prev == before);
    FLEXSTOCK_CHECK(!IsWaiting(orders_[slot].status()) && orders_[slot].when_ms >= entered);
    entered = orders_[slot].when_ms;
    ++listed;
  }
  FLEXSTOCK_CHECK(listed == settled);

  listed = 0;
  for (std::uint32_t slot = free_head_; slot != kNil; slot = orders_[slot].next) ++listed;
  FLEXSTOCK_CHECK(listed == free_count_);
  FLEXSTOCK_CHECK(listed >= free && listed <= free + last_or_retired);

  for (std::uint32_t slot = 0; slot < products_used_; ++slot) {
    std::uint64_t placed = 0;
    for (std::uint32_t at = products_[slot].pending_head; at != kNil; at = orders_[at].pending_next) {
      FLEXSTOCK_CHECK(orders_[at].status() == OrderState::kAwaitingAcceptance && orders_[at].product == slot);
      FLEXSTOCK_CHECK(orders_[at].placed > placed);
      placed = orders_[at].placed;
      ++pending;
    }
  }
  FLEXSTOCK_CHECK(pending == report.pending);
}

}  // namespace flexstock::shard
