// Refusing: most of a flash sale is customers who come too late. Beside it, selling on the same stage: half of its
// products have stock, half have none, and what stock cannot serve is refused.
#include "bench/report.h"

namespace flexstock::bench {

void RegisterBenchmarks() {
  const Setting setting = HalfSoldOut(Sized(100'000));
  for (const Spread spread : kSpreads) {
    for (const std::uint32_t threads : {1, 2, 8}) {
      RegisterPlace(Title("Sell", spread, setting.products), setting, spread, {}, threads);
      RegisterPlace(Title("Refuse", spread, setting.products), setting, spread, Refused(setting), threads);
    }
  }
}

}  // namespace flexstock::bench
