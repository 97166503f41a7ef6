#include "tools/loadgen/scenario/members.h"

#include <algorithm>
#include <cmath>

#include "tools/loadgen/scenario/nanos.h"
#include "tools/loadgen/scenario/streams.h"

namespace flexstock::loadgen {

Members::Members(const Scenario& scenario, std::uint64_t seed, std::uint32_t thread)
    : plan_(scenario.members), rng_(RngOf(seed, Stream::kAnswers, thread)) {}

MemberAnswer Members::Answer(Units qty) {
  const double mood = rng_.Unit();
  if (mood >= plan_.accept + plan_.accept_part + plan_.decline) return {};
  const std::uint64_t after_ns = Nanos(plan_.answer_after_s(rng_));
  if (mood >= plan_.accept + plan_.accept_part) return {.kind = MemberAnswer::Kind::kDecline, .after_ns = after_ns};
  if (mood < plan_.accept || qty == 1) return {.kind = MemberAnswer::Kind::kAccept, .qty = qty, .after_ns = after_ns};
  const double part = std::ceil(plan_.part(rng_) * static_cast<double>(qty));
  return {.kind = MemberAnswer::Kind::kAcceptPart,
          .qty = std::clamp<Units>(static_cast<Units>(part), 1, qty - 1),
          .after_ns = after_ns};
}

std::vector<Restock> Restocks(const Scenario& scenario, std::uint64_t seed) {
  Rng rng = RngOf(seed, Stream::kRestocks);
  std::vector<Restock> restocks;
  for (const RestockPlan& plan : scenario.members.restocks) {
    for (std::uint32_t product = 0; product < plan.products; ++product) {
      restocks.push_back({.at_ns = Nanos(plan.at_s), .product = product, .units = plan.units.Whole(rng, 0, kStockMax)});
    }
  }
  std::ranges::stable_sort(restocks, {}, &Restock::at_ns);
  return restocks;
}

}  // namespace flexstock::loadgen
