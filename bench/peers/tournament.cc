#include "bench/peers/tournament.h"

#include <algorithm>
#include <bit>
#include <map>

#include "bench/peers/agreement.h"
#include "bench/peers/flexstock_peer.h"
#include "bench/peers/interrupt.h"
#include "bench/size.h"

namespace flexstock::bench::peers {
namespace {

// A sale, and what is to be answered in it.
struct Match {
  Match(Spread spread, std::uint64_t products, std::uint64_t orders)
      : sale(spread, products, orders), expected(Expect(sale)) {}
  Sale sale;
  Played expected;
};

// Sales of one kind, by their lengths, which are powers of two: many contestants share one.
class Matches {
 public:
  Matches(Spread spread, std::uint64_t products) : spread_(spread), products_(products) {}
  const Match& Of(std::uint64_t orders) {
    std::unique_ptr<const Match>& match = matches_[orders];
    if (match == nullptr) match = std::make_unique<const Match>(spread_, products_, orders);
    return *match;
  }
  // The longest.
  [[nodiscard]] std::uint64_t orders_max() const { return std::bit_floor(Draws::Of(spread_, products_).size()); }

 private:
  const Spread spread_;
  const std::uint64_t products_;
  std::map<std::uint64_t, std::unique_ptr<const Match>> matches_;
};

// How many orders the contestant plays in about so long.
std::uint64_t OrdersIn(double seconds, const Contestant& contestant, Matches& matches) {
  constexpr std::uint64_t kStep = 8;
  const std::uint64_t least = std::bit_floor(Sized(256)), most = matches.orders_max();
  for (std::uint64_t orders = least;; orders = std::min(orders * kStep, most)) {
    const Match& match = matches.Of(orders);
    const double took = PlayChecked(contestant, match.sale, match.expected).seconds;
    if (took < seconds / 4 && orders < most) continue;
    const double wanted = static_cast<double>(orders) * seconds / took;
    return std::bit_floor(
        static_cast<std::uint64_t>(std::clamp(wanted, static_cast<double>(least), static_cast<double>(most))));
  }
}

}  // namespace

Played Expect(const Sale& sale) { return Play(*Flexstock(sale, Way{}, ""), sale, Way{}); }

Played PlayChecked(const Contestant& contestant, const Sale& sale, const Played& expected) {
  ThrowIfInterrupted();
  const std::unique_ptr<Peer> peer = contestant.make(sale);
  Played played = Play(*peer, sale, contestant.way);
  std::string problem = Problem(sale, played);
  if (problem.empty() && contestant.way.clients == 1) problem = Difference(sale, expected, played);
  if (!problem.empty()) throw Failure(contestant.name + ", WRONG: " + problem);
  return played;
}

std::vector<Standing> Hold(const std::vector<Contestant>& contestants, const Plan& plan, Ticker& ticker) {
  std::vector<Standing> standings;
  for (const Spread spread : {Spread::kZipf, Spread::kHot}) {
    Matches matches(spread, plan.products);
    const std::size_t first = standings.size(), count = contestants.size();
    for (const Contestant& contestant : contestants) {
      ticker.Show(Name(spread), "warming up", contestant.name);
      standings.push_back({.contestant = &contestant,
                           .spread = spread,
                           .orders = OrdersIn(plan.seconds, contestant, matches),
                           .orders_per_s = {}});
    }
    for (int round = 0; round < plan.rounds; ++round) {
      for (std::size_t i = 0; i < count; ++i) {
        Standing& standing = standings[first + (i + static_cast<std::size_t>(round)) % count];
        ticker.ShowRound(Name(spread), round + 1, plan.rounds, standing.contestant->name);
        const Match& match = matches.Of(standing.orders);
        const Played played = PlayChecked(*standing.contestant, match.sale, match.expected);
        standing.orders_per_s.push_back(static_cast<double>(standing.orders) / played.seconds);
        standing.answers = {};
        for (const Answer answer : played.answers) ++standing.answers[static_cast<std::size_t>(answer)];
      }
    }
  }
  return standings;
}

}  // namespace flexstock::bench::peers
