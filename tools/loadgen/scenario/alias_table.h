// AliasTable: one of n things, each as likely as its weight says, in one step whatever n is.
//
// The alias method of A. J. Walker (1977), built as M. D. Vose says ("A linear algorithm for generating random numbers
// with a given distribution", IEEE TSE 17 (9), 1991). Each thing has a cell of equal size; what a light thing leaves
// empty in its cell is filled by one heavy one. A draw picks a cell and a point in it: one random number serves both,
// whose product with n has the cell above and the point below.
//
// Exact to the rounding of the weights' sum: a probability is off by less than n / 2^52 of itself.
// Memory  16 bytes a thing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {

class AliasTable {
 public:
  // At least one and at most 2^32 - 1 weights, each >= 0 and finite, their sum > 0.
  explicit AliasTable(std::span<const double> weights);

  // 0 .. n-1.
  std::uint32_t operator()(Rng& rng) const {
    const unsigned __int128 product = static_cast<unsigned __int128>(rng.Next()) * cells_.size();
    const auto cell = static_cast<std::uint32_t>(product >> 64);
    return static_cast<std::uint64_t>(product) < cells_[cell].keep ? cell : cells_[cell].alias;
  }

  [[nodiscard]] std::size_t size() const { return cells_.size(); }

 private:
  struct Cell {
    std::uint64_t keep;   // points below belong to the cell's own thing
    std::uint32_t alias;  // the others to this one
  };

  std::vector<Cell> cells_;
};

}  // namespace flexstock::loadgen
