// Logistics: picks up every order that is confirmed.
#pragma once

#include "tools/loadgen/consumer.h"

namespace flexstock::loadgen {

class Logistics final : public Consumer {
 public:
  Logistics(const Floor& floor, Notebook& notebook) : Consumer(floor, Audience::kLogistics, notebook) {}

 private:
  void Answer(const Event& event) override {
    if (event.type != EventType::kPickupRequested) return;
    [[maybe_unused]] const CommandResult picked_up =
        Insist(Call::kPickUp, [&] { return floor_.engine.PickUp(event.order); });
  }
};

}  // namespace flexstock::loadgen
