// SimDecider: a real engine, asked as a model is, that writes down which epoch each command fell into.
#pragma once

#include <vector>

#include "flexstock/engine.h"
#include "tests/model/decider.h"

namespace flexstock::sim {

class SimDecider final : public model::Decider {
 public:
  explicit SimDecider(Engine* engine) : engine_(engine) {}
  void Use(Engine* engine) { engine_ = engine; }

  // What the next command carries; nullptr: nothing. PlaceMany carries none.
  const Position* position = nullptr;
  // Of each line since it was cleared: the epoch it belongs to; 0: it was not done.
  std::vector<Epoch> epochs;

  CommandResult Put(const PutProduct& request, Millis at_ms) override { return Note(engine_->Put(request, At(at_ms))); }
  CommandResult Set(const SetStock& request, Millis at_ms) override { return Note(engine_->Set(request, At(at_ms))); }
  CommandResult Adjust(const AdjustStock& request, Millis at_ms) override {
    return Note(engine_->Adjust(request, At(at_ms)));
  }
  CommandResult Publish(ProductId product, Millis at_ms) override { return Note(engine_->Publish(product, At(at_ms))); }
  CommandResult Unpublish(ProductId product, Millis at_ms) override {
    return Note(engine_->Unpublish(product, At(at_ms)));
  }

  PlaceResult Place(const PlaceOrder& request, Millis at_ms) override {
    return Note(engine_->Place(request, At(at_ms)));
  }
  void PlaceMany(std::span<const PlaceOrder> requests, std::span<PlaceResult> results, Millis at_ms) override {
    engine_->PlaceMany(requests, results, at_ms);
    for (const PlaceResult& result : results.first(requests.size())) (void)Note(result);
  }
  CartResult Place(const PlaceCart& request, std::span<PlaceResult> lines, Millis at_ms) override {
    return Note(engine_->Place(request, lines, At(at_ms)));
  }

  CommandResult Accept(OrderId order, Millis at_ms) override { return Note(engine_->Accept(order, At(at_ms))); }
  CommandResult AcceptPart(OrderId order, Units qty, Millis at_ms) override {
    return Note(engine_->AcceptPart(order, qty, At(at_ms)));
  }
  CommandResult Decline(OrderId order, Millis at_ms) override { return Note(engine_->Decline(order, At(at_ms))); }
  CommandResult Pay(OrderId order, Millis at_ms) override { return Note(engine_->Pay(order, At(at_ms))); }
  CommandResult Cancel(OrderId order, Millis at_ms) override { return Note(engine_->Cancel(order, At(at_ms))); }
  CommandResult Refund(OrderId order, bool restock, Millis at_ms) override {
    return Note(engine_->Refund(order, restock, At(at_ms)));
  }
  CommandResult PickUp(OrderId order, Millis at_ms) override { return Note(engine_->PickUp(order, At(at_ms))); }

  Code Find(ProductId product, ProductView* view, Millis at_ms) override {
    return Look(engine_->Find(product, view, at_ms));
  }
  Code Find(OrderId order, OrderView* view, Millis at_ms) override { return Look(engine_->Find(order, view, at_ms)); }
  Code Find(OrderKey key, OrderView* view, Millis at_ms) override { return Look(engine_->Find(key, view, at_ms)); }
  Code Pending(MemberId member, std::size_t max, std::vector<OrderView>* orders, Millis at_ms) override {
    return Look(engine_->Pending(member, max, orders, at_ms));
  }

  Code Advance(Millis at_ms) override { return Look(engine_->Advance(at_ms)); }
  // Events are the consumers' business (world.h).
  std::vector<Event> TakeEvents() override { return {}; }
  AuditReport Audit() override { return engine_->Audit(); }

 private:
  [[nodiscard]] When At(Millis at_ms) const { return {at_ms, position}; }
  template <typename Result>
  Result Note(const Result& result) {
    const bool done = Look(result.code) != Code::kReadOnly && result.code != Code::kOverloaded;
    epochs.push_back(done ? result.epoch : 0);
    if (!done) stuck = true;
    return result;
  }
  Code Look(Code code) {
    overloaded = overloaded || code == Code::kOverloaded;
    return code;
  }

  Engine* engine_;

 public:
  bool stuck = false;       // some command was answered kReadOnly or kOverloaded
  bool overloaded = false;  // some command or question was answered kOverloaded
};

}  // namespace flexstock::sim
