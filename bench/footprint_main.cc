// footprint: bytes a product, a live order and its key. `footprint [COUNT]`: at so many of each, 10 million unless
// told.
#include <fmt/format.h>

#include <cstdlib>

#include "bench/footprint.h"
#include "bench/size.h"

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : flexstock::bench::Sized(10'000'000);
  if (count == 0) {
    fmt::print(stderr, "usage: footprint [COUNT]\n");
    return 1;
  }
  fmt::print("{:<18} {:>10} {:>12} {:>10}    bytes, at {} each\n", "memory is taken", "a product", "a live order",
             "its key", count);
  for (const bool reserved : {false, true}) {
    const auto footprint = flexstock::bench::MeasureFootprint(count, reserved);
    fmt::print("{:<18} {:>10.1f} {:>12.1f} {:>10.1f}\n", reserved ? "ahead" : "as it is needed",
               footprint.product_bytes, footprint.order_bytes, footprint.key_bytes);
  }
}
