// Payer: customers who are asked to pay, and pay, change their minds, or let the deadline pass.
#pragma once

#include "tools/loadgen/consumer.h"
#include "tools/loadgen/rng.h"

namespace flexstock::loadgen {

// Shares of all requests; what is left to 1 never pays, and its units come back when the deadline passes.
struct PayerHabits {
  double pay = 0.9;
  double cancel = 0.05;
};

class Payer final : public Consumer {
 public:
  Payer(const Floor& floor, const PayerHabits& habits, Rng rng, Notebook& notebook);

 private:
  void Answer(const Event& event) override;
  void Decide(const Event& event, std::uint32_t product);

  const PayerHabits habits_;
  Rng rng_;
};

}  // namespace flexstock::loadgen
