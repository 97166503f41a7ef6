#include "bench/comparison.h"

#include <algorithm>

#include "bench/round_trip.h"

namespace flexstock::bench {
namespace {

// A cache line there and back between CPUs of one socket takes about 120 ns; between far ones five times that.
constexpr double kNearNs = 250;
constexpr std::size_t kNearRounds = 3;

std::vector<double> Figures(const Outcome& outcome) {
  std::vector<double> figures;
  for (const Round& round : outcome.Counted()) figures.push_back(outcome.FigureOf(round));
  return figures;
}

}  // namespace

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool IsAtLeast(Figure figure) { return figure == Figure::kRate; }

const char* Unit(Figure figure) { return figure == Figure::kTime || figure == Figure::kRate ? "x" : " ns"; }

double Outcome::FigureOf(const Round& round) const {
  switch (comparison->figure) {
    case Figure::kTime:
      return round.a_ns / round.b_ns;
    case Figure::kRate:
      return round.b_ns / round.a_ns;
    case Figure::kExtra:
      return round.a_ns - round.b_ns;
    case Figure::kAlone:
      break;
  }
  return round.a_ns;
}

std::vector<Round> Outcome::Counted() const {
  std::vector<Round> near;
  std::ranges::copy_if(rounds, std::back_inserter(near),
                       [](const Round& round) { return round.round_trip_ns < kNearNs; });
  return near.size() >= kNearRounds ? near : rounds;
}

double Outcome::median() const { return Median(Figures(*this)); }
double Outcome::least() const { return std::ranges::min(Figures(*this)); }
double Outcome::most() const { return std::ranges::max(Figures(*this)); }

bool Outcome::met() const {
  return IsAtLeast(comparison->figure) ? median() >= comparison->mark : median() <= comparison->mark;
}

Outcome Measure(const Comparison& comparison, int rounds) {
  const Comparison::Sides sides = comparison.sides();
  Outcome outcome{.comparison = &comparison, .rounds = {}, .problem = {}};
  for (int i = -1; i < rounds; ++i) {
    Round round;
    if (comparison.threads) round.round_trip_ns = RoundTripNs();
    round.a_ns = sides.a->Run();
    if (sides.b != nullptr) round.b_ns = sides.b->Run();
    if (i >= 0) outcome.rounds.push_back(round);
  }
  outcome.problem = sides.a->Leave();
  if (sides.b != nullptr) outcome.problem += sides.b->Leave();
  return outcome;
}

}  // namespace flexstock::bench
