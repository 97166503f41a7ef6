// Audit: do the units add up? For users, at any time. Verify: is every structure as it should be? For tests.
#include <limits>

#include "engine/shard/shard.h"

namespace flexstock::shard {
namespace {

// Each product's units fit; the sum of very many very large ones may not, and then stays at the end of the range.
void AddTo(Units* sum, Units units) {
  if (__builtin_add_overflow(*sum, units, sum)) *sum = std::numeric_limits<Units>::max();
}

}  // namespace

void Shard::Audit(AuditReport* report) const {
  struct FromOrders {
    Units held = 0, sold = 0, pending = 0;
  };
  memory::HashMap<std::uint32_t, FromOrders> by_product;
  ForEachOrder([&](std::uint32_t slot) FLEXSTOCK_REQUIRES(lock) {
    const Order& order = orders_[slot];
    if (!Counts(order.state)) return;
    FromOrders& sums = by_product[order.product];
    if (order.state == OrderState::kAwaitingAcceptance) ++sums.pending;
    if (order.state == OrderState::kAwaitingPayment) sums.held += order.taken;
    if (order.state == OrderState::kConfirmed || order.state == OrderState::kPickedUp) sums.sold += order.taken;
  });
  ForEachProduct([&](std::uint32_t slot) FLEXSTOCK_REQUIRES(lock) {
    const Product& product = products_[slot];
    const ProductAside& aside = asides()[slot];
    const auto found = by_product.find(slot);
    const FromOrders orders = found == by_product.end() ? FromOrders{} : found->second;
    ++report->products;
    report->pending += product.pending;
    AddTo(&report->available, product.available);
    AddTo(&report->held, product.held);
    AddTo(&report->sold, product.sold);
    AddTo(&report->written_off, aside.written_off);
    AddTo(&report->supplied, aside.supplied);
    const bool adds_up = aside.supplied == product.available + product.held + product.sold + aside.written_off;
    const bool in_range = product.available >= 0 && aside.written_off >= 0;
    // Forgotten orders stay sold, so the orders may account for fewer.
    const bool agrees =
        product.held == orders.held && Units{product.pending} == orders.pending && product.sold >= orders.sold;
    if (adds_up && in_range && agrees) return;
    if (report->broken.size() < 100) report->broken.push_back(static_cast<ProductId>(names()[slot].product));
    ++report->broken_count;
  });
  report->orders += orders_live_;
}

void Shard::Verify() const {
  AuditReport report;
  Audit(&report);
  FLEXSTOCK_CHECK(report.ok());
  wheel_->Verify();
  std::uint64_t waiting = 0, settled = 0, free = 0, last_or_retired = 0, pending = 0;
  ForEachOrder([&](std::uint32_t slot) FLEXSTOCK_REQUIRES(lock) {
    const Order& order = orders_[slot];
    if (order.state == OrderState::kNone) {
      // With its last generation ahead or behind it: the free list tells which.
      ++(order.generation == kGenerationMax ? last_or_retired : free);
      return;
    }
    ++(IsWaiting(order.state) ? waiting : settled);
    FLEXSTOCK_CHECK(IsProduct(order.product));
    FLEXSTOCK_CHECK(order.accepted <= order.qty && order.taken <= order.units());
  });
  FLEXSTOCK_CHECK(waiting == wheel_->armed());
  FLEXSTOCK_CHECK(waiting + settled == orders_live_);

  std::uint64_t listed = 0;
  Millis entered = 0;
  for (std::uint64_t i = 0; i < settled_.size(); ++i) {
    const SettledQueue::Entry entry = settled_.Ahead(i);
    const Order& order = orders_[entry.slot];
    if (order.settlings != entry.nth) continue;  // stale
    FLEXSTOCK_CHECK(order.state != OrderState::kNone && !IsWaiting(order.state) && order.when_ms >= entered);
    entered = order.when_ms;
    ++listed;
  }
  FLEXSTOCK_CHECK(listed == settled);

  listed = 0;
  for (std::uint32_t slot = free_head_; slot != kNil; slot = orders_[slot].next) ++listed;
  FLEXSTOCK_CHECK(listed == free_count_);
  FLEXSTOCK_CHECK(listed >= free && listed <= free + last_or_retired);

  ForEachProduct([&](std::uint32_t slot) FLEXSTOCK_REQUIRES(lock) {
    std::uint64_t placed = 0;
    for (std::uint32_t at = asides()[slot].pending_head; at != kNil; at = orders_[at].pending_next) {
      FLEXSTOCK_CHECK(orders_[at].state == OrderState::kAwaitingAcceptance && orders_[at].product == slot);
      FLEXSTOCK_CHECK(orders_[at].placed > placed);
      placed = orders_[at].placed;
      ++pending;
    }
  });
  FLEXSTOCK_CHECK(pending == report.pending);
}

}  // namespace flexstock::shard
