#include "bench/footprint.h"

#include "bench/apart.h"
#include "bench/caller.h"
#include "bench/die.h"
#include "bench/resident.h"

namespace flexstock::bench {
namespace {

enum class Orders { kNone, kPlain, kKeyed };

// What so many products and as many orders take together.
double MeasureHere(std::uint64_t count, bool reserved, Orders orders) {
  const bool keyed = orders == Orders::kKeyed;
  Setting setting{.products = count, .retention_ms = kRemembered, .reserve_products = reserved};
  setting.orders_reserve = reserved && orders != Orders::kNone ? count : 0;
  setting.keys_reserve = reserved && keyed ? count : 0;
  const Draws& draws = Draws::Of(Spread::kUniform, count);
  const double before = ResidentBytes();
  Stage stage(setting);
  Caller caller(stage, draws, {.keyed = keyed}, 0, 1);
  for (std::uint64_t i = 0; orders != Orders::kNone && i < count / kEpochOrders; ++i) caller.EpochOfOneInstant();
  const double bytes = ResidentBytes() - before;
  if (!caller.Leave().empty()) Die("footprint: the stage is wrong");
  return bytes / static_cast<double>(count);
}

double MeasureApart(std::uint64_t count, bool reserved, Orders orders) {
  return Apart([&] { return MeasureHere(count, reserved, orders); });
}

}  // namespace

Footprint MeasureFootprint(std::uint64_t count, bool reserved) {
  const double products = MeasureApart(count, reserved, Orders::kNone);
  const double orders = MeasureApart(count, reserved, Orders::kPlain);
  const double keyed = MeasureApart(count, reserved, Orders::kKeyed);
  return {.product_bytes = products, .order_bytes = orders - products, .key_bytes = keyed - orders};
}

}  // namespace flexstock::bench
