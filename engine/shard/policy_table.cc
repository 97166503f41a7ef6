#include "engine/shard/policy_table.h"

#include "engine/base/check.h"

namespace flexstock::shard {

PolicyTable::PolicyTable(const Policy& defaults) { Acquire(defaults); }

std::uint32_t PolicyTable::Acquire(const Policy& policy) {
  const auto [found, fresh] = index_.try_emplace(Hashed{policy}, 0);
  if (!fresh) {
    ++users_[found->second];
    return found->second;
  }
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(policies_.size()));
    policies_.emplace_back();
    users_.push_back(0);
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  policies_[index] = policy;
  users_[index] = 1;
  found->second = index;
  return index;
}

void PolicyTable::Release(std::uint32_t index) {
  FLEXSTOCK_CHECK(users_[index] > 0);
  if (--users_[index] != 0) return;
  index_.erase(Hashed{policies_[index]});
  free_.push_back(index);
}

}  // namespace flexstock::shard
