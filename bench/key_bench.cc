// What a key costs: the same orders with and without, while 5 million are remembered, as on a busy day. A customer's
// app gives a key so that a click that is sent twice is one order.
#include "bench/report.h"

namespace flexstock::bench {

void RegisterBenchmarks() {
  const std::uint64_t products = Sized(100'000), live = Sized(5'000'000);
  for (const bool keyed : {false, true}) {
    const std::string title = Title(keyed ? "PlaceByKey" : "Place", Spread::kZipf, products);
    for (const std::uint32_t threads : {1, 2}) {
      RegisterPlace(title + "/live:" + std::to_string(live), Remembering(products, live, keyed), Spread::kZipf,
                    {.keyed = keyed}, threads);
    }
  }
}

}  // namespace flexstock::bench
