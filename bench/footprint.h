// Footprint: bytes of memory a product, a live order and its key take, everything included: tables, free places in
// them, lists, queues, the engine itself. Counted by the kernel (resident memory), each engine in a process of its own,
// so that no allocator has anything left over from before.
#pragma once

#include <cstdint>

namespace flexstock::bench {

struct Footprint {
  double product_bytes = 0;
  double order_bytes = 0;
  double key_bytes = 0;
};

// So many products, and as many orders. `reserved`: memory is taken ahead, by Options' reserves; else as it is needed.
// Forks: call it before any thread is started.
[[nodiscard]] Footprint MeasureFootprint(std::uint64_t count, bool reserved);

}  // namespace flexstock::bench
