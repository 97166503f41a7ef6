// Commands in words.
#include <sstream>

#include "tests/differential/stream.h"

namespace flexstock::differential {
namespace {

template <typename Id>
std::int64_t Number(Id id) {
  return static_cast<std::int64_t>(id);
}

template <typename Field>
void Say(std::ostream& out, std::string_view name, const std::optional<Field>& field) {
  if (field) out << ' ' << name << ' ' << +static_cast<std::int64_t>(*field);
}

void Say(std::ostream& out, const PolicyChange& change) {
  Say(out, "acceptance_window_ms", change.acceptance_window_ms);
  Say(out, "payment_window_ms", change.payment_window_ms);
  Say(out, "checkout_hold_ms", change.checkout_hold_ms);
  Say(out, "pending_limit", change.pending_limit);
  Say(out, "order_limit", change.order_limit);
  Say(out, "customer_limit", change.customer_limit);
  Say(out, "overflow", change.overflow);
  Say(out, "fill_on_restock", change.fill_on_restock);
  Say(out, "late_payment", change.late_payment);
  Say(out, "draw_on_accept", change.draw_on_accept);
}

// Says what one action is. Enumerations are given by number, as their headers count them.
struct Speaker {
  std::ostream& out;

  void operator()(const PutProduct& put) const {
    out << "put product " << Number(put.product) << " member " << Number(put.member);
    Say(out, "stock", put.stock);
    Say(out, "status", put.status);
    Say(out, put.policy);
  }
  void operator()(const SetStock& set) const {
    out << "set product " << Number(set.product) << " stock " << set.stock;
    Say(out, "expect", set.expect);
  }
  void operator()(const AdjustStock& adjust) const {
    out << "adjust product " << Number(adjust.product) << " by " << adjust.by;
  }
  void operator()(const SetLive& set) const {
    out << (set.live ? "publish" : "unpublish") << " product " << Number(set.product);
  }
  void operator()(const PlaceOrders& place) const {
    out << (place.batch ? "place_many" : "place");
    Ticket ticket = place.first;
    for (const PlaceOrder& order : place.orders) {
      out << " #" << ticket++ << " {product " << Number(order.product) << " customer " << Number(order.customer)
          << " qty " << order.qty << " key " << ToText(order.key) << '}';
    }
  }
  void operator()(const PlaceLines& cart) const {
    out << "cart " << (cart.mode == CartMode::kSplit ? "split" : "all_or_nothing") << " customer "
        << Number(cart.customer);
    Ticket ticket = cart.first;
    for (const CartLine& line : cart.lines) {
      out << " #" << ticket++ << " {product " << Number(line.product) << " qty " << line.qty << " key "
          << ToText(line.key) << '}';
    }
  }
  void operator()(const Treat& treat) const {
    static constexpr const char* kVerbs[] = {"accept", "accept", "decline", "pay", "cancel", "refund", "pick_up"};
    out << kVerbs[static_cast<int>(treat.verb)] << " #" << treat.ticket;
    if (treat.verb == Verb::kAcceptPart) out << " qty " << treat.qty;
    if (treat.verb == Verb::kRefund) out << (treat.restock ? " restock" : " without restock");
  }
  void operator()(const AskProduct& ask) const { out << "find product " << Number(ask.product); }
  void operator()(const AskOrder& ask) const { out << "find order #" << ask.ticket; }
  void operator()(const AskKey& ask) const { out << "find key " << ToText(ask.key); }
  void operator()(const AskPending& ask) const {
    out << "pending of member " << Number(ask.member) << ", at most " << ask.max;
  }
  void operator()(const Advance&) const { out << "advance"; }
  void operator()(const Checkpoint&) const { out << "checkpoint"; }
};

}  // namespace

std::string ToText(OrderKey key) {
  if (!key.given()) return "none";
  return std::to_string(key.hi) + ":" + std::to_string(key.lo);
}

std::string ToText(const Policy& policy) {
  std::ostringstream out;
  Say(out, PolicyChange{.acceptance_window_ms = policy.acceptance_window_ms,
                        .payment_window_ms = policy.payment_window_ms,
                        .checkout_hold_ms = policy.checkout_hold_ms,
                        .pending_limit = policy.pending_limit,
                        .order_limit = policy.order_limit,
                        .customer_limit = policy.customer_limit,
                        .overflow = policy.overflow,
                        .fill_on_restock = policy.fill_on_restock,
                        .late_payment = policy.late_payment,
                        .draw_on_accept = policy.draw_on_accept});
  return out.str();
}

std::string ToText(const Command& command) {
  std::ostringstream out;
  out << "at " << command.at_ms << ": ";
  std::visit(Speaker{out}, command.action);
  return out.str();
}

}  // namespace flexstock::differential
