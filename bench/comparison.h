// Comparison: two sides measured in turn, A B A B ..., in one process and the same minute.
//
// Figures of one machine move from minute to minute, and of two machines are hardly comparable; the ratio of two sides
// that took turns is steadier than either. Of each round's ratio the median counts, and the spread says how far to
// trust it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flexstock::bench {

// One of the two.
class Side {
 public:
  virtual ~Side() = default;
  // Does some of its work: nanoseconds an order, wall clock.
  virtual double Run() = 0;
  // The end: what went wrong, if anything did.
  [[nodiscard]] virtual std::string Leave() = 0;
};

// What is made of a round's two times.
enum class Figure {
  kTime,   // A's over B's, at most the mark
  kRate,   // A's orders a second over B's, at least the mark
  kExtra,  // A's minus B's, in ns, at most the mark
  kAlone,  // A's in ns, at most the mark; there is no B
};

struct Comparison {
  struct Sides {
    std::unique_ptr<Side> a, b;
  };

  std::string name;
  Figure figure = Figure::kTime;
  double mark = 0;       // 0: none, for information
  bool threads = false;  // several at once: the CPUs' distance matters
  std::function<Sides()> sides;
};

struct Round {
  double a_ns = 0;
  double b_ns = 0;
  double round_trip_ns = 0;  // of a cache line, just before; 0 if it does not matter
};

struct Outcome {
  const Comparison* comparison = nullptr;
  std::vector<Round> rounds;
  std::string problem;  // units or events are wrong: the figures are worth nothing

  [[nodiscard]] double FigureOf(const Round& round) const;
  // Of all rounds; or, if the CPUs were near each other in at least three, of those.
  [[nodiscard]] std::vector<Round> Counted() const;
  [[nodiscard]] double median() const;
  [[nodiscard]] double least() const;
  [[nodiscard]] double most() const;
  [[nodiscard]] bool met() const;
};

[[nodiscard]] double Median(std::vector<double> values);
[[nodiscard]] bool IsAtLeast(Figure figure);
// What a median of it is printed with: "x", " ns".
[[nodiscard]] const char* Unit(Figure figure);

// Builds the sides, lets each run once unmeasured, then so many rounds.
[[nodiscard]] Outcome Measure(const Comparison& comparison, int rounds);

}  // namespace flexstock::bench
