#include "tests/differential/player.h"

#include <algorithm>
#include <sstream>

namespace flexstock::differential {
namespace {

template <typename Id>
std::string Digits(Id id) {
  return std::to_string(static_cast<std::int64_t>(id));
}

std::string Word(std::string_view word) { return std::string(word); }

// "a, b, c" of a list of things.
template <typename List, typename AsText>
std::string Joined(const List& list, AsText as_text) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : "; ") + as_text(item);
  return text;
}

}  // namespace

// ---- Words
// -----------------------------------------------------------------------------------------------------------

std::string Player::Name(OrderId order) const {
  if (order == kNoOrder) return "none";
  const auto ticket = first_tickets_.find(static_cast<std::uint64_t>(order));
  return ticket == first_tickets_.end() ? "an order that nobody placed" : "#" + std::to_string(ticket->second);
}

std::string Player::ToText(const CommandResult& result) const {
  std::string text = Word(flexstock::Name(result.code)) + (result.duplicate ? " duplicate" : "");
  // With another refusal the state says nothing.
  const bool with_state = result.ok() || result.code == Code::kWrongState || result.code == Code::kPaymentLate;
  if (with_state) text += " " + Word(flexstock::Name(result.state));
  return text;
}

std::string Player::ToText(const PlaceResult& result) const {
  return Word(flexstock::Name(result.code)) + (result.duplicate ? " duplicate " : " ") +
         Word(flexstock::Name(result.state)) + " order " + Name(result.order) + " deadline " +
         std::to_string(result.deadline_ms);
}

std::string Player::ToText(const ProductView& view) const {
  return "product " + Digits(view.product) + " member " + Digits(view.member) + " " + Word(flexstock::Name(view.mode)) +
         " available " + Digits(view.available) + " held " + Digits(view.held) + " sold " + Digits(view.sold) +
         " written_off " + Digits(view.written_off) + " supplied " + Digits(view.supplied) + " pending " +
         Digits(view.pending) + " policy" + differential::ToText(view.policy);
}

std::string Player::ToText(const OrderView& view) const {
  return "order " + Name(view.order) + " key " + differential::ToText(view.key) + " product " + Digits(view.product) +
         " member " + Digits(view.member) + " customer " + Digits(view.customer) + " qty " + Digits(view.qty) +
         " accepted " + Digits(view.accepted) + " taken " + Digits(view.taken) + " " +
         Word(flexstock::Name(view.state)) + " deadline " + Digits(view.deadline_ms);
}

std::string Player::ToText(const Event& event) const {
  if (event.type == EventType::kProductMode) {
    return "at " + Digits(event.at_ms) + " product_mode " + Word(flexstock::Name(event.mode)) + " of product " +
           Digits(event.product) + " member " + Digits(event.member) + " order " + Name(event.order) + " customer " +
           Digits(event.customer) + " qty " + Digits(event.qty);
  }
  return "at " + Digits(event.at_ms) + " " + Word(flexstock::Name(event.type)) + " order " + Name(event.order) +
         " key " + differential::ToText(event.key) + " product " + Digits(event.product) + " member " +
         Digits(event.member) + " customer " + Digits(event.customer) + " qty " + Digits(event.qty) + " deadline " +
         Digits(event.deadline_ms);
}

// ---- Orders
// ----------------------------------------------------------------------------------------------------------

void Player::Remember(Ticket ticket, OrderId order) {
  if (order == kNoOrder) return;
  if (orders_.size() <= ticket) orders_.resize(ticket + 1, kNoOrder);
  orders_[ticket] = order;
  first_tickets_.emplace(static_cast<std::uint64_t>(order), ticket);
}

std::map<ProductId, std::vector<std::string>> Player::TakeEvents() {
  std::map<ProductId, std::vector<std::string>> told;
  for (const Event& event : decider_.TakeEvents()) told[event.product].push_back(Hear(event));
  return told;
}

std::string Player::Hear(const Event& event) {
  if (event.type == EventType::kAcceptanceRequested) {
    pending_since_[static_cast<std::uint64_t>(event.order)] = event.at_ms;
  }
  return ToText(event);
}

void Player::Forget(Ticket ticket) {
  const auto order = static_cast<std::uint64_t>(OrderOf(ticket));
  if (ticket < orders_.size()) orders_[ticket] = kNoOrder;
  // A duplicate's ticket is not the order's first.
  const auto first = first_tickets_.find(order);
  if (first == first_tickets_.end() || first->second != ticket) return;
  first_tickets_.erase(first);
  pending_since_.erase(order);
}

// ---- Questions
// -------------------------------------------------------------------------------------------------------

// Between products a list is exact to the millisecond only: so its instants must never fall, and they are compared as
// they come; and where the list is whole, the orders of each product as they come.
std::string Player::PendingToText(MemberId member, std::size_t max, Millis at_ms) {
  std::vector<OrderView> orders;
  std::string text = Word(flexstock::Name(decider_.Pending(member, max, &orders, at_ms)));
  std::vector<Millis> instants;
  for (const OrderView& order : orders) instants.push_back(pending_since_[static_cast<std::uint64_t>(order.order)]);
  if (!std::is_sorted(instants.begin(), instants.end())) text += " not oldest first";
  text += " since " + Joined(instants, [](Millis instant) { return Digits(instant); });
  if (orders.size() == max) return text;  // may be cut off between two of one instant
  std::stable_sort(orders.begin(), orders.end(),
                   [](const OrderView& a, const OrderView& b) { return a.product < b.product; });
  return text + ": " + Joined(orders, [this](const OrderView& order) { return ToText(order); });
}

