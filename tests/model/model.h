// Model: the rules of docs/semantics.md, said once more, slowly.
//
// It exists to be compared with the engine, so it shares nothing with it but the structs of requests and answers: no
// table, no wheel, no lock, no function. Everything it has to know it finds by looking at every order it ever took.
// Where a rule could be written fast or plainly, it is written plainly, and the comment above it says the rule.
//
// Orders    An OrderId of the model is the place of the order in the order of placement, from 1.
// Time      Told with every call; it never runs back, and what lies before 0 counts as 0.
// Threads   None. Copy a model to try something out: a copy is a world of its own.
// Costs     O(orders ever placed) a call and an expiry.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "tests/model/decider.h"

namespace flexstock::model {

class Model final : public Decider {
 public:
  explicit Model(const Policy& defaults = {}, Millis retention_ms = 86'400'000)
      : defaults_(defaults), retention_ms_(retention_ms) {}

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

  // From the next call on, settled orders are remembered for so long: an engine that is opened again may be told so.
  void RememberFor(Millis retention_ms) { retention_ms_ = retention_ms; }
  // One that was forgotten when the retention was shorter is known again.
  void Recall(OrderId order) { orders_.at(static_cast<std::size_t>(order) - 1).forgotten = false; }
  // Its key, which another order was given meanwhile, finds that one; or finds this one.
  void Outbid(OrderId id, bool outbid) { orders_.at(static_cast<std::size_t>(id) - 1).outbid = outbid; }

  // Every event so far, taken or not, in order.
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  // The latest time seen.
  [[nodiscard]] Millis now_ms() const { return now_ms_; }
  // How many orders were ever placed: their ids are 1 .. placed().
  [[nodiscard]] std::size_t placed() const { return orders_.size(); }

 private:
  struct Product {
    MemberId member{};
    ProductStatus status = ProductStatus::kLive;
    Policy policy;
    Units available = 0;
    Units supplied = 0;  // counted on its own, so that the identity is a check and not a definition
  };

  struct Order {
    OrderId id{};
    OrderKey key{};
    bool outbid = false;  // the key finds another one
    ProductId product{};
    CustomerId customer{};
    Units qty = 0;
    Units accepted = 0;     // 0 until accepted
    Units taken = 0;        // out of stock, and not given back
    Units written_off = 0;  // refunded without restock
    OrderState state = OrderState::kNone;
    Millis entered_ms = 0;   // when it entered its state
    Millis deadline_ms = 0;  // of its state, if that one waits; else 0
    bool refund_told = false;
    bool forgotten = false;

    // What the order is about: the units that were accepted, once some were; before that, those that were ordered.
    [[nodiscard]] Units units() const { return accepted > 0 ? accepted : qty; }
    [[nodiscard]] bool waits() const {
      return state == OrderState::kAwaitingAcceptance || state == OrderState::kAwaitingPayment;
    }
  };

  // A product as it was before a command or an expiry: what fills and mode events are judged by.
  struct Before {
    ProductId product{};
    ProductMode mode{};
    Units available = 0;
  };

  // ---- Time (model.cc) ----
  void MoveTo(Millis at_ms);
  void Settle();
  void Expire(Order& order);
  [[nodiscard]] Before Look(ProductId product) const;
  void Conclude(const Before& before, Millis at_ms);
  void FillPending(ProductId product, Millis at_ms);

  // ---- Changes of state, and what is told of them (model.cc) ----
  void Enter(Order& order, OrderState state, Millis at_ms, Millis window_ms = 0);
  void GiveBack(Order& order);
  void Tell(EventType type, const Order& order, Millis at_ms);

  // ---- Placing (model_orders.cc) ----
  PlaceResult PlaceNow(const PlaceOrder& request);
  CartResult TakeAllOrNothing(const PlaceCart& request, std::span<PlaceResult> lines);
  [[nodiscard]] Code RefusalBeforeStock(const PlaceOrder& request) const;
  [[nodiscard]] Code RefusalByLimits(ProductId product, CustomerId customer, Units qty) const;
  Order& NewOrder(const PlaceOrder& request);
  PlaceResult TakeFromStock(const PlaceOrder& request);
  [[nodiscard]] static PlaceResult Placed(const Order& order);

  // ---- Finding and counting, by looking at everything ----
  [[nodiscard]] Order* Remembered(OrderId order);
  [[nodiscard]] const Order* WithKey(OrderKey key) const;
  [[nodiscard]] const Order* SamePlacedBefore(const PlaceOrder& request) const;
  [[nodiscard]] Units CountingUnits(ProductId product, CustomerId customer) const;
  [[nodiscard]] Units PendingOrders(ProductId product) const;
  [[nodiscard]] ProductView View(ProductId product) const;
  [[nodiscard]] OrderView View(const Order& order) const;

  Policy defaults_;
  Millis retention_ms_;
  Millis now_ms_ = 0;
  std::map<ProductId, Product> products_;
  std::vector<Order> orders_;  // all that were ever placed, in order of placement
  std::vector<Event> events_;
  std::size_t events_taken_ = 0;
};

// `instant` + `length`, or the end of time (2^63-1) if that lies beyond it.
[[nodiscard]] Millis Later(Millis instant, Millis length);

}  // namespace flexstock::model
