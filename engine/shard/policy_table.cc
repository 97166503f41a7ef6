#include "engine/shard/policy_table.h"

#include "engine/base/check.h"

namespace flexstock::shard {

bool PolicyTable::Open(const Policy& defaults) {
  if (!policies_.Open(policies_max_)) return false;
  return Acquire(defaults) == 0;
}

std::uint32_t PolicyTable::Acquire(const Policy& policy) {
  const std::lock_guard lock(mutex_);
  const auto [found, fresh] = index_.try_emplace(Hashed{policy}, 0);
  if (!fresh) {
    ++users_[found->second];
    return found->second;
  }
  if (free_.empty()) {
    FLEXSTOCK_CHECK(users_.size() < policies_max_);
    free_.push_back(static_cast<std::uint32_t>(users_.size()));
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
  const std::lock_guard lock(mutex_);
  FLEXSTOCK_CHECK(users_[index] > 0);
  if (--users_[index] != 0) return;
  index_.erase(Hashed{policies_[index]});
  free_.push_back(index);
}

}  // namespace flexstock::shard
