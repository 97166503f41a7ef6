#include "tools/loadgen/scenario/popularity.h"

#include <cmath>

namespace flexstock::loadgen {

std::vector<double> RankWeights(const MeasuredPopularity& measured, std::uint32_t products) {
  const std::vector<MeasuredPopularity::Rank>& ranks = measured.ranks;
  std::vector<double> weights(products);
  std::size_t next = 0;  // the first measured rank that is not passed yet
  for (std::uint32_t rank = 1; rank <= products; ++rank) {
    while (ranks[next].rank < rank) ++next;
    double& weight = weights[rank - 1];
    if (ranks[next].rank == rank) {
      weight = ranks[next].share;
      continue;
    }
    const MeasuredPopularity::Rank &before = ranks[next - 1], &after = ranks[next];
    const double low = before.rank, high = after.rank;
    const double exponent = std::log(after.share / before.share) / std::log(high / low);
    weight = before.share * std::pow(rank / low, exponent);
  }
  return weights;
}

Popularity PopularityOf(const Scenario& scenario) {
  if (scenario.trace.has_value()) {
    std::vector<double> demand;
    for (const Trace::Product& product : scenario.trace->trace.products) {
      demand.push_back(static_cast<double>(product.demand));
    }
    return AliasTable(demand);
  }
  const CataloguePlan& catalogue = scenario.catalogue;
  if (const auto* measured = std::get_if<MeasuredPopularity>(&catalogue.popularity)) {
    return AliasTable(RankWeights(*measured, catalogue.products));
  }
  return Zipf(catalogue.products, std::get<ZipfPopularity>(catalogue.popularity).theta);
}

}  // namespace flexstock::loadgen
