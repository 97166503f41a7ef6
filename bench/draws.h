// Draws: what the next customers want, drawn before the clock runs.
//
// A Zipf draw costs as much as placing the order, so millions are drawn ahead and gone through again and again: four
// bytes an order, read in sequence. The ranks of a Zipf draw are scattered over the products: popular products are not
// neighbours in memory just because they are popular.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "flexstock/types.h"

namespace flexstock::bench {

// How the customers' wishes spread over the products.
enum class Spread : std::uint8_t {
  kUniform,
  kZipf,  // theta 0.99
  kHot,   // everyone wants one product
};
inline constexpr Spread kSpreads[] = {Spread::kUniform, Spread::kZipf, Spread::kHot};

[[nodiscard]] std::string_view Name(Spread spread);

struct Draw {
  std::uint32_t product : 30;  // 0 .. products - 1
  std::uint32_t qty : 2;       // 1 .. 3
};
static_assert(sizeof(Draw) == 4);

class Draws {
 public:
  // The same draws in every run, made once a process and kept.
  static const Draws& Of(Spread spread, std::uint64_t products);

  [[nodiscard]] std::size_t size() const { return draws_.size(); }
  [[nodiscard]] const Draw& operator[](std::size_t index) const { return draws_[index]; }

 private:
  Draws(Spread spread, std::uint64_t products);

  std::vector<Draw> draws_;
};

}  // namespace flexstock::bench
