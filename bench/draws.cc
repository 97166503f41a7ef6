#include "bench/draws.h"

#include <map>
#include <memory>
#include <utility>

#include "bench/size.h"
#include "tools/loadgen/rng.h"
#include "tools/loadgen/zipf.h"

namespace flexstock::bench {
namespace {

constexpr std::uint64_t kDraws = std::uint64_t{1} << 22;
constexpr std::uint64_t kSeed = 20261123;

// Scatters ranks: a prime that divides no number of products here, so no two ranks meet.
constexpr std::uint64_t kScatter = 2'654'435'761;

}  // namespace

std::string_view Name(Spread spread) {
  constexpr std::string_view kNames[] = {"uniform", "zipf", "hot"};
  return kNames[static_cast<std::size_t>(spread)];
}

const Draws& Draws::Of(Spread spread, std::uint64_t products) {
  static auto& made = *new std::map<std::pair<Spread, std::uint64_t>, std::unique_ptr<const Draws>>;
  std::unique_ptr<const Draws>& draws = made[{spread, products}];
  if (draws == nullptr) draws.reset(new Draws(spread, products));
  return *draws;
}

Draws::Draws(Spread spread, std::uint64_t products) : draws_(Sized(kDraws)) {
  loadgen::Rng rng(kSeed, 0);
  const loadgen::Zipf zipf(products, 0.99);
  const auto next = [&]() -> std::uint64_t {
    if (spread == Spread::kUniform) return rng.Below(products);
    return spread == Spread::kHot ? 0 : (zipf(rng) - 1) * kScatter % products;
  };
  for (Draw& draw : draws_) {
    draw.product = static_cast<std::uint32_t>(next()) & ((1u << 30) - 1);
    draw.qty = static_cast<std::uint32_t>(1 + rng.Below(3)) & 3u;
  }
}

}  // namespace flexstock::bench
