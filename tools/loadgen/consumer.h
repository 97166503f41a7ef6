// Consumer: takes one audience's events away, in bulk, and answers them: what members, customers and logistics share.
//
// Threads  Step may be called by the consumer's own thread and by whoever settles the run; a mutex makes each step
// whole:
//          while nobody is in Step, everything that was polled has also been answered and counted.
#pragma once

#include <atomic>
#include <cstdint>
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
};

class Consumer {
 public:
  Consumer(const Floor& floor, Audience audience, Notebook& notebook);
  virtual ~Consumer() = default;
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Polls once and answers what came.
  void Step();
  // Steps until asked to stop; naps when there is nothing to do.
  void Run(const std::stop_token& stop);

  // Events polled and answered so far. Counted when the answers are given, so that a settler who sees the number stand
  // still knows that nobody is in the middle of a step that began before (see Market::Settle).
  [[nodiscard]] std::uint64_t handled() const { return handled_.load(std::memory_order_acquire); }

 protected:
  virtual void Answer(const Event& event) = 0;

  // Makes a timed call; again, after taking more events away, while the engine has no room.
  template <class Command>
  CommandResult Insist(Call call, Command command) {
    const auto timed = [&] {
      const std::uint64_t from = floor_.stopwatch.Ticks();
      const CommandResult result = command();
      const std::uint64_t ns = floor_.stopwatch.Since(from);
      if (result.code != Code::kOverloaded) notebook_.timings[IndexOf(call)].Record(ns);
      return result;
    };
    CommandResult result = timed();
    if (result.code == Code::kOverloaded) {
      const Gate::Priority first(floor_.gate);
      do {
        WaitForRoom();
        result = timed();
      } while (result.code == Code::kOverloaded);
    }
    notebook_.tally.Answered(call, result);
    return result;
  }

  // Counts a call that was answered kOverloaded, and takes away what has come for this audience meanwhile.
  void WaitForRoom();

  const Floor floor_;
  Notebook& notebook_;

 private:
  std::size_t Poll();  // appends to inbox_; how many

  const Audience audience_;
  std::mutex step_;
  std::vector<Event> inbox_;  // polled in this step
  std::atomic<std::uint64_t> handled_{0};
};

}  // namespace flexstock::loadgen
