// Population: who comes next, what he wants, and what he will do about it. Members: how those answer who are asked.
//
// Both draw from the scenario's distributions and from nothing else, so that one seed always gives the same people.
//
// Threads  None: each thread has its own, told apart by `thread`, and all of them together are the population.
// Cost     No allocation after the constructor; a few random numbers a line.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "tools/loadgen/rng.h"
#include "tools/loadgen/scenario/alias_table.h"
#include "tools/loadgen/scenario/scenario.h"
#include "tools/loadgen/zipf.h"

namespace flexstock::loadgen {

// "It does not happen."
inline constexpr std::uint64_t kNeverNs = std::numeric_limits<std::uint64_t>::max();

enum class IntentKind : std::uint8_t { kShopper, kHoarder, kBot };

// What a customer does about his order.
enum class Fate : std::uint8_t {
  kPay,      // fate_after_ns after its payment was asked for
  kCancel,   // fate_after_ns after it was placed
  kAbandon,  // nothing
};

struct Intent {
  struct Line {
    std::uint32_t product;  // its index in the catalogue
    Units qty;
  };

  CustomerId customer{};
  IntentKind kind = IntentKind::kShopper;
  CartMode mode = CartMode::kSplit;
  bool keyed = false;
  Fate fate = Fate::kAbandon;
  std::uint64_t fate_after_ns = kNeverNs;
  std::uint64_t retry_after_ns = kNeverNs;  // since the order was placed; only of keyed ones
  std::uint32_t line_count = 0;
  std::array<Line, kCartLinesMax> line_slots;  // only the first line_count are written: the others cost nothing

  [[nodiscard]] std::span<const Line> lines() const { return std::span(line_slots).first(line_count); }
};

class Population {
 public:
  // The scenario must outlive it.
  Population(const Scenario& scenario, std::uint64_t seed, std::uint32_t thread = 0);

  Intent Next();
  // The same, into memory that is there already.
  void Next(Intent* intent);

 private:
  void DrawOrder(Intent* intent);
  void TakeFromTrace(Intent* intent);
  void DrawFate(Intent* intent);
  [[nodiscard]] std::uint32_t DrawProduct();

  const Scenario& scenario_;
  Rng orders_, fates_;
  std::variant<Zipf, AliasTable> popularity_;
  std::size_t row_ = 0;  // of the trace
};

struct Answer {
  enum class Kind : std::uint8_t { kAccept, kAcceptPart, kDecline, kNever };
  Kind kind = Kind::kNever;
  Units qty = 0;                      // accepted: all, or a part that is at least 1 and less than all
  std::uint64_t after_ns = kNeverNs;  // since the request
};

class Members {
 public:
  // The scenario must outlive it.
  Members(const Scenario& scenario, std::uint64_t seed, std::uint32_t thread = 0);

  // To a request for `qty` units.
  loadgen::Answer Answer(Units qty);

 private:
  const MemberPlan& plan_;
  Rng rng_;
};

struct Restock {
  std::uint64_t at_ns;
  std::uint32_t product;  // its index in the catalogue
  Units units;
};

// All of a run, in order of time.
[[nodiscard]] std::vector<Restock> Restocks(const Scenario& scenario, std::uint64_t seed);

}  // namespace flexstock::loadgen
