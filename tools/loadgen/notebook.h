// Notebook: all that one thread writes down in a run; read when the thread is done (the tally also meanwhile).
#pragma once

#include <array>

#include "tools/loadgen/books.h"
#include "tools/loadgen/histogram.h"
#include "tools/loadgen/tally.h"

namespace flexstock::loadgen {

// Nanoseconds, one histogram a kind of call.
using Timings = std::array<Histogram, kCalls>;

struct Notebook {
  explicit Notebook(std::size_t products) : books(products) {}

  Tally tally;
  Timings timings;
  Books books;
  std::uint64_t twice_sold = 0;  // keys sent again that were not recognised: one customer's order was placed twice
};

}  // namespace flexstock::loadgen
