// PolicyTable: the policies in use, each kept once for the whole engine. Most products share a few: a product then
// needs four bytes, and an order reads a line that is in every cache.
//
// Threads  Acquire and Release: any. Reading a policy: whoever holds the lock of a product that uses it; what is in use
//          neither moves nor changes.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/memory/hash_map.h"
#include "engine/memory/slab.h"
#include "flexstock/policy.h"

namespace flexstock::shard {

class PolicyTable {
 public:
  explicit PolicyTable(std::uint64_t policies_max) : policies_max_(policies_max) {}

  // Index 0 is `defaults`, for ever. False: the system refuses the address space.
  [[nodiscard]] bool Open(const Policy& defaults);

  const Policy& operator[](std::uint32_t index) const { return policies_[index]; }

  // The index of an equal policy, with one user more. At most policies_max different ones may be in use.
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

  const std::uint64_t policies_max_;
  memory::Slab<Policy> policies_;
  std::mutex mutex_;  // guards all below, and the choice of a slot in policies_
  std::vector<std::uint32_t> users_;
  std::vector<std::uint32_t> free_;
  memory::HashMap<Hashed, std::uint32_t> index_;
};

}  // namespace flexstock::shard
