// Stage: an engine with a catalogue, on which orders are placed for as long as a benchmark likes.
//
// Steady   Orders must not pile up, so time passes: one millisecond an epoch of kEpochOrders orders, and an order is
//          forgotten retention_ms later. What is timed is an order's whole life: placed, told, forgotten.
// Events   There is no background thread: whoever places orders ends the epoch and takes the events away, so that no
//          cost hides on another CPU. Unless the setting wants one, because epochs follow the disk then.
// Checked  At the end, what callers were answered is compared with what was told and with Engine::Audit(): speed cannot
//          be bought with wrong counts.
// Threads  Any may use engine(), pass the time and deliver; the rest is for one.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bench/draws.h"
#include "flexstock/engine.h"

namespace flexstock::bench {

// Orders that one thread places between two commits. About 40 microseconds of them, so that a commit's price, which is
// mostly a visit to each shard, is not made to look small.
inline constexpr std::uint64_t kEpochOrders = 1024;

// How many units a product is given that must never run out: not so many that their sum over 10 million overflows.
inline constexpr Units kPlenty = 1'000'000'000;

// A retention in which nothing is forgotten while it is measured.
inline constexpr Millis kRemembered = 86'400'000;

struct Setting {
  std::uint64_t products = 0;
  Units stock = kPlenty;       // of each
  std::uint64_t sold_out = 0;  // so many products more, without stock
  Policy policy{};
  std::vector<Audience> audiences = {Audience::kFeed};
  Millis retention_ms = 64;
  bool reserve_products = true;
  std::uint64_t orders_reserve = 0;
  std::uint64_t keys_reserve = 0;
  std::uint64_t events_max = std::uint64_t{1} << 20;
  bool background = false;    // the engine's own thread ends the epochs, and is told the stage's time
  std::string journal_dir{};  // "": nothing is durable
  std::uint64_t journal_segment_bytes = Options{}.journal_segment_bytes;
  std::uint64_t snapshot_every_bytes = Options{}.snapshot_every_bytes;
  std::uint32_t contention_sample = 0;

  friend bool operator==(const Setting&, const Setting&) = default;
};

// So many orders are remembered, with keys or without.
[[nodiscard]] Setting Remembering(std::uint64_t products, std::uint64_t orders, bool keyed);
// So many products with stock, as many without, and what stock cannot serve is refused.
[[nodiscard]] Setting HalfSoldOut(std::uint64_t products);

// The engine of a setting; its products are there only if its journal has them. `clock`: as Options'. Ends the process
// if it cannot be opened.
[[nodiscard]] std::unique_ptr<Engine> OpenEngine(const Setting& setting, Clock* clock);

// What callers did, by their answers.
struct Ledger {
  Units taken = 0;             // units that left stock
  std::uint64_t answered = 0;  // calls that changed something: an event each
  std::uint64_t told = 0;      // events of that kind that came out
  std::uint64_t failed = 0;    // calls that were answered what they should not have been

  void Add(const Ledger& other);
};

class Stage : private Clock {
 public:
  explicit Stage(const Setting& setting);

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const Setting& setting() const { return setting_; }
  // The references of draws[i].product, `first` products on: resolved ahead, as a caller does who keeps them.
  [[nodiscard]] const std::vector<ProductRef>& RefsOf(const Draws& draws, std::uint64_t first);

  // True once time has passed for as long as an order is remembered: from then on as many are forgotten as placed.
  [[nodiscard]] bool steady() const { return now() >= kBegin + setting_.retention_ms; }

  // relaxed: the time orders nothing, and the engine takes a time that lies behind for the latest.
  [[nodiscard]] Millis now() const { return now_ms_.load(std::memory_order_relaxed); }
  Millis Pass(Millis ms) { return now_ms_.fetch_add(ms, std::memory_order_relaxed) + ms; }

  // Ends the epoch and takes away what is told, in `room`, until nothing is left. Counts it, and confirms it.
  void Deliver(std::span<Event> room, Ledger* ledger);
  // The same, but who ends the epoch is as the setting says.
  void DeliverSome(std::span<Event> room, Ledger* ledger) {
    setting_.background ? Take(room, ledger) : Deliver(room, ledger);
  }
  // Time passes, and what is due by then has happened when it returns.
  void Elapse(Millis ms);
  // Time passes until every settled order is forgotten and every deadline has passed.
  void ForgetAll();

  // A caller begins, and ends. The last to leave checks everything: what is wrong, or nothing.
  void Enter();
  [[nodiscard]] std::string Leave(const Ledger& ledger);

 private:
  [[nodiscard]] Millis NowMs() override { return now(); }
  void Take(std::span<Event> room, Ledger* ledger);
  [[nodiscard]] std::string Problem();

  // Before any wall clock of today, so that an engine that reads one never finds itself behind.
  static constexpr Millis kBegin = 1'700'000'000'000;

  const Setting setting_;
  std::unique_ptr<Engine> engine_;
  std::atomic<Millis> now_ms_{kBegin};
  std::map<std::pair<const Draws*, std::uint64_t>, std::vector<ProductRef>> refs_;
  Ledger ledger_;
  std::uint32_t inside_ = 0;  // callers
};

}  // namespace flexstock::bench
