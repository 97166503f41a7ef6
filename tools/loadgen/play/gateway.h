// Gateway: one thread of a gateway, and the customers who come to it. Each arrival wants what the population says, and
// is placed as one order, as a cart, or within a batch.
//
// Latency is counted twice. A call's own time, as everywhere (placer.h); and from the instant at which the customer
// came, which does not move when the gateway is late: what the customer waited (docs/load-testing.md, coordinated
// omission).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tools/loadgen/histogram.h"
#include "tools/loadgen/live_histogram.h"
#include "tools/loadgen/placer.h"
#include "tools/loadgen/play/customer_desk.h"
#include "tools/loadgen/play/intervals.h"

namespace flexstock::loadgen {

// What one product was asked for.
struct ProductDemand {
  std::uint64_t orders = 0, refused = 0;  // lines of carts, each
  Units units = 0;                        // placed: taken, held, or asked for
};

// What a gateway's thread writes down besides its notebook.
struct GatewayLog {
  GatewayLog(const Intervals& intervals, std::size_t products)
      : offered(intervals.count()), latency(new LiveHistogram[intervals.count()]), demand(products) {}

  std::vector<std::uint64_t> offered;        // customers who came, by interval
  std::unique_ptr<LiveHistogram[]> latency;  // by interval; any thread may read
  Histogram waited;                          // nanoseconds from coming to being answered
  std::vector<ProductDemand> demand;
};

class Gateway {
 public:
  struct Surroundings {
    const Scenario& scenario;
    const ScenarioClock& clock;
    std::uint64_t end_ns;  // of the scenario
    const Intervals& intervals;
    CustomerDesk& customers;
  };
  Gateway(const Floor& floor, const Surroundings& around, std::uint64_t seed, Part part, NoRoom no_room,
          Notebook& notebook);

  // Places what the next customer wants, who came at `came_ns` of scenario time.
  void Serve(std::uint64_t came_ns);
  // Gathers single orders of the next customers, who all come now, and places them in one call; a cart ends the batch.
  void ServeBatch(std::uint32_t size);

  // When the next order is sent again under its key; scenario time.
  [[nodiscard]] std::uint64_t next_retry_ns() const { return retries_.next_ns(); }
  // Sends again what is due by then.
  void SendAgain(std::uint64_t now_ns);

  [[nodiscard]] const GatewayLog& log() const { return log_; }

 private:
  // What a customer will do about one order.
  struct Plan {
    std::uint32_t product;
    Fate fate;
    std::uint64_t fate_after_ns, retry_after_ns;
  };
  struct Retry {
    PlaceOrder order;
    Plan plan;
    OrderId first;  // what it was answered
  };

  // Appends the next customer's orders to those to be placed; true if they are a cart.
  bool Draw();
  void PlaceDrawn(std::uint64_t came_ns);
  void PlaceCartDrawn(std::uint64_t came_ns);
  void Conclude(std::span<const PlaceResult> results, std::uint64_t came_ns);
  void NoteAnswer(const PlaceOrder& order, const Plan& plan, const PlaceResult& result, std::uint64_t came_ns);

  const Floor floor_;
  const Surroundings around_;
  Population population_;
  Placer placer_;
  Notebook& notebook_;
  GatewayLog log_;
  Agenda<Retry> retries_;
  std::uint64_t keys_;  // the next key

  Intent intent_;                   // drawn last
  std::vector<PlaceOrder> orders_;  // to be placed
  std::vector<std::uint32_t> products_;
  std::vector<Plan> plans_;
  std::vector<CartLine> lines_;
};

}  // namespace flexstock::loadgen
