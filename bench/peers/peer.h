// Peer: something that can keep a shop's stock, with a sale's products in it and no orders yet.
//
// All do the same for an order: find the product; if it has the units, take them and keep the order as confirmed; if it
// has not, and fewer than kPendingMax orders wait for the member, keep the order as pending, where the member finds it;
// else refuse it and keep nothing. Whatever a peer does beyond or short of that is in its notes (contestants.cc).
//
// Errors   Failure, from any call: what failed and what to do.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "bench/peers/sale.h"

namespace flexstock::bench::peers {

class Failure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One of those who order: a thread, with a connection of its own where there are any.
class Client {
 public:
  virtual ~Client() = default;
  // Places the sale's orders from `first` on, as many as there is room for answers. Each answer is final, and as
  // durable as this peer's answers are, when the next order that does not share its trip is sent.
  virtual void Place(std::uint64_t first, std::span<Answer> answers) = 0;
};

// What is left of a product, and how many orders wait for it.
struct Shelf {
  Units available = 0;
  Units pending = 0;
  friend bool operator==(const Shelf&, const Shelf&) = default;
};

class Peer {
 public:
  virtual ~Peer() = default;
  // Any number. They end before the peer does.
  [[nodiscard]] virtual std::unique_ptr<Client> Connect() = 0;
  // Of every product, in order, when nobody orders any more.
  [[nodiscard]] virtual std::vector<Shelf> Shelves() = 0;
};

}  // namespace flexstock::bench::peers
