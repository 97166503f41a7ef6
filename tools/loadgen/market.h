// Market: an engine with its products on sale, and everybody who answers its events, each on a thread.
//
// A run: Open; customers place, each with a floor() and an AddNotebook(); customers stop; the clock is stopped by the
// caller; Settle; Close. The order matters: Settle promises that all is quiet only if nobody places and no time passes.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tools/loadgen/options.h"
#include "tools/loadgen/result.h"

namespace flexstock::loadgen {

class Market;

// Who answers the engine's events.
struct Cast {
  using Consumers = std::array<std::unique_ptr<Consumer>, 3>;
  // Called once, with a market whose floor() and AddNotebook() may be used.
  std::function<Consumers(Market& market)> make;
  // Each on a thread, and the engine's own besides. False: everything happens on the caller's, when he calls Step.
  bool on_threads = true;
};

// Members, payers and logistics that answer at once.
[[nodiscard]] Cast PromptPeople(const RunOptions& options);

class Market {
 public:
  struct Opened;
  // An engine on `clock` with all products, and consumers that have started; or what is wrong.
  static Opened Open(const RunOptions& options, Catalogue catalogue, Clock& clock, const Cast& cast);
  // Stops the consumers, whatever they were about.
  ~Market() = default;

  [[nodiscard]] Floor floor() { return {*engine_, catalogue_, stopwatch_, gate_, durable_.get(), on_threads_}; }
  // For a thread that places orders. Before those threads run.
  Notebook& AddNotebook() { return notebooks_.emplace_back(catalogue_.products().size()); }

  // Every consumer, once. For whoever has them on no threads.
  void Step();
  // When the first of them has something to do that no event announces; scenario time.
  [[nodiscard]] std::uint64_t next_ns() const;

  // What has been counted so far. Any time.
  [[nodiscard]] Totals totals() const;

  // Why the journal cannot be written any more, and so nothing goes on; "" without a journal. Any time.
  [[nodiscard]] std::string failure() const;

  // Returns when everything that is due has happened, every event was taken away and answered, and the answers' events
  // too; or when the journal has failed. Nobody may be placing.
  void Settle();

  // True while units are held, or an order is pending. After Settle.
  [[nodiscard]] bool SomebodyWaits() const;

  // Stops the consumers and compares their books with the engine. After Settle; once. Leaves headline and seconds open.
  [[nodiscard]] Result Close();

 private:
  Market(const RunOptions& options, Catalogue catalogue, std::unique_ptr<Engine> engine, const Cast& cast);
  [[nodiscard]] std::uint64_t handled() const;

  const bool fills_;
  const bool on_threads_;
  const Catalogue catalogue_;
  const Stopwatch stopwatch_;
  Gate gate_;
  const std::unique_ptr<DurableTimings> durable_;  // nullptr: without a journal
  std::unique_ptr<Engine> engine_;
  const JournalStats journal_before_;
  std::deque<Notebook> notebooks_;
  Cast::Consumers consumers_;
  std::vector<std::jthread> threads_;  // last: they stop before anything that they use is gone
};

struct Market::Opened {
  std::unique_ptr<Market> market;
  std::string problem;  // empty if there is a market
};

}  // namespace flexstock::loadgen
