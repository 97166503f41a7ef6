// Tournament: every contestant in turn, round after round, in the same minutes.
//
// Each round begins with another contestant, so that nobody always comes behind the same neighbour. Each plays sales of
// its own length, about as long as it is told to take; how many orders that is, is found out beforehand, which warms
// everything up. Every single play is checked: those of one client answer by answer against flexstock's.
#pragma once

#include <array>
#include <vector>

#include "bench/peers/contestants.h"
#include "bench/peers/play.h"
#include "bench/peers/ticker.h"

namespace flexstock::bench::peers {

struct Plan {
  int rounds = 5;
  double seconds = 0.3;        // about how long each plays in a round
  std::uint64_t products = 0;  // of the Zipf catalogue
};

// How one of them did in one kind of sale.
struct Standing {
  const Contestant* contestant = nullptr;
  Spread spread{};
  std::uint64_t orders = 0;                       // a round
  std::array<std::uint64_t, kAnswers> answers{};  // of the last round, by Answer
  std::vector<double> orders_per_s;               // of each round
};

// The standings of each contestant, in their order, Zipf before hot. Throws Failure, also if somebody's answers are
// wrong, and Interrupted.
[[nodiscard]] std::vector<Standing> Hold(const std::vector<Contestant>& contestants, const Plan& plan, Ticker& ticker);

// One play, checked: throws Failure.
[[nodiscard]] Played PlayChecked(const Contestant& contestant, const Sale& sale, const Played& expected);

// What flexstock answers to one client: what the others are held against.
[[nodiscard]] Played Expect(const Sale& sale);

}  // namespace flexstock::bench::peers
