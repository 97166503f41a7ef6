// Member: whoever is asked for units that are not in stock, and accepts, accepts in part, declines, or never answers.
#pragma once

#include "tools/loadgen/consumer.h"
#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {

// Shares of all requests; what is left to 1 is never answered and expires.
struct MemberHabits {
  double accept = 0.6;
  double accept_part = 0.15;  // half of the units, rounded up
  double decline = 0.2;
};

class Member final : public Consumer {
 public:
  Member(const Floor& floor, const MemberHabits& habits, Rng rng, Notebook& notebook);

 private:
  void Answer(const Event& event) override;
  void Accept(const Event& event, std::uint32_t product, Units qty, Call call);

  const MemberHabits habits_;
  Rng rng_;
};

}  // namespace flexstock::loadgen
