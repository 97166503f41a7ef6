// World: the sequential side of a burst: a model, and how it calls the orders of tickets.
#pragma once

#include <string>
#include <vector>

#include "tests/model/model.h"
#include "tests/stress/call.h"

namespace flexstock::stress {

class World {
 public:
  World(const Policy& policy, Millis retention_ms) : model_(policy, retention_ms) {}

  [[nodiscard]] model::Model& model() { return model_; }

  // Makes the call, too. True if the answer is the one that was given.
  [[nodiscard]] bool Apply(const Call& call);

  // All that any answer may ever depend on.
  [[nodiscard]] std::string Fingerprint() const;

  // What the model answers, in the words of tickets.
  void Answer(Call& call);

 private:
  [[nodiscard]] Ticket TicketOf(OrderId order) const;

  model::Model model_;
  std::vector<OrderId> orders_;      // by ticket
  std::vector<Ticket> tickets_;      // by the model's order - 1: who placed it
  std::vector<ProductId> products_;  // that were named
};

}  // namespace flexstock::stress
