#include "tools/loadgen/scenario/scenario_catalogue.h"

#include <vector>

#include "tools/loadgen/scenario/streams.h"

namespace flexstock::loadgen {
namespace {

// Which policy each product has: its class's, or the plan's for those in none.
class Policies {
 public:
  Policies(const CataloguePlan& plan, Catalogue* catalogue) : plan_(plan), common_(catalogue->AddPolicy(plan.policy)) {
    for (const ProductClass& some : plan.classes) classes_.push_back(catalogue->AddPolicy(some.policy));
  }

  [[nodiscard]] std::uint32_t Draw(Rng& rng) const {
    double at = rng.Unit();
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      at -= plan_.classes[i].share;
      if (at < 0) return classes_[i];
    }
    return common_;
  }

 private:
  const CataloguePlan& plan_;
  const std::uint32_t common_;
  std::vector<std::uint32_t> classes_;
};

}  // namespace

Catalogue BuildCatalogue(const Scenario& scenario, std::uint64_t seed) {
  const CataloguePlan& plan = scenario.catalogue;
  const auto* const trace = scenario.trace.has_value() ? &*scenario.trace : nullptr;
  Rng rng = RngOf(seed, Stream::kCatalogue);
  Catalogue catalogue;
  const Policies policies(plan, &catalogue);
  for (std::uint32_t i = 0; i < plan.products; ++i) {
    // Everything is drawn for every product, so that changing one share moves no other choice.
    const bool inactive = rng.Unit() < plan.inactive;
    const std::uint32_t policy = policies.Draw(rng);
    const Units stock =
        trace != nullptr ? trace->stock.For(trace->trace.products[i].demand) : plan.stock.Whole(rng, 0, kStockMax);
    catalogue.Add({.id = trace != nullptr ? trace->trace.products[i].id : ProductId{std::int64_t{i} + 1},
                   .stock = inactive ? 0 : stock,
                   .member = MemberId{std::int64_t{i % plan.members} + 1},
                   .policy = policy});
  }
  return catalogue;
}

}  // namespace flexstock::loadgen
