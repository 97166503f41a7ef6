// HashMap: Abseil's, with which the process ends where there is no memory. One that could not grow is left with room that
// it does not have, and its destructor would free what never was its own.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace flexstock::memory {

template <typename T>
struct EndingAllocator {
  using value_type = T;
  EndingAllocator() = default;
  template <typename Other>
  EndingAllocator(const EndingAllocator<Other>&) {}  // NOLINT(google-explicit-constructor): allocators are made so
  // noexcept: what is thrown here is the end.
  T* allocate(std::size_t count) noexcept { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept { std::allocator<T>().deallocate(memory, count); }
  bool operator==(const EndingAllocator&) const = default;
};

template <typename Key, typename Value>
using HashMap = absl::flat_hash_map<Key, Value, typename absl::flat_hash_map<Key, Value>::hasher,
                                    typename absl::flat_hash_map<Key, Value>::key_equal,
                                    EndingAllocator<std::pair<const Key, Value>>>;

}  // namespace flexstock::memory
