// Members: how those answer who are asked for units that are not there, and when they bring more.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/loadgen/rng.h"
#include "tools/loadgen/scenario/scenario.h"

namespace flexstock::loadgen {

struct MemberAnswer {
  enum class Kind : std::uint8_t { kAccept, kAcceptPart, kDecline, kNoAnswer };
  Kind kind = Kind::kNoAnswer;
  Units qty = 0;               // accepted: all, or a part that is at least 1 and less than all
  std::uint64_t after_ns = 0;  // since the request; of kNoAnswer, nothing
};

// Threads  None: each thread has its own, told apart by `thread`.
class Members {
 public:
  // The scenario must outlive it.
  Members(const Scenario& scenario, std::uint64_t seed, std::uint32_t thread = 0);

  // To a request for `qty` units, 1 or more. Who would accept a part of a single unit accepts it.
  [[nodiscard]] MemberAnswer Answer(Units qty);

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
