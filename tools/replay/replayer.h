// Replayer: commands, in virtual time, through an engine of its own; what comes of them, as JSON lines.
//
// The time of a command is the latest that the log has named until then (0 at first, so that none is before it). Before
// a command is judged, all that is due by its time happens, and its events are written; then the command; then its
// events. So results and events are the same whatever the number of shards, byte for byte.
//
// Memory follows the orders that are remembered: when half the names known are of forgotten orders, those go.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "flexstock/engine.h"
#include "tools/replay/command.h"
#include "tools/replay/event_order.h"
#include "tools/replay/key_book.h"
#include "tools/replay/output.h"

namespace flexstock::replay {

struct ReplayOptions {
  std::uint32_t shards = 1;
  std::uint64_t products_max = std::uint64_t{1} << 30;  // the engine's: as many as it can have
  std::uint64_t orders_max = std::uint64_t{1} << 30;
  Millis retention_ms = 86'400'000;
  Policy policy;
};

struct Totals {
  std::uint64_t commands = 0;
  std::uint64_t orders = 0;  // placed
  std::uint64_t events = 0;
};

class Replayer {
 public:
  struct Opened;
  // Where results and events go; either may be nullptr. They must outlive the replayer.
  [[nodiscard]] static Opened Open(const ReplayOptions& options, Output* results, Output* events);

  // A hint that this command will be run soon: brings what it needs nearer, while the one before it runs.
  void Prefetch(const Command& command) const;
  // Runs the command that is line `line` of the log.
  void Run(std::uint64_t line, const Command& command);

  // Products by id, then remembered orders by the bytes of their names, as of the latest command's time.
  void WriteStateTo(Output* state);

  [[nodiscard]] AuditReport Audit() { return engine_->Audit(); }
  [[nodiscard]] const Totals& totals() const { return totals_; }
  // Order names in memory: those of remembered orders, and no more of forgotten ones than a fixed number or as many
  // again.
  [[nodiscard]] std::size_t names_known() const { return keys_.size(); }

 private:
  Replayer(std::unique_ptr<Engine> engine, Output* results, Output* events);

  void AdvanceTo(Millis at_ms);

  // One for each command of command.h.
  void Do(const Advance&);
  void Do(const Place& place);
  void Do(const Cart& cart);
  void Do(const Accept& accept);
  void Do(const Decline& decline);
  void Do(const Pay& pay);
  void Do(const Cancel& cancel);
  void Do(const Refund& refund);
  void Do(const PickUp& pick_up);
  void Do(const PutProduct& put);
  void Do(const SetStock& set);
  void Do(const AdjustStock& adjust);
  void Do(const Publish& publish);
  void Do(const Unpublish& unpublish);

  // The order named so, or kNoOrder, which the engine answers like any order that it does not remember.
  [[nodiscard]] OrderId OrderNamed(std::string_view name) const;
  // Notes what became of an order that was placed under `key`.
  void Note(KeyRef key, bool is_new, const PlaceResult& result);
  // The engine's answer to `call`, made again while the engine waits for its events to be taken.
  template <typename Call>
  std::invoke_result_t<Call> Ask(Call call);
  // Takes the events that are ready and writes them as they come. How many?
  std::size_t TakeEvents();
  template <typename Take>
  std::size_t TakeEvents(Take take);
  void Write(const Event& event);
  template <typename... Result>
  void Answer(const Result&... result);
  void ReleaseForgotten();

  std::unique_ptr<Engine> engine_;
  Output* results_;
  Output* events_;
  KeyBook keys_;
  EventOrder order_{keys_};
  absl::flat_hash_set<std::int64_t> products_;
  Totals totals_;
  Millis now_ = 0;
  std::uint64_t line_ = 0;
  std::size_t release_at_;  // names in the book
  std::array<Event, 256> polled_;
  // Of the cart at hand.
  std::vector<CartLine> cart_lines_;
  std::vector<PlaceResult> cart_results_;
  std::vector<bool> cart_new_;
};

struct Replayer::Opened {
  std::unique_ptr<Replayer> replayer;
  std::string problem;  // empty if there is a replayer
};

}  // namespace flexstock::replay
