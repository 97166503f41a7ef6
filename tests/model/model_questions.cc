// What can be asked of a model: every count is a walk over all orders.
#include <utility>

#include "tests/model/model.h"

namespace flexstock::model {

// ---- Finding
// ---------------------------------------------------------------------------------------------------------

Model::Order* Model::Remembered(OrderId id) {
  for (Order& order : orders_) {
    if (order.id == id && !order.forgotten) return &order;
  }
  return nullptr;
}

// The remembered order of this key. No key names no order.
const Model::Order* Model::WithKey(OrderKey key) const {
  for (const Order& order : orders_) {
    if (key.given() && order.key == key && !order.forgotten && !order.outbid) return &order;
  }
  return nullptr;
}

// The remembered order of the request's key, if it is for the same product, customer and quantity.
const Model::Order* Model::SamePlacedBefore(const PlaceOrder& request) const {
  const Order* order = WithKey(request.key);
  if (order == nullptr) return nullptr;
  const bool same =
      order->product == request.product && order->customer == request.customer && order->qty == request.qty;
  return same ? order : nullptr;
}

// ---- Counting
// --------------------------------------------------------------------------------------------------------

// What the customer has of the product in orders that count for the limit: pending, awaiting payment, confirmed or
// picked up, and remembered; each with its units.
Units Model::CountingUnits(ProductId product, CustomerId customer) const {
  Units units = 0;
  for (const Order& order : orders_) {
    if (order.forgotten || order.product != product || order.customer != customer) continue;
    if (order.waits() || order.state == OrderState::kConfirmed || order.state == OrderState::kPickedUp) {
      units += order.units();
    }
  }
  return units;
}

Units Model::PendingOrders(ProductId product) const {
  Units pending = 0;
  for (const Order& order : orders_) {
    if (order.product == product && order.state == OrderState::kAwaitingAcceptance) ++pending;
  }
  return pending;
}

// Available and supplied are kept; the other side of the identity is counted from the orders, forgotten ones too.
ProductView Model::View(ProductId id) const {
  const Product& product = products_.at(id);
  ProductView view{.product = id,
                   .member = product.member,
                   .available = product.available,
                   .supplied = product.supplied,
                   .pending = PendingOrders(id),
                   .policy = product.policy};
  view.mode = product.status == ProductStatus::kDraft ? ProductMode::kDraft
              : product.available > 0                 ? ProductMode::kActive
                                                      : ProductMode::kInactive;
  for (const Order& order : orders_) {
    if (order.product != id) continue;
    if (order.state == OrderState::kAwaitingPayment) view.held += order.taken;
    if (order.state == OrderState::kConfirmed || order.state == OrderState::kPickedUp) view.sold += order.taken;
    view.written_off += order.written_off;
  }
  return view;
}

OrderView Model::View(const Order& order) const {
  return {.order = order.id,
          .key = order.key,
          .product = order.product,
          .member = products_.at(order.product).member,
          .customer = order.customer,
          .qty = order.qty,
          .accepted = order.accepted,
          .taken = order.taken,
          .state = order.state,
          .deadline_ms = order.deadline_ms};
}

// ---- Questions
// -------------------------------------------------------------------------------------------------------

Code Model::Find(ProductId product, ProductView* view, Millis at_ms) {
  MoveTo(at_ms);
  if (!products_.contains(product)) return Code::kUnknownProduct;
  *view = View(product);
  return Code::kOk;
}

Code Model::Find(OrderId id, OrderView* view, Millis at_ms) {
  MoveTo(at_ms);
  const Order* order = Remembered(id);
  if (order == nullptr) return Code::kUnknownOrder;
  *view = View(*order);
  return Code::kOk;
}

Code Model::Find(OrderKey key, OrderView* view, Millis at_ms) {
  MoveTo(at_ms);
  const Order* order = WithKey(key);
  if (order == nullptr) return Code::kUnknownOrder;
  *view = View(*order);
  return Code::kOk;
}

Code Model::Pending(MemberId member, std::size_t max, std::vector<OrderView>* orders, Millis at_ms) {
  MoveTo(at_ms);
  orders->clear();
  for (const Order& order : orders_) {
    if (orders->size() == max) break;
    if (order.state != OrderState::kAwaitingAcceptance || products_.at(order.product).member != member) continue;
    orders->push_back(View(order));
  }
  return Code::kOk;
}

std::vector<Event> Model::TakeEvents() {
  const auto first = events_.begin() + static_cast<std::ptrdiff_t>(std::exchange(events_taken_, events_.size()));
  return {first, events_.end()};
}

AuditReport Model::Audit() {
  AuditReport report;
  report.products = products_.size();
  for (const Order& order : orders_) {
    if (!order.forgotten) ++report.orders;
    if (order.state == OrderState::kAwaitingAcceptance) ++report.pending;
  }
  for (const auto& [id, product] : products_) {
    const ProductView view = View(id);
    report.available += view.available;
    report.held += view.held;
    report.sold += view.sold;
    report.written_off += view.written_off;
    report.supplied += view.supplied;
    if (view.supplied != view.available + view.held + view.sold + view.written_off) {
      report.broken.push_back(id);
      ++report.broken_count;
    }
  }
  return report;
}

}  // namespace flexstock::model
