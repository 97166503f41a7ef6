// Hammer: many threads on one engine, and the books they keep of it.
//
// Stock is only adjusted, never set, so that every change of it is known; nothing is forgotten while it runs, so that
// every order can be looked at in the end. Keys are few and used by all threads at once.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "flexstock/engine.h"

namespace flexstock::stress {

struct Site {
  int threads = 4;
  int calls = 1000;  // of each thread
  std::uint32_t shards = 1;
  int products = 5;
  bool background = false;
};

// A clock that the threads themselves push on.
class PushedClock final : public Clock {
 public:
  // relaxed: a time, which orders nothing else.
  Millis NowMs() override { return now_ms_.load(std::memory_order_relaxed); }
  void Push(Millis by_ms) { now_ms_.fetch_add(by_ms, std::memory_order_relaxed); }

 private:
  std::atomic<Millis> now_ms_{1'000'000};
};

class Hammer {
 public:
  Hammer(const Site& site, std::uint64_t seed);
  void Run();

  // Every order's events are a path through the states of docs/semantics.md that ends where the order stands.
  void CheckPaths();
  // Each change was answered to exactly one caller as his own: as many as were told.
  void CheckWinners();
  // One key, one order.
  void CheckKeys();
  // What was put in is what is there, and what orders took.
  void CheckUnits();
  // Each audience was told what concerns it, each order's events in order, nothing else, nothing twice.
  void CheckAudiences();

 private:
  // Changes that a caller can bring about, by what is told of them.
  enum Won : std::size_t { kPlaced, kAccepted, kDeclined, kPaid, kCanceled, kRefunded, kPickedUp, kWon };

  struct Books {
    std::map<OrderId, std::array<int, kWon>> won;
    std::map<OrderKey, std::vector<PlaceResult>> by_key;
    std::vector<Units> added;  // by product
    bool refused = false;      // the last call, because queues were full
  };

  void Work(int thread);
  void PlaceSome(std::mt19937_64& random, Books& books);
  void PlaceCarts(std::mt19937_64& random, Books& books);
  void Note(const PlaceResult& result, OrderKey key, std::mt19937_64& random, Books& books);
  void Treat(std::mt19937_64& random, Books& books);
  void Poll(Audience audience);
  [[nodiscard]] PlaceOrder SomeOrder(std::mt19937_64& random) const;

  const Site site_;
  const std::uint64_t seed_;
  PushedClock clock_;
  std::unique_ptr<Engine> engine_;
  std::vector<Books> books_;
  std::array<std::atomic<OrderId>, 64> board_ = {};  // orders that all threads may treat
  std::atomic<int> working_{0};
  std::array<std::vector<Event>, kAudiences> told_;
  std::atomic<bool> over_{false};
};

}  // namespace flexstock::stress
