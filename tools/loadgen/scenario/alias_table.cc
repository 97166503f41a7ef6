#include "tools/loadgen/scenario/alias_table.h"

#include <limits>

namespace flexstock::loadgen {

AliasTable::AliasTable(std::span<const double> weights) : cells_(weights.size()) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  const double cells_per_weight = static_cast<double>(weights.size()) / sum;

  // How much of a cell each thing fills, and who fills less than one, and who one or more.
  std::vector<double> fill(weights.size());
  std::vector<std::uint32_t> light, heavy;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    fill[i] = weights[i] * cells_per_weight;
    (fill[i] < 1 ? light : heavy).push_back(i);
  }
  while (!light.empty() && !heavy.empty()) {
    const std::uint32_t poor = light.back(), rich = heavy.back();
    light.pop_back();
    cells_[poor] = {.keep = static_cast<std::uint64_t>(fill[poor] * 0x1.0p64), .alias = rich};
    fill[rich] -= 1 - fill[poor];
    if (fill[rich] < 1) {
      heavy.pop_back();
      light.push_back(rich);
    }
  }
  // What is left fills its own cell; where it is light, only rounding keeps it from that.
  for (const auto* rest : {&light, &heavy}) {
    for (const std::uint32_t i : *rest) cells_[i] = {.keep = std::numeric_limits<std::uint64_t>::max(), .alias = i};
  }
}

}  // namespace flexstock::loadgen
