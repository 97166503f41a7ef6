// Placer: places orders for one thread: timed, counted, booked, and again while the engine has no room.
//
// Closed loop: the next order is placed when the last one was answered. What a slow answer makes the orders behind it
// wait is therefore not seen (docs/load-testing.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tools/loadgen/consumer.h"

namespace flexstock::loadgen {

// What a caller does whom the engine has no room for.
enum class NoRoom : std::uint8_t {
  kWait,    // he waits until somebody has made room, and calls again
  kGiveUp,  // kOverloaded is his answer: where nobody makes room while he waits
};

class Placer {
 public:
  Placer(const Floor& floor, Notebook& notebook, NoRoom no_room = NoRoom::kWait)
      : floor_(floor), notebook_(notebook), no_room_(no_room) {}

  // One order, or several in one batch call. products[i] is the catalogue's index of orders[i]. The results are valid
  // until the next call; none is kOverloaded, unless it is given up.
  std::span<const PlaceResult> Place(std::span<const PlaceOrder> orders, std::span<const std::uint32_t> products,
                                     Millis at_ms);
  // One cart; products[i] is the catalogue's index of its line i. Timed as one call, by the worst of its lines.
  std::span<const PlaceResult> PlaceCart(const flexstock::PlaceCart& cart, std::span<const std::uint32_t> products,
                                         Millis at_ms);

 private:
  void PlaceOne(const PlaceOrder& order, Millis at_ms);
  void PlaceBatch(std::span<const PlaceOrder> orders, Millis at_ms);
  // Has it watched until it is durable, if it was placed and it is its turn. `from`: the ticks before the call.
  void Sample(const PlaceResult& result, std::uint64_t from);
  void Note(Units qty, std::uint32_t product, const PlaceResult& result);
  // True if a call that was answered kOverloaded is to be made again: there is room. `seen`: see Gate.
  bool AwaitRoom(std::uint32_t seen);
  // Calls until it is answered; times the answer as what kind(answer) says it was.
  template <class Ask, class Kind>
  void Insist(Ask ask, Kind kind);

  const Floor floor_;
  Notebook& notebook_;
  const NoRoom no_room_;
  std::vector<PlaceResult> results_;
  std::uint32_t until_sample_ = 1;  // orders placed
  // What of a batch found no room: the orders once more, where their results belong, and what they are answered.
  std::vector<PlaceOrder> again_;
  std::vector<std::size_t> again_at_;
  std::vector<PlaceResult> again_results_;
};

}  // namespace flexstock::loadgen
