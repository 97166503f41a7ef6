#include "bench/peers/way.h"

#include <fmt/format.h>

namespace flexstock::bench::peers {

std::string_view Name(Durability durability) {
  constexpr std::string_view kNames[] = {"memory", "soon", "durable"};
  return kNames[static_cast<std::size_t>(durability)];
}

std::string Clients(const Way& way) {
  const std::string clients = fmt::format("{} client{}", way.clients, way.clients == 1 ? "" : "s");
  return way.together == 1 ? clients : fmt::format("{}, {} at a time", clients, way.together);
}

}  // namespace flexstock::bench::peers
