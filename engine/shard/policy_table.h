// PolicyTable: the policies in use, each kept once. Most products share a few, and a product then needs four bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "flexstock/policy.h"

namespace flexstock::shard {

class PolicyTable {
 public:
  // Index 0 is `defaults`, for ever.
  explicit PolicyTable(const Policy& defaults);

  const Policy& operator[](std::uint32_t index) const { return policies_[index]; }

  // The index of an equal policy, with one user more.
  std::uint32_t Acquire(const Policy& policy);
  // One user fewer; the index of a policy without users is given to the next new one.
  void Release(std::uint32_t index);

 private:
  struct Hashed {
    Policy policy;
    friend bool operator==(const Hashed&, const Hashed&) = default;
    template <typename H>
    friend H AbslHashValue(H state, const Hashed& hashed) {
      const Policy& p = hashed.policy;
      return H::combine(std::move(state), p.acceptance_window_ms, p.payment_window_ms, p.checkout_hold_ms,
                        p.pending_limit, p.order_limit, p.customer_limit, p.overflow, p.fill_on_restock, p.late_payment,
                        p.draw_on_accept);
    }
  };

  std::vector<Policy> policies_;
  std::vector<std::uint32_t> users_;
  std::vector<std::uint32_t> free_;
  absl::flat_hash_map<Hashed, std::uint32_t> index_;
};

}  // namespace flexstock::shard
