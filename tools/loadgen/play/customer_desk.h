// CustomerDesk: what customers do about their orders. What each of them will do was drawn when he came (population.h);
// the gateway says so here, and the engine's events say when payment is asked for. Either may come first.
//
//   fate      does
//   pay       pays a while after payment was asked for
//   cancel    cancels a while after placing; what was confirmed meanwhile is refunded, and its units go back on sale
//   abandon   nothing
//
// Threads  Expect: any. All else: a consumer's.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <concurrentqueue/concurrentqueue.h>

#include "tools/loadgen/play/desk.h"
#include "tools/loadgen/scenario/population.h"

namespace flexstock::loadgen {

// An order that was placed, and its customer's mind. Of those that were confirmed at once, only whoever will cancel.
struct Expected {
  OrderId order;
  std::uint32_t product;  // its index in the catalogue
  Units qty;
  std::uint64_t placed_ns;
  std::uint64_t after_ns;  // see Intent::fate_after_ns
  Fate fate;
  OrderState state;  // when it was placed
};

struct CustomerErrand {
  enum class Kind : std::uint8_t { kPay, kCancel, kRefund };
  Kind kind;
  std::uint32_t product;
  OrderId order;
  Units qty;
};

class CustomerDesk final : public Desk<CustomerErrand> {
 public:
  CustomerDesk(const Floor& floor, const Hours& hours, Notebook& notebook)
      : Desk(floor, hours, Audience::kCustomer, notebook) {}

  void Expect(const Expected& expected) { expected_.enqueue(expected); }

 private:
  using Kind = CustomerErrand::Kind;

  // An order of which one side has been heard: what its customer means to do, or that payment was asked for. Once both
  // have been, it is forgotten here; so is an order that ends before.
  struct Half {
    Fate fate = Fate::kAbandon;
    bool asked = false;       // for `qty` units, at `at_ns`; else the fate is what is known
    std::uint64_t at_ns = 0;  // asked; else how long after it
    Units qty = 0;
  };

  using Halves = absl::flat_hash_map<OrderId, Half>;

  static bool Take(Halves* halves, OrderId order, Half* half);
  void Prepare() override;
  void Answer(const Event& event) override;
  Code Do(CustomerErrand* errand) override;
  void Hear(const Expected& expected);
  void Asked(const Event& event, std::uint32_t product);

  moodycamel::ConcurrentQueue<Expected> expected_;
  // Of orders that were pending when they were placed: for as long as they are, so there may be very many. Of all
  // others what is known for the moment until the other side is heard: few, and near.
  Halves pending_, passing_;
};

}  // namespace flexstock::loadgen
