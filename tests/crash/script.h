// Script: what each thread of the load does at each offset of its stream. The loaded process runs it; its parent works
// out from it, and from the position that survived, what must be there and what must not.
//
// Only what a `kTreat` does depends on how the process went. All else is a function of seed, stream and offset.
#pragma once

#include <vector>

#include "flexstock/engine.h"

namespace flexstock::crash {

inline constexpr std::uint32_t kStreams = 3;
inline constexpr std::int64_t kProducts = 12;
inline constexpr MemberId kMember{7};

struct Step {
  enum class Kind : std::uint8_t {
    kTreat,      // some order is accepted, paid, canceled, ...
    kPlace,      // an order that may be refused
    kSure,       // an order that is always confirmed: its product has more than can be sold
    kWholeCart,  // all or nothing, over several products
    kSplitCart,
    kRestock,  // always taken
  };
  Kind kind{};
  CustomerId customer{};
  std::vector<CartLine> lines{};  // kPlace, kSure: one. Keys are used by no other step
  ProductId product{};            // kRestock
  Units by = 0;
};

class Script {
 public:
  explicit Script(std::uint64_t seed);

  [[nodiscard]] Step At(std::uint32_t stream, std::uint64_t offset) const;
  // How a product is made, with all its stock.
  [[nodiscard]] static PutProduct Product(std::int64_t product);

  // How both processes open the engine; the load changes nothing of it, the parent its clock and its threads.
  [[nodiscard]] Options EngineOptions(const std::string& directory) const;
  // Orders are forgotten while the load runs.
  [[nodiscard]] bool forgets() const { return retention_ms_ < 1000; }

 private:
  const std::uint64_t seed_;
  Millis retention_ms_;
};

// The offset at which the key's order was placed, and by which stream.
[[nodiscard]] constexpr Position PlacedAt(OrderKey key) {
  return {.stream = static_cast<std::uint32_t>(key.hi - 1), .offset = key.lo >> 8};
}

}  // namespace flexstock::crash
