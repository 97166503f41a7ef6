// Caller: one of the gateway's threads, placing its customers' orders.
//
// Threads  None: one caller a thread.
#pragma once

#include <array>
#include <string>

#include "bench/crowd.h"
#include "bench/stage.h"

namespace flexstock::bench {

// How a caller places.
struct Way {
  bool by_ref = false;      // the product was resolved ahead
  bool keyed = false;       // each order has a key of its own
  bool own_clock = false;   // no time is given: the engine reads its clock
  std::uint64_t batch = 1;  // orders a call: 1, 16 or 64
  std::uint64_t first = 0;  // products are counted from here: where those that are sold out begin
  Code answer = Code::kOk;  // what it should be answered
};

// Asking for what HalfSoldOut() does not have.
[[nodiscard]] inline Way Refused(const Setting& setting) {
  return {.first = setting.products, .answer = Code::kSoldOut};
}

class Caller {
 public:
  // The `index`-th of `callers` who go through the same draws, each from a place of its own.
  Caller(Stage& stage, const Draws& draws, const Way& way, std::uint32_t index, std::uint32_t callers);

  // kEpochOrders orders; then time passes, the epoch ends and its events are taken away. What is timed.
  void Epoch();
  // One order of an epoch; with its last, what ends an epoch.
  PlaceResult One();
  // As Epoch(), but time stands still, so that nothing is forgotten.
  void EpochOfOneInstant();
  // Enough epochs that orders are forgotten as fast as placed. Nothing is new to caches, page tables or the heap then.
  void WarmUp();

  // The end of its work. The last caller to leave a stage is told what went wrong on it, if anything did.
  [[nodiscard]] std::string Leave() { return stage_.Leave(ledger_); }

 private:
  void PlaceAll();
  void PassOn();
  template <typename Request>
  PlaceResult PlaceNext();
  template <typename Request>
  void PlaceOneByOne();
  template <typename Request>
  void PlaceBatches();
  template <typename Request>
  [[nodiscard]] Request Next();
  void Note(const PlaceResult& result, Units qty);

  Stage& stage_;
  const Draws& draws_;
  const Way way_;
  const ProductRef* refs_;
  std::size_t at_;  // in draws_
  std::uint64_t orders_ = 0;
  const std::uint64_t name_;  // makes customers and keys differ from other callers'
  Millis at_ms_;
  Ledger ledger_;
  std::array<Event, 256> room_;  // stays in the first-level cache
};

// So many of them.
[[nodiscard]] Crowd<Caller> Callers(Stage& stage, Spread spread, const Way& way, std::uint32_t callers);

}  // namespace flexstock::bench
