// Decider: whoever decides who gets the units. The engine is one, the model is another; a test that is written against
// this interface asks both the same questions, and must hear the same answers.
//
// The calls are those of Engine (flexstock/engine.h), with two differences: every call is given its time, and events
// are taken as one feed, in order, each once.
#pragma once

#include <span>
#include <vector>

#include "flexstock/events.h"
#include "flexstock/requests.h"
#include "flexstock/types.h"

namespace flexstock::model {

class Decider {
 public:
  virtual ~Decider() = default;

  virtual CommandResult Put(const PutProduct& request, Millis at_ms) = 0;
  virtual CommandResult Set(const SetStock& request, Millis at_ms) = 0;
  virtual CommandResult Adjust(const AdjustStock& request, Millis at_ms) = 0;
  virtual CommandResult Publish(ProductId product, Millis at_ms) = 0;
  virtual CommandResult Unpublish(ProductId product, Millis at_ms) = 0;

  virtual PlaceResult Place(const PlaceOrder& request, Millis at_ms) = 0;
  virtual void PlaceMany(std::span<const PlaceOrder> requests, std::span<PlaceResult> results, Millis at_ms) = 0;
  virtual CartResult Place(const PlaceCart& request, std::span<PlaceResult> lines, Millis at_ms) = 0;

  virtual CommandResult Accept(OrderId order, Millis at_ms) = 0;
  virtual CommandResult AcceptPart(OrderId order, Units qty, Millis at_ms) = 0;
  virtual CommandResult Decline(OrderId order, Millis at_ms) = 0;
  virtual CommandResult Pay(OrderId order, Millis at_ms) = 0;
  virtual CommandResult Cancel(OrderId order, Millis at_ms) = 0;
  virtual CommandResult Refund(OrderId order, bool restock, Millis at_ms) = 0;
  virtual CommandResult PickUp(OrderId order, Millis at_ms) = 0;

  virtual Code Find(ProductId product, ProductView* view, Millis at_ms) = 0;
  virtual Code Find(OrderId order, OrderView* view, Millis at_ms) = 0;
  virtual Code Find(OrderKey key, OrderView* view, Millis at_ms) = 0;
  virtual Code Pending(MemberId member, std::size_t max, std::vector<OrderView>* orders, Millis at_ms) = 0;

  virtual Code Advance(Millis at_ms) = 0;
  // What has happened since the last call of TakeEvents.
  virtual std::vector<Event> TakeEvents() = 0;
  virtual AuditReport Audit() = 0;
};

}  // namespace flexstock::model
