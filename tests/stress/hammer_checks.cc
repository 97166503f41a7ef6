// The books of the hammer, after it is over and all is told.
#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "tests/stress/hammer.h"

namespace flexstock::stress {
namespace {

// Where an event takes an order, from each state that allows it. kNone: nowhere.
OrderState After(OrderState state, EventType type) {
  using S = OrderState;
  using E = EventType;
  static const std::map<std::pair<S, E>, S> kSteps = {
      {{S::kNone, E::kOrderConfirmed}, S::kConfirmed},
      {{S::kNone, E::kPaymentRequested}, S::kAwaitingPayment},
      {{S::kNone, E::kAcceptanceRequested}, S::kAwaitingAcceptance},
      {{S::kAwaitingAcceptance, E::kPaymentRequested}, S::kAwaitingPayment},
      {{S::kAwaitingAcceptance, E::kOrderDeclined}, S::kDeclined},
      {{S::kAwaitingAcceptance, E::kAcceptanceExpired}, S::kAcceptanceExpired},
      {{S::kAwaitingAcceptance, E::kOrderCanceled}, S::kCanceled},
      {{S::kAwaitingPayment, E::kOrderConfirmed}, S::kConfirmed},
      {{S::kAwaitingPayment, E::kPaymentExpired}, S::kPaymentExpired},
      {{S::kAwaitingPayment, E::kOrderCanceled}, S::kCanceled},
      {{S::kPaymentExpired, E::kOrderConfirmed}, S::kConfirmed},
      {{S::kConfirmed, E::kOrderPickedUp}, S::kPickedUp},
      {{S::kConfirmed, E::kOrderRefunded}, S::kRefunded},
      {{S::kPickedUp, E::kOrderRefunded}, S::kRefunded},
      // Told, and nothing changes.
      {{S::kConfirmed, E::kPickupRequested}, S::kConfirmed},
      {{S::kPaymentExpired, E::kRefundDue}, S::kPaymentExpired},
      {{S::kCanceled, E::kRefundDue}, S::kCanceled},
  };
  const auto step = kSteps.find({state, type});
  return step == kSteps.end() ? S::kNone : step->second;
}

std::map<OrderId, std::vector<Event>> ByOrder(const std::vector<Event>& events) {
  std::map<OrderId, std::vector<Event>> by_order;
  for (const Event& event : events) {
    if (event.order != kNoOrder) by_order[event.order].push_back(event);
  }
  return by_order;
}

const std::vector<Event>& Of(const std::array<std::vector<Event>, kAudiences>& told, Audience audience) {
  return told[static_cast<std::size_t>(audience)];
}

}  // namespace

void Hammer::CheckPaths() {
  const auto by_order = ByOrder(Of(told_, Audience::kFeed));
  EXPECT_EQ(by_order.size(), engine_->Audit().orders);
  // Or nothing was hammered: queues were full all the time. How often they are is a matter of who gets the CPU.
  EXPECT_GT(by_order.size(), static_cast<std::size_t>(site_.threads * site_.calls / 5));
  for (const auto& [order, events] : by_order) {
    OrderState state = OrderState::kNone;
    Millis at_ms = 0;
    std::optional<EventType> before;
    int refunds_due = 0;
    for (const Event& event : events) {
      state = After(state, event.type);
      ASSERT_NE(state, OrderState::kNone) << "no such step: " << Name(event.type);
      ASSERT_EQ(event.type == EventType::kPickupRequested, before == EventType::kOrderConfirmed);
      ASSERT_GE(event.at_ms, at_ms);
      refunds_due += event.type == EventType::kRefundDue ? 1 : 0;
      before = event.type;
      at_ms = event.at_ms;
    }
    ASSERT_LE(refunds_due, 1);
    OrderView view;
    ASSERT_EQ(engine_->Find(order, &view), Code::kOk);
    ASSERT_EQ(view.state, state);
    ASSERT_EQ(events.back().qty, view.accepted != 0 ? view.accepted : view.qty);
  }
}

void Hammer::CheckWinners() {
  std::map<OrderId, std::array<int, kWon>> answered;
  for (const Books& books : books_) {
    for (const auto& [order, won] : books.won) {
      for (std::size_t i = 0; i < kWon; ++i) answered[order][i] += won[i];
    }
  }
  std::map<OrderId, std::array<int, kWon>> told;
  for (const auto& [order, events] : ByOrder(Of(told_, Audience::kFeed))) {
    OrderState state = OrderState::kNone;
    std::array<int, kWon>& of_order = told[order];
    for (const Event& event : events) {
      if (state == OrderState::kNone) ++of_order[kPlaced];
      if (state != OrderState::kNone && event.type == EventType::kPaymentRequested) ++of_order[kAccepted];
      if (state != OrderState::kNone && event.type == EventType::kOrderConfirmed) ++of_order[kPaid];
      if (event.type == EventType::kOrderDeclined) ++of_order[kDeclined];
      if (event.type == EventType::kOrderCanceled) ++of_order[kCanceled];
      if (event.type == EventType::kOrderRefunded) ++of_order[kRefunded];
      if (event.type == EventType::kOrderPickedUp) ++of_order[kPickedUp];
      state = After(state, event.type);
    }
  }
  EXPECT_EQ(answered, told);
}

void Hammer::CheckKeys() {
  std::map<OrderKey, std::vector<PlaceResult>> by_key;
  for (const Books& books : books_) {
    for (const auto& [key, results] : books.by_key) {
      by_key[key].insert(by_key[key].end(), results.begin(), results.end());
    }
  }
  EXPECT_GT(by_key.size(), 100u);
  for (const auto& [key, results] : by_key) {
    std::set<OrderId> orders;
    int winners = 0;
    for (const PlaceResult& result : results) {
      if (!result.ok()) continue;
      orders.insert(result.order);
      winners += result.duplicate ? 0 : 1;
    }
    OrderView view;
    const Code found = engine_->Find(key, &view);
    ASSERT_EQ(winners, orders.empty() ? 0 : 1);
    ASSERT_EQ(orders.size(), static_cast<std::size_t>(winners));
    ASSERT_EQ(found, winners == 1 ? Code::kOk : Code::kUnknownOrder);
    if (winners == 1) {
      ASSERT_EQ(view.order, *orders.begin());
    }
  }
}

void Hammer::CheckUnits() {
  const AuditReport report = engine_->Audit();
  EXPECT_TRUE(report.ok());
  std::map<ProductId, Units> held, sold;
  for (const auto& [order, events] : ByOrder(Of(told_, Audience::kFeed))) {
    OrderView view;
    ASSERT_EQ(engine_->Find(order, &view), Code::kOk);
    if (view.state == OrderState::kAwaitingPayment) held[view.product] += view.taken;
    if (view.state == OrderState::kConfirmed || view.state == OrderState::kPickedUp) sold[view.product] += view.taken;
  }
  for (int i = 0; i < site_.products; ++i) {
    ProductView view;
    ASSERT_EQ(engine_->Find(ProductId{i + 1}, &view), Code::kOk);
    Units supplied = 200;
    for (const Books& books : books_) supplied += books.added[static_cast<std::size_t>(i)];
    EXPECT_EQ(view.supplied, supplied);
    EXPECT_EQ(view.held, held[view.product]);
    EXPECT_EQ(view.sold, sold[view.product]);
    EXPECT_EQ(view.available, supplied - view.held - view.sold - view.written_off);
    EXPECT_EQ(view.pending, 0);  // all deadlines have run out
    EXPECT_GE(view.available, 0);
  }
}

void Hammer::CheckAudiences() {
  const std::vector<Event>& feed = Of(told_, Audience::kFeed);
  for (const Audience audience : {Audience::kMember, Audience::kCustomer, Audience::kLogistics}) {
    std::vector<Event> expected;
    for (const Event& event : feed) {
      if (Tells(event.type, audience)) expected.push_back(event);
    }
    const std::vector<Event>& told = Of(told_, audience);
    ASSERT_EQ(told.size(), expected.size()) << Name(audience);
    for (std::size_t i = 0; i < told.size(); ++i) ASSERT_TRUE(told[i] == expected[i]) << Name(audience);
  }
  // A product's modes: each other than the last, and the last one stands.
  std::map<ProductId, ProductMode> modes;
  for (const Event& event : feed) {
    if (event.type != EventType::kProductMode) continue;
    const auto [last, first] = modes.emplace(event.product, event.mode);
    if (first) continue;
    ASSERT_NE(last->second, event.mode);
    last->second = event.mode;
  }
  for (const auto& [product, mode] : modes) {
    ProductView view;
    ASSERT_EQ(engine_->Find(product, &view), Code::kOk);
    EXPECT_EQ(view.mode, mode);
  }
}

}  // namespace flexstock::stress
