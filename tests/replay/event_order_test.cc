#include "tools/replay/event_order.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flexstock::replay {
namespace {

class EventOrderTest : public testing::Test {
 protected:
  // The order of that name, placed as the `placement`th.
  OrderKey Placed(const std::string& name, std::uint64_t placement) {
    bool is_new = false;
    const KeyRef key = keys_.Intern(name, &is_new);
    keys_.SetOrder(key, OrderId{placement}, placement);
    return ToOrderKey(key);
  }

  static Event Of(EventType type, Millis at_ms, OrderKey key) { return {.type = type, .at_ms = at_ms, .key = key}; }
  static Event Mode(Millis at_ms, ProductId product) {
    return {.type = EventType::kProductMode, .at_ms = at_ms, .product = product};
  }

  // "payment_expired a@5", ...
  std::vector<std::string> All() {
    std::vector<std::string> all;
    order_.TakeAll([&](const Event& event) {
      std::string text(Name(event.type));
      if (event.key.given()) text.append(" ").append(keys_.name(FromOrderKey(event.key)));
      all.push_back(text + "@" + std::to_string(event.at_ms));
    });
    return all;
  }

  KeyBook keys_;
  EventOrder order_{keys_};
};

TEST_F(EventOrderTest, ExpiriesComeByDeadlineThenPlacementEachWithWhatItCaused) {
  const OrderKey a = Placed("a", 1), b = Placed("b", 2), c = Placed("c", 3), d = Placed("d", 4);
  // Two shards, one after the other.
  order_.AddExpired(Of(EventType::kPaymentExpired, 5, b));
  order_.AddExpired(Of(EventType::kPaymentRequested, 5, d));
  order_.AddExpired(Mode(5, ProductId{1}));
  order_.AddExpired(Of(EventType::kPaymentExpired, 7, d));
  order_.AddExpired(Of(EventType::kAcceptanceExpired, 4, c));
  order_.AddExpired(Of(EventType::kAcceptanceExpired, 5, a));
  EXPECT_EQ(All(), (std::vector<std::string>{"acceptance_expired c@4", "acceptance_expired a@5", "payment_expired b@5",
                                             "payment_requested d@5", "product_mode@5", "payment_expired d@7"}));
  EXPECT_TRUE(All().empty());
}

TEST_F(EventOrderTest, ACartsEventsComeByLineAndAModeBehindItsProductsLastLine) {
  const auto event = [](EventType type, OrderKey key, ProductId product) {
    return Event{.type = type, .at_ms = 5, .key = key, .product = product};
  };
  const OrderKey first = Placed("1", 11), second = Placed("2", 12), third = Placed("3", 13);
  order_.AddPlaced(event(EventType::kPaymentRequested, second, ProductId{2}));
  order_.AddPlaced(Mode(5, ProductId{2}));
  order_.AddPlaced(event(EventType::kOrderConfirmed, first, ProductId{1}));
  order_.AddPlaced(event(EventType::kPickupRequested, first, ProductId{1}));
  order_.AddPlaced(event(EventType::kOrderConfirmed, third, ProductId{1}));
  order_.AddPlaced(event(EventType::kPickupRequested, third, ProductId{1}));
  order_.AddPlaced(Mode(5, ProductId{1}));
  EXPECT_EQ(All(), (std::vector<std::string>{"order_confirmed 1@5", "pickup_requested 1@5", "payment_requested 2@5",
                                             "product_mode@5", "order_confirmed 3@5", "pickup_requested 3@5",
                                             "product_mode@5"}));
}

}  // namespace
}  // namespace flexstock::replay
