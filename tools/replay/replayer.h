// Replayer: commands, in virtual time, through an engine of its own; what comes of them, as JSON lines.
//
// The time of a command is the latest that the log has named until then (0 at first, so that none is before it). Before
// a command is judged, all that is due by its time happens, and its events are written; then the command; then its
// events. So results and events are the same whatever the number of shards, byte for byte.
//
// Memory follows the orders that are remembered: when half the names known are of forgotten orders, those go.
//
// With a journal (ReplayOptions::journal) the same, except that commands go to the disk in groups of lines, and events
// come when their group is there: in order for each product, shard by shard for all. So with one shard they are the
// same bytes as without a journal; with more, the same as in any run with as many. A run that was cut short is
// continued: Open, Skip the lines up to standing().line, WriteTo, Run the others, End. It answers, tells and ends as if
// nothing had happened. (But with several shards, events of different products may come in another order after a cut
// in the middle of a storm: the engine ends an epoch by itself when JournalOptions::changes_max changes of one shard
// wait; and behind the end of a log that has grown, where a group ended that goes on otherwise.) What makes it so:
//
//   groups end at the same lines in every run, whether it was cut short or not
//   a command is durable with its line's number, a hash of the log up to there, and the events confirmed until then
//   outputs are on the disk before the journal (outputs_first.h), so they never lack what will not be told again
//   names are found again by their place in the log (order_serials.h)
//
// The state where a run was cut short is told without the log: Open, Recall, WriteStateTo (names_file.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "flexstock/engine.h"
#include "tools/replay/command.h"
#include "tools/replay/event_order.h"
#include "tools/replay/journal_marks.h"
#include "tools/replay/key_book.h"
#include "tools/replay/names_file.h"
#include "tools/replay/order_serials.h"
#include "tools/replay/output.h"
#include "tools/replay/outputs_first.h"

namespace flexstock::replay {

struct JournalOptions {
  std::string dir;  // "": none
  std::uint64_t snapshot_every_bytes = std::uint64_t{256} << 20;
  // What events are told when depends on these two, so they are not the user's to change between runs.
  std::uint64_t group = 8192;         // lines: a sync of some milliseconds for some milliseconds of work
  std::uint32_t changes_max = 16384;  // of a shard: room for a group's, so that an epoch mostly is a group
  // Small, because each run makes two anew.
  std::uint64_t segment_bytes = std::uint64_t{4} << 20;
  // What may wait unconfirmed: far more than an epoch's events, so that all that a crash leaves untold can be held.
  std::uint64_t events_max = std::uint64_t{1} << 22;
  Storage* storage = nullptr;  // the system's
};

struct ReplayOptions {
  std::uint32_t shards = 1;
  std::uint64_t products_max = std::uint64_t{1} << 30;  // the engine's: as many as it can have
  std::uint64_t orders_max = std::uint64_t{1} << 30;
  Millis retention_ms = 86'400'000;
  Policy policy;
  JournalOptions journal;
};

struct Totals {
  std::uint64_t commands = 0;
  std::uint64_t orders = 0;  // placed
  std::uint64_t events = 0;
  std::uint64_t late = 0;  // commands whose time lay behind the latest one, and counted as that
};

class Replayer {
 public:
  struct Opened;
  [[nodiscard]] static Opened Open(const ReplayOptions& options);

  // ---- With a journal; before the first Run ----
  // Where the run before was cut short; line 0 without a journal, and at a beginning.
  [[nodiscard]] const Standing& standing() const { return standing_; }
  // Takes note of a line that the journal has. `line`s from 1, each once.
  void Skip(std::uint64_t line, const Command& command);
  // Instead of Skip to the end, WriteTo and Run: takes from the journal's directory what the log has not said, so that
  // WriteStateTo writes the state behind standing().line. Empty, or what is wrong.
  [[nodiscard]] std::string Recall();

