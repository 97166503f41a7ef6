// Product: what changes with every order, one cache line; ProductName: what never changes, apart from it, so that
// whoever expands events on another CPU reads lines that nobody writes.
#pragma once

#include <cstdint>

#include "flexstock/policy.h"
#include "flexstock/types.h"

namespace flexstock::shard {

struct alignas(64) Product {
  Units available;
  Units held;
  Units sold;
  Units written_off;
  Units supplied;
  std::uint32_t pending_head, pending_tail;  // orders awaiting acceptance, oldest first
  std::uint32_t pending;
  std::uint32_t policy;  // index into the shard's policies
  std::uint32_t draft;
  std::uint32_t padding;

  [[nodiscard]] ProductMode mode() const {
    if (draft != 0) return ProductMode::kDraft;
    return available > 0 ? ProductMode::kActive : ProductMode::kInactive;
  }
};
static_assert(sizeof(Product) == 64);

struct ProductName {
  std::int64_t product;
  std::int64_t member;
  std::uint32_t next_of_member;  // the member's products of this shard are a list
};
static_assert(sizeof(ProductName) == 24);

}  // namespace flexstock::shard