std::string Player::StateToText(const Stream& stream, Millis at_ms) {
  std::string text = "advance " + Word(flexstock::Name(decider_.Advance(at_ms))) + '\n';
  for (const ProductId product : stream.products) {
    ProductView view;
    const Code code = decider_.Find(product, &view, at_ms);
    text += code == Code::kOk ? ToText(view) + '\n' : Word(flexstock::Name(code)) + '\n';
  }
  for (const OrderId order : orders_) {
    if (order == kNoOrder) continue;
    OrderView view;
    const Code code = decider_.Find(order, &view, at_ms);
    text += code == Code::kOk ? ToText(view) + '\n' : Word(flexstock::Name(code)) + '\n';
  }
  for (const OrderKey key : stream.keys) {
    OrderView view;
    const Code code = decider_.Find(key, &view, at_ms);
    text += "key " + differential::ToText(key) + ": " + Word(flexstock::Name(code)) + ' ' + Name(view.order) + '\n';
  }
  for (const MemberId member : stream.members) text += "pending: " + PendingToText(member, 1'000'000, at_ms) + '\n';
  const AuditReport audit = decider_.Audit();
  text += "audit: products " + Digits(audit.products) + " orders " + Digits(audit.orders) + " pending " +
          Digits(audit.pending) + " available " + Digits(audit.available) + " held " + Digits(audit.held) + " sold " +
          Digits(audit.sold) + " written_off " + Digits(audit.written_off) + " supplied " + Digits(audit.supplied) +
          " broken " + Digits(audit.broken_count);
  return text;
}

// ---- Commands
// --------------------------------------------------------------------------------------------------------

struct Player::Executor {
  Player& player;
  model::Decider& decider;
  const Stream& stream;
  Millis at_ms;

  std::string operator()(const PutProduct& put) { return player.ToText(decider.Put(put, at_ms)); }
  std::string operator()(const SetStock& set) { return player.ToText(decider.Set(set, at_ms)); }
  std::string operator()(const AdjustStock& adjust) { return player.ToText(decider.Adjust(adjust, at_ms)); }
  std::string operator()(const SetLive& set) {
    return player.ToText(set.live ? decider.Publish(set.product, at_ms) : decider.Unpublish(set.product, at_ms));
  }

  std::string operator()(const PlaceOrders& place) {
    std::vector<PlaceResult> results(place.orders.size());
    if (place.batch) {
      decider.PlaceMany(place.orders, results, at_ms);
    } else {
      results.front() = decider.Place(place.orders.front(), at_ms);
    }
    return Lines(place.first, results);
  }
  std::string operator()(const PlaceLines& cart) {
    std::vector<PlaceResult> results(cart.lines.size());
    const PlaceCart request{.customer = cart.customer, .mode = cart.mode, .lines = cart.lines};
    const CartResult result = decider.Place(request, results, at_ms);
    return "cart " + Word(flexstock::Name(result.code)) + (result.duplicate ? " duplicate: " : ": ") +
           Lines(cart.first, results);
  }
  std::string Lines(Ticket first, const std::vector<PlaceResult>& results) {
    for (std::size_t i = 0; i < results.size(); ++i) {
      player.Remember(first + static_cast<Ticket>(i), results[i].order);
      // Unless an event says otherwise, which it does if time ran back.
      const bool pending = results[i].state == OrderState::kAwaitingAcceptance && !results[i].duplicate;
      if (pending) player.pending_since_.emplace(static_cast<std::uint64_t>(results[i].order), at_ms);
    }
    return Joined(results, [this](const PlaceResult& result) { return player.ToText(result); });
  }

  std::string operator()(const Treat& treat) { return player.ToText(Treated(treat, player.OrderOf(treat.ticket))); }
  CommandResult Treated(const Treat& treat, OrderId order) {
    switch (treat.verb) {
      case Verb::kAccept:
        return decider.Accept(order, at_ms);
      case Verb::kAcceptPart:
        return decider.AcceptPart(order, treat.qty, at_ms);
      case Verb::kDecline:
        return decider.Decline(order, at_ms);
      case Verb::kPay:
        return decider.Pay(order, at_ms);
      case Verb::kCancel:
        return decider.Cancel(order, at_ms);
      case Verb::kRefund:
        return decider.Refund(order, treat.restock, at_ms);
      default:
        return decider.PickUp(order, at_ms);
    }
  }

  std::string operator()(const AskProduct& ask) {
    ProductView view;
    const Code code = decider.Find(ask.product, &view, at_ms);
    return code == Code::kOk ? player.ToText(view) : Word(flexstock::Name(code));
  }
  template <typename Name>
  std::string FindOrder(Name name) {
    OrderView view;
    const Code code = decider.Find(name, &view, at_ms);
    return code == Code::kOk ? player.ToText(view) : Word(flexstock::Name(code));
  }
  std::string operator()(const AskOrder& ask) { return FindOrder(player.OrderOf(ask.ticket)); }
  std::string operator()(const AskKey& ask) { return FindOrder(ask.key); }
  std::string operator()(const AskPending& ask) { return player.PendingToText(ask.member, ask.max, at_ms); }
  std::string operator()(const Advance&) { return Word(flexstock::Name(decider.Advance(at_ms))); }
  std::string operator()(const Checkpoint&) { return player.StateToText(stream, at_ms); }
};

std::string Player::Execute(const Command& command, Millis at_ms, const Stream& stream) {
  return std::visit(Executor{*this, decider_, stream, at_ms}, command.action);
}

}  // namespace flexstock::differential
