// Gate: who goes first when the engine has no room for more events.
//
// The engine answers kOverloaded when an audience's queue is full. Then consumers must take events away before anybody
// can go on, and a consumer's own calls (accept, pay, pick up) need room as well. If customers kept placing meanwhile,
// they would take the room first and the consumers' backlog would grow for ever. So customers step aside while a
// consumer waits, and whoever was turned away sleeps until a consumer has polled again.
//
//   customer:  for (;;) { seen = gate.Enter(); call; if (!overloaded) break; gate.AwaitRoom(seen); }
//   consumer:  poll; gate.MadeRoom();   and while its own call is overloaded: Gate::Priority first(gate);
#pragma once

#include <atomic>
#include <cstdint>

namespace flexstock::loadgen {

class Gate {
 public:
  // Customers: returns once no consumer waits. What it returns goes to AwaitRoom.
  std::uint32_t Enter() {
    std::uint32_t seen = rounds_.load(std::memory_order_acquire);
    while (waiting_.load(std::memory_order_acquire) != 0) {
      AwaitRoom(seen);
      seen = rounds_.load(std::memory_order_acquire);
    }
    return seen;
  }

  // Sleeps until a consumer has polled since Enter. Consumers poll for as long as a customer runs, so it ends.
  void AwaitRoom(std::uint32_t seen) { rounds_.wait(seen, std::memory_order_acquire); }

  // Consumers, after each poll, also an empty one.
  void MadeRoom() {
    rounds_.fetch_add(1, std::memory_order_release);  // pairs with the acquiring loads and the wait above
    rounds_.notify_all();
  }

  // Held by a consumer while one of its own calls waits for room.
  class Priority {
   public:
    explicit Priority(Gate& gate) : gate_(gate) { gate_.waiting_.fetch_add(1, std::memory_order_acq_rel); }
    ~Priority() {
      gate_.waiting_.fetch_sub(1, std::memory_order_acq_rel);
      gate_.MadeRoom();
    }
    Priority(const Priority&) = delete;
    Priority& operator=(const Priority&) = delete;

   private:
    Gate& gate_;
  };

 private:
  std::atomic<std::uint32_t> rounds_{0};  // polls so far; wraps, which a sleeper cannot live long enough to see
  std::atomic<std::int32_t> waiting_{0};  // consumers that wait for room
};

}  // namespace flexstock::loadgen
