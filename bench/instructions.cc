// instructions: how many machine instructions a call of each kind takes, counted by callgrind.
//
// A figure in nanoseconds moves with the machine, its neighbours and the hour. The number of instructions does not:
// there is one thread, time is virtual, and valgrind gives every run the same processor and the same addresses. So a
// rise of some percent is the change's doing, which no stopwatch shows on a shared machine. It is not time: a cache
// miss is one instruction, and a rise may be worth it. bench/instructions.py runs this and compares with the budget.
//
// Each kind is called kCalls times on a catalogue that has been through the same calls before, so that no slot, buffer
// or table is made in what is counted. Answers are looked at afterwards; without valgrind only that is done.
#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/stage.h"
#include "engine/base/mix.h"

namespace flexstock::bench {
namespace {

constexpr std::uint64_t kCalls = 16'384;
constexpr std::uint64_t kProducts = 4'096;

// What `work` executes is written under this name, as the work of so many calls.
template <typename Work>
void Count(const std::string& name, Work work) {
  const std::string title = name + ' ' + std::to_string(kCalls);
  CALLGRIND_START_INSTRUMENTATION;
  work();
  CALLGRIND_DUMP_STATS_AT(title.c_str());  // before the stop, which sets the counts to zero
  CALLGRIND_STOP_INSTRUMENTATION;
}

ProductId ProductOf(std::uint64_t call) { return static_cast<ProductId>(call % kProducts + 1); }

PlaceOrder Plain(std::uint64_t call) {
  return {.product = ProductOf(call), .customer = static_cast<CustomerId>(call + 1), .qty = 1};
}

PlaceOrder Keyed(std::uint64_t call) {
  PlaceOrder order = Plain(call);
  order.key = {.hi = base::Mix(call, 1), .lo = call + 1};
  return order;
}

// A kind of order on a stage of its own: placed, told, forgotten, and then the same again.
class Round {
 public:
  explicit Round(const Setting& setting) : stage_(setting), room_(1024), placed_(kCalls), answered_(kCalls) {
    stage_.Enter();
    for (std::uint64_t product = 0; product < kProducts; ++product) {
      if (!stage_.engine().Resolve(ProductOf(product), &refs_.emplace_back())) ++ledger_.failed;
    }
  }

  [[nodiscard]] PlaceOrderByRef ByRef(std::uint64_t call) const {
    return {.product = refs_[call % kProducts], .customer = static_cast<CustomerId>(call + 1), .qty = 1};
  }

  // An order a call. All are answered `code`, and in `state`.
  template <typename Order>
  void Place(Order order) {
    for (std::uint64_t i = 0; i < kCalls; ++i) placed_[i] = stage_.engine().Place(order(i), stage_.now());
  }
  void CheckPlaced(Code code, OrderState state) {
    for (const PlaceResult& placed : placed_) {
      ledger_.failed += placed.code != code || placed.state != state || placed.duplicate ? 1 : 0;
      ledger_.answered += placed.ok() ? 1 : 0;
      ledger_.taken += placed.state == OrderState::kConfirmed || placed.state == OrderState::kAwaitingPayment ? 1 : 0;
    }
  }

  // An answer to each order that was placed.
  void Answer(CommandResult (Engine::*call)(OrderId, When)) {
    for (std::uint64_t i = 0; i < kCalls; ++i) {
      answered_[i] = (stage_.engine().*call)(placed_[i].order, stage_.now());
    }
  }
  void CheckAnswered(OrderState state) {
    for (const CommandResult& answered : answered_) {
      ledger_.failed += !answered.ok() || answered.state != state || answered.duplicate ? 1 : 0;
      ledger_.answered += answered.ok() ? 1 : 0;
    }
  }

  void Tell() { stage_.Deliver(room_, &ledger_); }
  // What is settled by now.
  void Forget() {
    stage_.Pass(stage_.setting().retention_ms);
    if (stage_.engine().Advance(stage_.now()) != Code::kOk) ++ledger_.failed;
  }
  // And what waits.
  void ForgetAll() { stage_.ForgetAll(); }

  [[nodiscard]] std::string Leave() { return stage_.Leave(ledger_); }

