// A product in three parts, by who touches them. All are found by the product's slot.
//
//   Product        what every order reads and changes: half a cache line, because on a large catalogue the miss on it
//   is
//                  what an order costs most
//   ProductAside   what stock commands and pending orders need as well
//   ProductName    what never changes: whoever expands events on another CPU reads lines that nobody writes
#pragma once

#include <cstdint>

#include "flexstock/policy.h"
#include "flexstock/types.h"

namespace flexstock::shard {

struct alignas(32) Product {
  Units available;
  Units held;
  Units sold;
  std::uint32_t policy : 31;  // index into the policy table
  std::uint32_t draft : 1;
  std::uint32_t pending;  // how many orders await acceptance

  [[nodiscard]] ProductMode mode() const {
    if (draft != 0) return ProductMode::kDraft;
    return available > 0 ? ProductMode::kActive : ProductMode::kInactive;
  }
  // Where the units are counted that an order in this state has taken; nullptr: nowhere.
  [[nodiscard]] Units* UnitsIn(OrderState state) {
    if (state == OrderState::kAwaitingPayment) return &held;
    return state == OrderState::kConfirmed || state == OrderState::kPickedUp ? &sold : nullptr;
  }
};
static_assert(sizeof(Product) == 32);

struct ProductAside {
  Units written_off;
  Units supplied;
  std::uint32_t pending_head, pending_tail;  // orders awaiting acceptance, oldest first
};
static_assert(sizeof(ProductAside) == 24);

struct ProductName {
  std::int64_t product;
  std::int64_t member;
  std::uint32_t next_of_member;  // the member's products of this shard are a list
};
static_assert(sizeof(ProductName) == 24);

}  // namespace flexstock::shard