  // Where results and events go; either may be nullptr. They must outlive the replayer. Writes the events that the
  // journal has and the file may not have.
  void WriteTo(Output* results, Output* events);

  // A hint that this command will be run soon: brings what it needs nearer, while the one before it runs.
  void Prefetch(const Command& command) const;
  // Runs the command that is line `line` of the log. `digest`: DigestOf all lines up to it; with a journal only.
  void Run(std::uint64_t line, const Command& command, std::uint64_t digest = 0);
  // With a journal: all that was run is on the disk, and so are its answers and events.
  void End();
  // Why the journal cannot be written any more, or "". Nothing is run from then on.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  // Products by id, then remembered orders by the bytes of their names, as of the latest command's time.
  void WriteStateTo(Output* state);

  [[nodiscard]] AuditReport Audit() { return engine_->Audit(); }
  [[nodiscard]] const Totals& totals() const { return totals_; }
  [[nodiscard]] bool journaled() const { return marks_ != nullptr; }
  [[nodiscard]] JournalStats Journal() const { return engine_->Journal(); }
  [[nodiscard]] const Recovery& recovery() const { return engine_->recovery(); }
  // Order names in memory: those of remembered orders, and no more of forgotten ones than a fixed number or as many
  // again.
  [[nodiscard]] std::size_t names_known() const { return keys_.size(); }

 private:
  explicit Replayer(const ReplayOptions& options);

  [[nodiscard]] std::string OpenEngine();

  // journaled.cc
  void AddJournal(Options* engine_options);
  [[nodiscard]] Storage& Files() const;
  [[nodiscard]] std::string Failure() const;
  [[nodiscard]] std::string BeginJournal();
  [[nodiscard]] std::string Settle();
  [[nodiscard]] bool HoldEvents();
  void SkipOrder(std::string_view name, std::uint64_t serial);
  void BeginNames();
  void WriteHeldEvents();
  void EndGroup();
  void Confirm(std::uint64_t position);
  void TakeSnapshotIfDue();

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

  // The time of the line at hand, and with a journal its number.
  [[nodiscard]] When Now() const { return {now_, journaled() ? &position_ : nullptr}; }
  // The engine's key for a name that is the line's `index`th order; and back.
  [[nodiscard]] OrderKey KeyOf(KeyRef name, bool is_new, std::size_t index);
  [[nodiscard]] KeyRef NameOf(OrderKey key) const {
    return journaled() ? serials_.Find(OrderSerials::FromOrderKey(key)) : FromOrderKey(key);
  }
  void Release(KeyRef name);
  // The order named so, or kNoOrder, which the engine answers like any order that it does not remember.
  [[nodiscard]] OrderId OrderNamed(std::string_view name) const;
  // Notes what became of an order that was placed under `key`.
  void Note(KeyRef name, bool is_new, const PlaceResult& result);
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

  const ReplayOptions options_;
  // With a journal. What an engine that closes still writes to outlives it.
  std::unique_ptr<NamesFile> names_;
  Reached reached_;  // the last line that was run, or skipped
  std::unique_ptr<OutputsFirst> storage_;
  std::unique_ptr<Engine> engine_;
  Output* results_ = nullptr;
  Output* events_ = nullptr;
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
  std::vector<KeyRef> cart_names_;
  std::vector<bool> cart_new_;
  // With a journal.
  std::unique_ptr<JournalMarks> marks_;
  Standing standing_;
  OrderSerials serials_;
  Position position_;              // of the line at hand
  std::uint64_t snapshot_at_ = 0;  // the journal's bytes at the last one
  std::string problem_;
  // Events of the run before that the journal has not seen confirmed, and the names of their orders.
  std::vector<Event> held_;
  absl::flat_hash_map<std::uint64_t, std::string> held_names_;
};

struct Replayer::Opened {
  std::unique_ptr<Replayer> replayer;
  std::string problem;  // empty if there is a replayer
};

}  // namespace flexstock::replay
