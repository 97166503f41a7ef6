// Market: an engine with its products on sale, and everybody who answers its events, each on a thread.
//
// A run: Open; customers place, each with a floor() and an AddNotebook(); customers stop; the clock is stopped by the
// caller; Settle; Close. The order matters: Settle promises that all is quiet only if nobody places and no time passes.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tools/loadgen/options.h"
#include "tools/loadgen/result.h"

namespace flexstock::loadgen {

class Market {
 public:
  struct Opened;
  // An engine on `clock` with all products, and consumers that have started; or what is wrong.
  static Opened Open(const RunOptions& options, Catalogue catalogue, Clock& clock);
  // Stops the consumers, whatever they were about.
  ~Market() = default;

  [[nodiscard]] Floor floor() { return {*engine_, catalogue_, stopwatch_, gate_, durable_.get()}; }
  // For a thread that places orders. Before those threads run.
  Notebook& AddNotebook() { return notebooks_.emplace_back(catalogue_.products().size()); }

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
  Market(const RunOptions& options, Catalogue catalogue, std::unique_ptr<Engine> engine);
  [[nodiscard]] std::uint64_t handled() const;

  const bool fills_;
  const Catalogue catalogue_;
  const Stopwatch stopwatch_;
  Gate gate_;
  const std::unique_ptr<DurableTimings> durable_;  // nullptr: without a journal
  std::unique_ptr<Engine> engine_;
  const JournalStats journal_before_;
  std::deque<Notebook> notebooks_;
  std::array<std::unique_ptr<Consumer>, 3> consumers_;
  std::vector<std::jthread> threads_;  // last: they stop before anything that they use is gone
};

struct Market::Opened {
  std::unique_ptr<Market> market;
  std::string problem;  // empty if there is a market
};

}  // namespace flexstock::loadgen
