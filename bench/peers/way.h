// Way: how a peer's clients go about it, and what an answer promises.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flexstock::bench::peers {

// What has to happen to lose an order that was answered.
enum class Durability : std::uint8_t {
  kMemory,   // the process ends
  kSoon,     // power fails within about a second (flexstock: milliseconds); it is on its way to the disk
  kDurable,  // the disk dies: it was written and synced before the answer
};
// "memory", "soon", "durable"
[[nodiscard]] std::string_view Name(Durability durability);

struct Way {
  std::uint32_t clients = 1;
  std::uint64_t together = 1;  // orders that a client sends before it waits for the first one's answer: 1 or kTogether
  Durability durability = Durability::kMemory;
  friend bool operator==(const Way&, const Way&) = default;
};
inline constexpr std::uint64_t kTogether = 64;

// "1 client", "8 clients", "1 client, 64 at a time"
[[nodiscard]] std::string Clients(const Way& way);

}  // namespace flexstock::bench::peers
