// LogisticsDesk: picks up every order that is confirmed, at once.
#pragma once

#include "tools/loadgen/play/desk.h"

namespace flexstock::loadgen {

class LogisticsDesk final : public Desk<OrderId> {
 public:
  LogisticsDesk(const Floor& floor, const Hours& hours, Notebook& notebook)
      : Desk(floor, hours, Audience::kLogistics, notebook) {}

 private:
  void Answer(const Event& event) override {
    if (event.type == EventType::kPickupRequested) Now(event.order);
  }
  Code Do(OrderId* order) override {
    return Make(Call::kPickUp, [&] { return floor_.engine.PickUp(*order); }).code;
  }
};

}  // namespace flexstock::loadgen
