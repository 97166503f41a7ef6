#include "bench/peers/sale.h"

namespace flexstock::bench::peers {

std::string_view Name(Answer answer) {
  constexpr std::string_view kNames[kAnswers] = {"no answer", "confirmed", "pending", "refused"};
  return kNames[static_cast<std::size_t>(answer)];
}

Sale::Sale(Spread spread, std::uint64_t products, std::uint64_t orders)
    : spread_(spread), draws_(Draws::Of(spread, products)), orders_(orders), supply_(products) {
  constexpr std::size_t kShortOf = 8;
  for (std::uint64_t i = 0; i < orders; ++i) supply_[draws_[i].product] += draws_[i].qty;
  for (std::size_t i = 0; i < supply_.size(); i += kShortOf) supply_[i] /= 2;
}

}  // namespace flexstock::bench::peers
