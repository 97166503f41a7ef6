// Events: what a member, a customer or logistics must be told.
//
// Every change of state is one event, in order. They leave the engine through queues, one an audience, and are taken
// away in bulk with Engine::Poll. An audience that nobody polls fills up (Options::events_max) and then stops every
// call, questions too, with Code::kOverloaded, because flexstock never drops an event: leave audiences that you do not
// serve out of Options::audiences.
//
// With a journal an event is told once its epoch is on the disk, and is kept until Engine::Confirm says that it was
// dealt with: after a crash, everything behind the confirmed position is told again, in the same order with the same
// positions. So delivery is at least once; whoever must not do a thing twice remembers the position that he did last.
#pragma once

#include "flexstock/types.h"

namespace flexstock {

//   event                   when                              told
enum class EventType : std::uint8_t {
  kOrderConfirmed,       // entered confirmed                 customer, member
  kPickupRequested,      // right after every kOrderConfirmed logistics
  kAcceptanceRequested,  // entered awaiting_acceptance       member       (the pending-acceptance queue)
  kPaymentRequested,     // entered awaiting_payment          customer
  kOrderDeclined,        // entered declined                  customer
  kAcceptanceExpired,    // entered acceptance_expired        customer, member
  kPaymentExpired,       // entered payment_expired           customer, member
  kOrderCanceled,        // entered canceled                  customer, member
  kOrderRefunded,        // entered refunded                  customer, member
  kOrderPickedUp,        // entered picked_up                 customer
  kRefundDue,            // a payment came for a closed order customer, member   (once an order)
  kProductMode,          // a product's mode changed          member
};

enum class Audience : std::uint8_t {
  kMember,
  kCustomer,
  kLogistics,
  kFeed,  // every event once, in order: for an audit log, a warehouse, a replay
};
inline constexpr std::size_t kAudiences = 4;

struct Event {
  EventType type{};
  ProductMode mode{};      // kProductMode only: the new mode
  Millis at_ms = 0;        // when it happened; of an expiry: the deadline, however late the engine was called
  Millis deadline_ms = 0;  // kAcceptanceRequested, kPaymentRequested: when it runs out; else 0
  OrderId order = kNoOrder;
  OrderKey key{};  // the caller's own key, if the order had one
  ProductId product{};
  MemberId member{};
  CustomerId customer{};  // 0 for kProductMode
  Units qty = 0;          // the order's units at that moment: accepted units after acceptance
  // Rises over all events of an engine, with gaps; the two events of one change (order_confirmed, pickup_requested)
  // share one. The same for every audience, and after recovery.
  std::uint64_t position = 0;

  friend bool operator==(const Event&, const Event&) = default;
};

// "order_confirmed", ... ; "member", ...
[[nodiscard]] std::string_view Name(EventType type);
[[nodiscard]] std::string_view Name(Audience audience);

// True if `audience` is told of `type`.
[[nodiscard]] bool Tells(EventType type, Audience audience);

}  // namespace flexstock
