#include "bench/footprint.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "bench/caller.h"

namespace flexstock::bench {
namespace {

enum class Orders { kNone, kPlain, kKeyed };

[[noreturn]] void Die(const char* problem) {
  std::fprintf(stderr, "footprint: %s\n", problem);
  std::exit(1);
}

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0, resident = 0;
  if (!(statm >> size >> resident)) Die("/proc/self/statm cannot be read");
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// What so many products and as many orders take together.
double MeasureHere(std::uint64_t count, bool reserved, Orders orders) {
  const bool keyed = orders == Orders::kKeyed;
  Setting setting{.products = count, .retention_ms = 86'400'000, .reserve_products = reserved};
  setting.orders_reserve = reserved && orders != Orders::kNone ? count : 0;
  setting.keys_reserve = reserved && keyed ? count : 0;
  const Draws& draws = Draws::Of(Spread::kUniform, count);
  const double before = ResidentBytes();
  Stage stage(setting);
  Caller caller(stage, draws, {.keyed = keyed}, 0, 1);
  for (std::uint64_t i = 0; orders != Orders::kNone && i < count / kEpochOrders; ++i) caller.EpochOfOneInstant();
  const double bytes = ResidentBytes() - before;
  if (!caller.Leave().empty()) Die("the stage is wrong");
  return bytes / static_cast<double>(count);
}

double MeasureApart(std::uint64_t count, bool reserved, Orders orders) {
  int ends[2];
  if (::pipe(ends) != 0) Die("no pipe");
  const pid_t child = ::fork();
  if (child < 0) Die("no fork");
  double bytes = 0;
  if (child == 0) {
    bytes = MeasureHere(count, reserved, orders);
    ::_exit(::write(ends[1], &bytes, sizeof(bytes)) == sizeof(bytes) ? 0 : 1);
  }
  ::close(ends[1]);
  if (::read(ends[0], &bytes, sizeof(bytes)) != sizeof(bytes)) Die("no answer from the child");
  ::close(ends[0]);
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) Die("the child failed");
  return bytes;
}

}  // namespace

Footprint MeasureFootprint(std::uint64_t count, bool reserved) {
  const double products = MeasureApart(count, reserved, Orders::kNone);
  const double orders = MeasureApart(count, reserved, Orders::kPlain);
  const double keyed = MeasureApart(count, reserved, Orders::kKeyed);
  return {.product_bytes = products, .order_bytes = orders - products, .key_bytes = keyed - orders};
}

}  // namespace flexstock::bench
