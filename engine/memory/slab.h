// Slab: an array whose elements never move and whose memory comes as it is used.
//
// Address space for `capacity` elements is reserved at once and costs nothing; the kernel backs a page when it is first
// touched. So a pointer into a slab stays good for the slab's life, an index is enough to name an element, and growing
// never copies. A first touch costs a page fault of about a microsecond: Populate() takes it beforehand, in bulk.
//
// T must be fine as all zero bytes: that is what an untouched element is.
#pragma once

#include <cstddef>
#include <type_traits>

namespace flexstock::memory {

// Reserves zeroed address space, in huge pages where it is large; nullptr if the system refuses.
void* Reserve(std::size_t bytes);
void Unreserve(void* begin, std::size_t bytes);
// Backs [begin, begin + bytes) with memory now.
void Populate(void* begin, std::size_t bytes);

template <typename T>
class Slab {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  Slab() = default;
  ~Slab() {
    if (begin_ != nullptr) Unreserve(begin_, capacity_ * sizeof(T));
  }
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  // False if the address space is not to be had.
  [[nodiscard]] bool Open(std::size_t capacity) {
    begin_ = static_cast<T*>(Reserve(capacity * sizeof(T)));
    capacity_ = begin_ == nullptr ? 0 : capacity;
    return begin_ != nullptr;
  }

  void Populate(std::size_t first, std::size_t count) { memory::Populate(begin_ + first, count * sizeof(T)); }

  T& operator[](std::size_t index) { return begin_[index]; }
  const T& operator[](std::size_t index) const { return begin_[index]; }
  T* data() { return begin_; }
  const T* data() const { return begin_; }
  std::size_t capacity() const { return capacity_; }

 private:
  T* begin_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace flexstock::memory
