#include "tests/stress/world.h"

#include <algorithm>

namespace flexstock::stress {

Ticket World::TicketOf(OrderId order) const {
  if (order == kNoOrder) return kNoTicket;
  return tickets_.at(static_cast<std::size_t>(order) - 1);
}

void World::Answer(Call& call) {
  call.answer.clear();
  call.orders.clear();
  call.tickets.clear();
  const auto first = static_cast<std::size_t>(std::max(call.ticket, 0));
  if (orders_.size() < first + call.size()) orders_.resize(first + call.size(), kNoOrder);
  const OrderId about = call.places() || call.ticket == kNoTicket ? kNoOrder : orders_[first];
  Ask(model_, about, call);
  if (call.places()) {
    for (std::size_t i = 0; i < call.size(); ++i) {
      orders_[first + i] = call.orders[i];
      // The model names orders 1, 2, ... as they are placed.
      if (WasPlaced(call, i)) tickets_.push_back(call.ticket + static_cast<Ticket>(i));
    }
  }
  for (const OrderId order : call.orders) call.tickets.push_back(TicketOf(order));
  for (const CartLine& line : call.lines) products_.push_back(line.product);
  if (call.product != ProductId{}) products_.push_back(call.product);
  std::sort(products_.begin(), products_.end());
  products_.erase(std::unique(products_.begin(), products_.end()), products_.end());
}

bool World::Apply(const Call& call) {
  Call mine = call;
  Answer(mine);
  return mine.answer == call.answer && mine.tickets == call.tickets;
}

// When orders were placed matters only while they wait: for who is filled and who expires first.
std::string World::Fingerprint() const {
  model::Model copy = model_;
  const Millis now = copy.now_ms();
  std::string print = std::to_string(now);
  const auto text = [](auto... numbers) { return ((std::to_string(numbers) + ' ') + ...); };
  for (const ProductId product : products_) {
    ProductView view;
    if (copy.Find(product, &view, now) != Code::kOk) continue;
    print += text(static_cast<int>(view.mode), view.available, view.held, view.sold, view.written_off, view.supplied);
  }
  std::vector<std::string> settled;
  for (std::size_t i = 0; i < tickets_.size(); ++i) {
    OrderView view;
    const Code code = copy.Find(OrderId{i + 1}, &view, now);
    const std::string order = text(tickets_[i], static_cast<int>(code), static_cast<int>(view.state), view.accepted,
                                   view.taken, view.deadline_ms);
    if (view.deadline_ms != 0) {
      print += order;
    } else {
      settled.push_back(order);
    }
  }
  std::sort(settled.begin(), settled.end());
  for (const std::string& order : settled) print += order;
  // Entering a state is told, and so is refund_due: the times and kinds of all events are the rest of the state.
  std::vector<std::string> told;
  for (const Event& event : model_.events()) {
    if (event.type == EventType::kProductMode) continue;
    told.push_back(std::to_string(TicketOf(event.order)) + ":" + std::to_string(static_cast<int>(event.type)) + "@" +
                   std::to_string(event.at_ms));
  }
  std::sort(told.begin(), told.end());
  for (const std::string& one : told) print += ' ' + one;
  return print;
}

}  // namespace flexstock::stress
