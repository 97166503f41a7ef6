#include "tools/loadgen/books.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

namespace flexstock::loadgen {

Account& Account::operator+=(const Account& other) {
  held += other.held;
  sold += other.sold;
  pending += other.pending;
  requested += other.requested;
  requested_orders += other.requested_orders;
  supplied += other.supplied;
  return *this;
}

void Books::Accepted(std::uint32_t product, OrderId order, Units accepted, Units taken) {
  Unasked(product);
  Announced(product, accepted);
  accounts_[product].held += taken;
  if (taken != accepted) promises_.push_back({order, product, accepted - taken});
}

void Books::Paid(std::uint32_t product, OrderId order, Units qty) {
  accounts_[product].held -= qty;
  accounts_[product].sold += qty;
  paid_.push_back({order, product, static_cast<std::uint32_t>(qty)});
}

void Books::Released(std::uint32_t product, OrderId order, Units qty) {
  accounts_[product].held -= qty;
  released_.push_back(order);
}

std::vector<Account> Close(std::span<const Books* const> all) {
  std::vector<Account> sums(all.empty() ? 0 : all.front()->accounts_.size());
  absl::flat_hash_map<OrderId, const Books::Promise*> promised;
  for (const Books* books : all) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += books->accounts_[i];
    for (const Books::Promise& promise : books->promises_) promised.emplace(promise.order, &promise);
  }
  // Paid and released were booked with all accepted units: take the promised ones out again.
  const auto promise_of = [&promised](OrderId order) {
    const auto found = promised.find(order);
    return found == promised.end() ? nullptr : found->second;
  };
  absl::flat_hash_set<OrderId> released;
  for (const Books* books : all) {
    for (const OrderId order : books->released_) {
      released.insert(order);
      if (const Books::Promise* promise = promise_of(order)) sums[promise->product].held += promise->units;
    }
  }
  for (const Books* books : all) {
    for (const Books::Payment& paid : books->paid_) {
      if (released.contains(paid.order)) {
        sums[paid.product].held += paid.qty;  // they had left already, and were taken from stock anew
      } else if (const Books::Promise* promise = promise_of(paid.order)) {
        sums[promise->product].held += promise->units;
        sums[promise->product].sold -= promise->units;
      }
    }
  }
  // What was requested without an answer was filled from stock: such an order took all its units and waits no longer.
  for (Account& sum : sums) {
    sum.held += sum.requested;
    sum.pending -= sum.requested_orders;
  }
  return sums;
}

}  // namespace flexstock::loadgen