 private:
  Stage stage_;
  std::vector<Event> room_;
  std::vector<ProductRef> refs_;
  std::vector<PlaceResult> placed_;
  std::vector<CommandResult> answered_;
  Ledger ledger_;
};

// What went wrong, of all.
class Counts {
 public:
  // Placing alone. `order(round, call)`: what is ordered.
  template <typename Order>
  void Placing(const std::string& name, const Setting& setting, Code code, OrderState state, Order order) {
    Round round(setting);
    const auto place = [&] { round.Place([&](std::uint64_t call) { return order(round, call); }); };
    place();
    round.CheckPlaced(code, state);
    round.ForgetAll();
    Count(name, place);
    round.CheckPlaced(code, state);
    End(name, &round);
  }

  // Answering orders that wait in `waits`.
  void Answering(const std::string& name, const Setting& setting, OrderState waits,
                 CommandResult (Engine::*call)(OrderId, When), OrderState becomes) {
    Round round(setting);
    const auto answer = [&] { round.Answer(call); };
    const auto place = [&] {
      round.Place(Plain);
      round.CheckPlaced(Code::kOk, waits);
      round.Tell();
    };
    place();
    answer();
    round.CheckAnswered(becomes);
    round.ForgetAll();
    place();
    Count(name, answer);
    round.CheckAnswered(becomes);
    End(name, &round);
  }

  // What comes to a confirmed order in the end: its epoch is committed and its events are taken away; it is forgotten.
  void Ending(const std::string& tell, const std::string& forget, const Setting& setting) {
    Round round(setting);
    const auto place = [&] {
      round.Place(Plain);
      round.CheckPlaced(Code::kOk, OrderState::kConfirmed);
    };
    place();
    round.ForgetAll();
    place();
    Count(tell, [&] { round.Tell(); });
    Count(forget, [&] { round.Forget(); });
    End(tell, &round);
  }

  [[nodiscard]] bool any_problem() const { return any_problem_; }

 private:
  void End(const std::string& name, Round* round) {
    const std::string problem = round->Leave();
    if (problem.empty()) return;
    std::fprintf(stderr, "instructions: %s: %s\n", name.c_str(), problem.c_str());
    any_problem_ = true;
  }

  bool any_problem_ = false;
};

// A directory of its own for the journal, gone with the object.
class ScratchDirectory {
 public:
  ScratchDirectory() : path_((std::filesystem::temp_directory_path() / "flexstock-instructions-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) != nullptr) return;
    std::perror(("instructions: " + path_).c_str());
    std::exit(1);
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

int Run() {
  const auto plain = [](const Round&, std::uint64_t call) { return Plain(call); };
  const auto keyed = [](const Round&, std::uint64_t call) { return Keyed(call); };
  const auto by_ref = [](const Round& round, std::uint64_t call) { return round.ByRef(call); };

  const Setting stocked{.products = kProducts};
  const Setting empty{.products = kProducts, .stock = 0};
  Setting sold_out = empty;
  sold_out.policy.overflow = Overflow::kReject;
  Setting held = stocked;
  held.policy.checkout_hold_ms = 600'000;
  const ScratchDirectory directory;
  Setting journaled = stocked;
  journaled.journal_dir = directory.path();

  Counts counts;
  counts.Placing("place_confirmed", stocked, Code::kOk, OrderState::kConfirmed, plain);
  counts.Placing("place_by_reference", stocked, Code::kOk, OrderState::kConfirmed, by_ref);
  counts.Placing("place_with_key", stocked, Code::kOk, OrderState::kConfirmed, keyed);
  counts.Placing("place_journaled", journaled, Code::kOk, OrderState::kConfirmed, plain);
  counts.Placing("place_pending", empty, Code::kOk, OrderState::kAwaitingAcceptance, plain);
  counts.Placing("refuse_sold_out", sold_out, Code::kSoldOut, OrderState::kNone, plain);
  counts.Answering("accept", empty, OrderState::kAwaitingAcceptance, &Engine::Accept, OrderState::kAwaitingPayment);
  counts.Answering("pay", held, OrderState::kAwaitingPayment, &Engine::Pay, OrderState::kConfirmed);
  counts.Ending("tell", "forget", stocked);

  std::printf("built by %s\n", FLEXSTOCK_BUILT_BY);
  return counts.any_problem() ? 1 : 0;
}

}  // namespace
}  // namespace flexstock::bench

int main() { return flexstock::bench::Run(); }
