// Population: who comes next, what he wants, and what he will do about it.
//
// One seed always gives the same people.
//
// Threads  None: each thread has its own part. A part's orders are other ones than those of the others; of a trace, the
//          parts share the carts in turn.
// Cost     No allocation after the constructor; a few random numbers a line.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "tools/loadgen/rng.h"
#include "tools/loadgen/scenario/popularity.h"
#include "tools/loadgen/scenario/scenario.h"

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

// Bots' customers, so that they are nobody else's: from here on.
inline constexpr std::int64_t kBotsBegin = std::int64_t{1} << 62;

// Which of how many populations that are one together.
struct Part {
  std::uint32_t index = 0;
  std::uint32_t of = 1;
};

class Population {
 public:
  // The scenario must outlive it.
  Population(const Scenario& scenario, std::uint64_t seed, Part part = {});

  Intent Next();
  // The same, into memory that is there already.
  void Next(Intent* intent);

 private:
  void DrawShopper(Intent* intent);
  void DrawHoarder(Intent* intent);
  void DrawBot(Intent* intent);
  void TakeFromTrace(Intent* intent);
  void SkipCarts(std::uint32_t carts);
  [[nodiscard]] std::size_t CartEnd() const;
  void DrawFate(Intent* intent);
  [[nodiscard]] CustomerId DrawCustomer();
  [[nodiscard]] std::uint32_t DrawProduct();

  const Scenario& scenario_;
  const std::uint32_t parts_;
  Rng orders_, fates_;
  const Popularity popularity_;
  std::size_t row_ = 0;  // of the trace: where the next cart begins
};

}  // namespace flexstock::loadgen
