// Consumer: takes one audience's events away, in bulk, and answers them: what members, customers and logistics share.
//
// Threads  Step may be called by the consumer's own thread and by whoever settles the run; a mutex makes each step
//          whole: while nobody is in Step, everything that was polled has also been answered and counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "flexstock/engine.h"
#include "tools/loadgen/catalogue.h"
#include "tools/loadgen/durable_timings.h"
#include "tools/loadgen/gate.h"
#include "tools/loadgen/notebook.h"
#include "tools/loadgen/stopwatch.h"

namespace flexstock::loadgen {

// What every participant of a run works with. All outlive the participants.
struct Floor {
  Engine& engine;
  const Catalogue& catalogue;
  const Stopwatch& stopwatch;
  Gate& gate;
  DurableTimings* durable;  // nullptr: without a journal
  // Everybody has a thread of his own: calls take time, and whoever waits for room gets it from the others.
  bool on_threads;
};

class Consumer {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  Consumer(const Floor& floor, Audience audience, Notebook& notebook);
  virtual ~Consumer() = default;
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Polls once, answers what came, and does what has fallen due.
  void Step();
  // Steps until asked to stop; naps when there is nothing to do.
  void Run(const std::stop_token& stop);

  // When there is something to do that no event announces; scenario time. kNever: only events.
  [[nodiscard]] virtual std::uint64_t next_ns() const { return kNever; }

  // Events polled and answered so far, and what was due and done. Counted when the answers are given, so that a settler
  // who sees the number stand still knows that nobody is in the middle of a step that began before (see
  // Market::Settle).
  [[nodiscard]] std::uint64_t handled() const { return handled_.load(std::memory_order_acquire); }

 protected:
  // Before events are taken away.
  virtual void Prepare() {}
  virtual void Answer(const Event& event) = 0;
  // Does what has fallen due; how much that was.
  virtual std::size_t Act() { return 0; }
  // False while it takes no events away.
  [[nodiscard]] virtual bool listens() const { return true; }

  // Makes a timed call, and notes its answer, if there is one: kOverloaded is none.
  template <class Command>
  CommandResult Try(Call call, Command command) {
    const std::uint64_t from = floor_.on_threads ? floor_.stopwatch.Ticks() : 0;
    const CommandResult result = command();
    const std::uint64_t ns = floor_.on_threads ? floor_.stopwatch.Since(from) : 0;
    if (result.code == Code::kOverloaded) {
      notebook_.tally.Overloaded();
      return result;
    }
    if (floor_.on_threads) notebook_.timings[IndexOf(call)].Record(ns);
    notebook_.tally.Answered(call, result);
    return result;
  }

  // The same; again, after taking more events away, while the engine has no room.
  template <class Command>
  CommandResult Insist(Call call, Command command) {
    CommandResult result = Try(call, command);
    if (result.code != Code::kOverloaded) return result;
    const Gate::Priority first(floor_.gate);
    do {
      WaitForRoom();
      result = Try(call, command);
    } while (result.code == Code::kOverloaded);
    return result;
  }

  // An accepted order is booked: the answer does not say how much of it stock could serve, the order does. If it has
  // been paid since, it still says what it took; if it has been released, it says 0, and the release that is told takes
  // the same 0 back. kOverloaded: the engine has no room to answer, and nothing is booked yet.
  Code BookAccepted(std::uint32_t product, OrderId order, Units qty);

  // After a call that was answered kOverloaded: takes away what has come for this audience meanwhile.
  void WaitForRoom();

  const Floor floor_;
  Notebook& notebook_;

 private:
  std::size_t Poll();  // appends to the inbox; how many

  const Audience audience_;
  std::mutex step_;
  std::vector<Event> inbox_;  // the first waiting_ were polled in this step
  std::size_t waiting_ = 0;
  std::atomic<std::uint64_t> handled_{0};
};

}  // namespace flexstock::loadgen
