// Books: the load generator's own count of units, from what it was told and from nothing else.
//
// The engine says after a run how many units each product has available, held and sold. Books are the other side: every
// thread writes down what its answers and events said, and the sums must agree to the unit (verdict.h).
//
//   told                                                   held      sold     pending
//   place answered confirmed                                         + qty
//   place answered awaiting_payment                        + qty
//   place answered awaiting_acceptance                                          + 1
//   accept answered ok; the order was asked what it took   + taken              - 1
//   decline answered ok, acceptance_expired told                                - 1
//   pay answered ok                                        - taken   + taken
//   payment_expired or order_canceled told                 - taken
//   an order refused in the end: order_canceled of one that nobody had accepted     - 1
//   refund answered ok, units back on sale                          - qty
//   restock answered ok: supplied + units
//
// Three things cannot be seen where they are told, and are settled by Close, when all threads' books lie side by side:
//   * Events carry an order's accepted units, which may be more than it took out of stock: the rest is the member's
//     promise. Promises are written down where orders are accepted, payments and releases with their order's id.
//   * With fill_on_restock the engine accepts orders by itself. It is told as a payment_requested that no answer
//     announced, so requests are counted against the answers that lead to one.
//   * With late_payment = rereserve an order may be paid after it was released: it then took all its units anew.
//
// Threads  None: one Books a thread. All entries are sums, so an order may be placed, paid and released on any thread.
// Memory   64 bytes a product, so that two threads' hot product never shares a cache line; 16 bytes a payment, 8 a
//          release.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "flexstock/types.h"

namespace flexstock::loadgen {

// One product's count, or one thread's share of it: then any of them may be negative.
struct alignas(64) Account {
  Units held = 0;
  Units sold = 0;
  std::int64_t pending = 0;  // orders
  Units requested = 0;       // units whose payment was requested, less those that an answer announced
  std::int64_t requested_orders = 0;
  Units supplied = 0;  // besides the stock that the product began with

  Account& operator+=(const Account& other);
};

class Books {
 public:
  explicit Books(std::size_t products) : accounts_(products) {}

  // `product` is the catalogue's index.
  void Confirmed(std::uint32_t product, Units qty) { accounts_[product].sold += qty; }
  void Held(std::uint32_t product, Units qty) {
    accounts_[product].held += qty;
    Announced(product, qty);
  }
  void Asked(std::uint32_t product) { ++accounts_[product].pending; }
  void Accepted(std::uint32_t product, OrderId order, Units accepted, Units taken);
  // Declined, canceled while it was pending, or its acceptance expired.
  void Unasked(std::uint32_t product) { --accounts_[product].pending; }
  void PaymentRequested(std::uint32_t product, Units qty) {
    accounts_[product].requested += qty;
    ++accounts_[product].requested_orders;
  }
  void Paid(std::uint32_t product, OrderId order, Units qty);
  void Released(std::uint32_t product, OrderId order, Units qty);
  // Of an order that was confirmed at once; its units are on sale again.
  void Refunded(std::uint32_t product, Units qty) { accounts_[product].sold -= qty; }
  void Restocked(std::uint32_t product, Units units) { accounts_[product].supplied += units; }

  // The sum of all books, promises and fills settled: one account a product. All books are of one catalogue.
  friend std::vector<Account> Close(std::span<const Books* const> all);

 private:
  struct Promise {
    OrderId order;
    std::uint32_t product;
    Units units;  // accepted, but not taken from stock
  };

  struct Payment {
    OrderId order;
    std::uint32_t product;
    std::uint32_t qty;
  };

  void Announced(std::uint32_t product, Units qty) {
    accounts_[product].requested -= qty;
    --accounts_[product].requested_orders;
  }

  std::vector<Account> accounts_;
  std::deque<Promise> promises_;
  std::deque<Payment> paid_;
  std::deque<OrderId> released_;
};

[[nodiscard]] std::vector<Account> Close(std::span<const Books* const> all);

}  // namespace flexstock::loadgen
