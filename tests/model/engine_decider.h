// EngineDecider: a real engine, asked through the interface that the model answers, too.
//
// The engine runs without its background thread: nothing happens between calls, so that a run is the same every time.
#pragma once

#include <memory>
#include <string>

#include "flexstock/engine.h"
#include "tests/model/decider.h"

namespace flexstock::model {

class EngineDecider final : public Decider {
 public:
  struct Setup {
    std::uint32_t shards = 1;
    Policy policy;
    Millis retention_ms = 86'400'000;
    // Changes a shard gathers before the caller hands them over itself: small makes that frequent.
    std::uint32_t changes_max = 256;
    // Orders, and events that wait: an engine makes room when it opens, and for many that takes longer than a short
    // stream.
    std::uint64_t room = 1 << 12;
    // Places every second order by a reference that was resolved before.
    bool by_ref = false;
    // With a directory: a journaled engine, closed and opened again every so many times that events are taken, after a
    // snapshot every second time. The directory is emptied first, and removed at the end.
    std::string journal_dir = {};
    int reopen_every = 0;
  };
  explicit EngineDecider(const Setup& setup);
  ~EngineDecider() override;

  CommandResult Put(const PutProduct& request, Millis at_ms) override;
  CommandResult Set(const SetStock& request, Millis at_ms) override;
  CommandResult Adjust(const AdjustStock& request, Millis at_ms) override;
  CommandResult Publish(ProductId product, Millis at_ms) override;
  CommandResult Unpublish(ProductId product, Millis at_ms) override;

  PlaceResult Place(const PlaceOrder& request, Millis at_ms) override;
  void PlaceMany(std::span<const PlaceOrder> requests, std::span<PlaceResult> results, Millis at_ms) override;
  CartResult Place(const PlaceCart& request, std::span<PlaceResult> lines, Millis at_ms) override;

  CommandResult Accept(OrderId order, Millis at_ms) override;
  CommandResult AcceptPart(OrderId order, Units qty, Millis at_ms) override;
  CommandResult Decline(OrderId order, Millis at_ms) override;
  CommandResult Pay(OrderId order, Millis at_ms) override;
  CommandResult Cancel(OrderId order, Millis at_ms) override;
  CommandResult Refund(OrderId order, bool restock, Millis at_ms) override;
  CommandResult PickUp(OrderId order, Millis at_ms) override;

  Code Find(ProductId product, ProductView* view, Millis at_ms) override;
  Code Find(OrderId order, OrderView* view, Millis at_ms) override;
  Code Find(OrderKey key, OrderView* view, Millis at_ms) override;
  Code Pending(MemberId member, std::size_t max, std::vector<OrderView>* orders, Millis at_ms) override;

  Code Advance(Millis at_ms) override;
  std::vector<Event> TakeEvents() override;
  AuditReport Audit() override;

  [[nodiscard]] Engine& engine() { return *engine_; }

 private:
  // References to all the products of `requests`; empty if one is not known.
  [[nodiscard]] std::vector<PlaceOrderByRef> ByRef(std::span<const PlaceOrder> requests) const;

  void Reopen();

  const Setup setup_;
  std::unique_ptr<Engine> engine_;
  int taken_ = 0;
  bool by_ref_;
  bool ref_next_ = false;
};

}  // namespace flexstock::model
