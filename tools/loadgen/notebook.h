// Notebook: all that one thread writes down in a run; read when the thread is done (the tally also meanwhile).
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "tools/loadgen/books.h"
#include "tools/loadgen/histogram.h"
#include "tools/loadgen/tally.h"

namespace flexstock::loadgen {

// Nanoseconds, one histogram a kind of call.
using Timings = std::array<Histogram, kCalls>;

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

struct Notebook {
  explicit Notebook(std::size_t products) : books(products) {}

  Tally tally;
  Timings timings;
  Books books;
  std::uint64_t short_after_ns = kNever;  // when the first order came that stock could not serve; a sale's shoppers
  std::uint64_t twice_sold = 0;  // keys sent again that were not recognised: one customer's order was placed twice
};

}  // namespace flexstock::loadgen
