// Player: takes one decider through a stream and writes down, in words, what it was answered and told.
//
// Orders are written by their tickets, never by the decider's own ids, so that the words of two deciders are the same
// exactly if they decided the same. An id that one decider used for two orders shows as the wrong ticket.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/differential/stream.h"
#include "tests/model/decider.h"

namespace flexstock::differential {

class Player {
 public:
  explicit Player(model::Decider& decider) : decider_(decider) {}
  // With all that `other` remembers, on a decider that is where `other`'s is.
  Player(const Player& other, model::Decider& decider)
      : decider_(decider),
        orders_(other.orders_),
        first_tickets_(other.first_tickets_),
        pending_since_(other.pending_since_) {}
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // Executes the command at `at_ms` and says what was answered. A checkpoint answers with the state of everything.
  [[nodiscard]] std::string Execute(const Command& command, Millis at_ms, const Stream& stream);

  // What has been told since the last call, product by product, each in its order: the only order that is promised.
  [[nodiscard]] std::map<ProductId, std::vector<std::string>> TakeEvents();

  // One event, in words.
  [[nodiscard]] std::string Hear(const Event& event);

  // The order of this ticket has never been: its decider has lost it, and may use its id for another one.
  void Forget(Ticket ticket);

  // The order that was placed by this ticket, or kNoOrder. Tickets are below tickets().
  [[nodiscard]] OrderId OrderOf(Ticket ticket) const { return ticket < orders_.size() ? orders_[ticket] : kNoOrder; }
  [[nodiscard]] Ticket tickets() const { return static_cast<Ticket>(orders_.size()); }
  // The ticket that an order of the decider was placed by.
  [[nodiscard]] Ticket TicketOf(OrderId order) const { return first_tickets_.at(static_cast<std::uint64_t>(order)); }

 private:
  struct Executor;

  std::string ToText(const CommandResult& result) const;
  std::string ToText(const PlaceResult& result) const;
  std::string ToText(const ProductView& view) const;
  std::string ToText(const OrderView& view) const;
  std::string ToText(const Event& event) const;
  [[nodiscard]] std::string Name(OrderId order) const;
  void Remember(Ticket ticket, OrderId order);
  std::string PendingToText(MemberId member, std::size_t max, Millis at_ms);
  std::string StateToText(const Stream& stream, Millis at_ms);

  model::Decider& decider_;
  std::vector<OrderId> orders_;                              // by ticket
  std::unordered_map<std::uint64_t, Ticket> first_tickets_;  // of every order; a duplicate's is the original's
  std::unordered_map<std::uint64_t, Millis> pending_since_;  // by order id, as the events tell it
};

}  // namespace flexstock::differential
