#include "tools/loadgen/histogram.h"

#include <cstdlib>
#include <new>

namespace flexstock::loadgen {

void Histogram::Merge(const Histogram& other) {
  for (std::size_t i = 0; i < kCounters; ++i) counters_[i] += other.counters_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  min_ = std::min(min_, other.min_);
}

std::uint64_t Histogram::ValueAt(std::uint32_t ppm) const {
  if (count_ == 0) return 0;
  // ceil(count * ppm / 10^6) without leaving 64 bits.
  const std::uint64_t whole = count_ / 1'000'000 * ppm;
  const std::uint64_t part = (count_ % 1'000'000 * ppm + 999'999) / 1'000'000;
  const std::uint64_t rank = std::clamp<std::uint64_t>(whole + part, 1, count_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kCounters; ++i) {
    seen += counters_[i];
    // The last counter also holds what is longer than kTop: only the maximum is known of those.
    if (seen >= rank) return i == kCounters - 1 ? max_ : std::min(Highest(i), max_);
  }
  return max_;
}

std::uint64_t* Histogram::Zeroes() {
  void* const memory = std::calloc(kCounters, sizeof(std::uint64_t));
  if (memory == nullptr) throw std::bad_alloc();
  return static_cast<std::uint64_t*>(memory);
}

void Histogram::Free::operator()(std::uint64_t* counters) const { std::free(counters); }

}  // namespace flexstock::loadgen
