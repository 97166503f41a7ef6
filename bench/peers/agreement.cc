#include "bench/peers/agreement.h"

#include <fmt/format.h>

#include <algorithm>

namespace flexstock::bench::peers {
namespace {

// What the answers say of one product.
struct Told {
  Units sold = 0;
  Units pending = 0;       // orders
  Units refused = 0;       // orders
  Units least_missed = 0;  // units of the smallest order that stock did not serve; 0: there is none
};

std::string Describe(const Sale& sale, std::uint64_t i) {
  const Order order = sale[i];
  return fmt::format("{} sale, order {} ({} of product {})", Name(sale.spread()), order.id, order.qty, order.product);
}

std::string Problem(const Told& told, Units supplied, const Shelf& shelf) {
  if (shelf.available < 0) return fmt::format("{} units are left", shelf.available);
  if (told.sold + shelf.available != supplied) {
    return fmt::format("{} units sold and {} left of {}", told.sold, shelf.available, supplied);
  }
  if (told.least_missed != 0 && told.least_missed <= shelf.available) {
    return fmt::format("an order of {} was not served from stock, yet {} are left", told.least_missed, shelf.available);
  }
  if (told.pending != shelf.pending) return fmt::format("{} orders pending, told {}", shelf.pending, told.pending);
  if (told.pending > kPendingMax || (told.refused != 0 && told.pending != kPendingMax)) {
    return fmt::format("{} orders pending and {} refused, where {} may be pending", told.pending, told.refused,
                       kPendingMax);
  }
  return {};
}

}  // namespace

std::string Problem(const Sale& sale, const Played& played) {
  std::vector<Told> products(sale.supply().size());
  for (std::uint64_t i = 0; i < sale.orders(); ++i) {
    const Order order = sale[i];
    const Answer answer = played.answers[i];
    Told& told = products[static_cast<std::size_t>(order.product - 1)];
    if (answer == Answer::kNone) return Describe(sale, i) + ": no answer";
    if (answer == Answer::kConfirmed) {
      told.sold += order.qty;
      continue;
    }
    ++(answer == Answer::kPending ? told.pending : told.refused);
    told.least_missed = told.least_missed == 0 ? order.qty : std::min<Units>(told.least_missed, order.qty);
  }
  for (std::size_t i = 0; i < products.size(); ++i) {
    const std::string problem = Problem(products[i], sale.supply()[i], played.shelves[i]);
    if (!problem.empty()) return fmt::format("{} sale, product {}: {}", Name(sale.spread()), i + 1, problem);
  }
  return {};
}

std::string Difference(const Sale& sale, const Played& flexstock, const Played& peer) {
  for (std::uint64_t i = 0; i < sale.orders(); ++i) {
    if (peer.answers[i] == flexstock.answers[i]) continue;
    return fmt::format("{}: {}, flexstock says {}", Describe(sale, i), Name(peer.answers[i]),
                       Name(flexstock.answers[i]));
  }
  for (std::size_t i = 0; i < sale.supply().size(); ++i) {
    const Shelf &theirs = peer.shelves[i], &ours = flexstock.shelves[i];
    if (theirs == ours) continue;
    return fmt::format("{} sale, product {}: {} left and {} pending, flexstock says {} and {}", Name(sale.spread()),
                       i + 1, theirs.available, theirs.pending, ours.available, ours.pending);
  }
  return {};
}

}  // namespace flexstock::bench::peers
