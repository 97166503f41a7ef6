// Shopper: one thread of customers in a sale. Each picks a product by its rank's popularity and a quantity, and places
// the order; some lose the answer on the way and send the same order again under its key.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "tools/loadgen/placer.h"
#include "tools/loadgen/rng.h"
#include "tools/loadgen/zipf.h"

namespace flexstock::loadgen {

// What customers want and how they order it.
struct Demand {
  std::uint32_t products = 1;
  double zipf = 0.99;
  Units qty_max = 3;                    // 1 .. qty_max, all as likely
  std::uint64_t customers = 1'000'000;  // who orders: any of so many
  std::size_t batch = 1;                // orders in one call
  bool keys = false;                    // every order has an idempotency key
  double retries = 0;                   // share of orders that are sent again; only with keys
};

class Shopper {
 public:
  Shopper(const Floor& floor, const Demand& demand, Rng rng, Notebook& notebook);

  // Until `orders` orders were placed (retries not counted) or `stop` is set.
  void Run(std::uint64_t orders, const std::atomic<bool>& stop);

 private:
  void Choose(std::size_t i);
  void SendAgain(std::size_t i, const PlaceResult& first);

  const Floor floor_;
  const Demand demand_;
  const Zipf popularity_;
  Rng rng_;
  Placer placer_;
  Notebook& notebook_;
  std::vector<PlaceOrder> orders_;
  std::vector<std::uint32_t> products_;
  std::vector<PlaceResult> answers_;
};

}  // namespace flexstock::loadgen
