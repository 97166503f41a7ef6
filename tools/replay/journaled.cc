// What a replayer does only with a journal: open it, skip what it has, end groups, say that all is on the disk.
#include <fmt/format.h>

#include <algorithm>

#include "tools/replay/json_lines.h"
#include "tools/replay/replayer.h"

namespace flexstock::replay {

void Replayer::AddJournal(Options* engine_options) {
  const JournalOptions& journal = options_.journal;
  const auto write_outputs = [this] {
    for (Output* const output : {results_, events_}) {
      if (output != nullptr && !output->Sync()) return output->error();
    }
    return names_ == nullptr ? 0 : names_->Sync(reached_);
  };
  storage_ = std::make_unique<OutputsFirst>(Files(), write_outputs);
  engine_options->journal_dir = journal.dir;
  engine_options->journal_segment_bytes = journal.segment_bytes;
  engine_options->storage = storage_.get();
  engine_options->changes_max = journal.changes_max;
  engine_options->events_max = journal.events_max;
  engine_options->clock = nullptr;  // asked once, for the id of a journal that is not on the system's disk
}

// What the engine cannot write is the journal, or what has to be on the disk before it.
std::string Replayer::Failure() const {
  const bool names = names_ != nullptr && !names_->problem().empty();
  return names ? names_->problem() : engine_->Journal().failure;
}

Storage& Replayer::Files() const {
  return options_.journal.storage != nullptr ? *options_.journal.storage : SystemStorage();
}

std::string Replayer::BeginJournal() {
  marks_ = std::make_unique<JournalMarks>(engine_.get());
  const std::uint64_t rules = RulesDigestOf(options_.retention_ms, options_.policy);
  std::string problem = marks_->Begin(rules, &standing_);
  if (problem.empty()) problem = Settle();
  return problem.empty() ? "" : fmt::format("{}: {}", options_.journal.dir, problem);
}

// A crash may have cut through the deadlines of one instant. The rest of them happens now, so that looking an order up
// changes nothing, and what is to be told of orders that are forgotten is known before their names are looked for.
std::string Replayer::Settle() {
  // To ask every shard for something, at a time that none lies behind.
  std::vector<OrderView> none;
  if (engine_->Pending(MemberId{0}, 0, &none, 0) == Code::kOk && HoldEvents()) return "";
  const std::string failure = engine_->Journal().failure;
  return failure.empty() ? "more events wait in it than can be held" : failure;
}

// They are told before the log is read, and their names are in it.
bool Replayer::HoldEvents() {
  const bool all = engine_->Commit();
  while (const std::size_t count = engine_->Poll(Audience::kFeed, polled_)) {
    held_.insert(held_.end(), polled_.begin(), polled_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  for (const Event& event : held_) {
    if (event.key.given()) held_names_.try_emplace(OrderSerials::FromOrderKey(event.key));
  }
  return all;
}

// ---- Skipping -----------------------------------------------------------------------------------------------------

void Replayer::Skip(std::uint64_t line, const Command& command) {
  line_ = line;
  now_ = std::max(now_, command.at_ms);
  reached_ = {.line = line, .at_ms = now_, .digest = standing_.digest};
  if (const auto* place = std::get_if<Place>(&command.action)) SkipOrder(place->order, OrderSerials::Of(line, 0));
  if (const auto* cart = std::get_if<Cart>(&command.action)) {
    for (std::size_t i = 0; i < cart->lines.size(); ++i) {
      SkipOrder(cart->lines[i].order, OrderSerials::Of(line, i));
    }
  }
  // Whether it came to be is asked when the state is written.
  if (const auto* put = std::get_if<PutProduct>(&command.action)) {
    products_.insert(static_cast<std::int64_t>(put->product));
  }
}

void Replayer::SkipOrder(std::string_view name, std::uint64_t serial) {
  if (const auto held = held_names_.find(serial); held != held_names_.end()) held->second = name;
  OrderView view;
  // As of whatever the order's shard has seen: nothing happens earlier than it would in an unbroken run.
  if (engine_->Find(OrderSerials::ToOrderKey(serial), &view, 0) != Code::kOk) return;
  bool is_new = false;
  const KeyRef ref = keys_.Intern(name, &is_new);
  keys_.SetOrder(ref, view.order, serial);
  serials_.Add(serial, ref);
}

void Replayer::BeginNames() {
  names_ = std::make_unique<NamesFile>(Files(), options_.journal.dir);
  keys_.ForEach([this](KeyRef name) { names_->AddOrder(keys_.placement(name), keys_.name(name)); });
  for (const std::int64_t product : products_) names_->AddProduct(product);
  if (names_->Sync(reached_) != 0) problem_ = names_->problem();
}

std::string Replayer::Recall() {
  bool same = true;
  const NamesVisitor visitor{.order =
                                 [&](std::uint64_t serial, std::string_view name) {
                                   const KeyRef known = serials_.Find(serial);
                                   same &= known == kNoKey || keys_.name(known) == name;
                                   SkipOrder(name, serial);
                                 },
                             .product = [&](std::int64_t product) { products_.insert(product); }};
  Reached reached{.line = standing_.line, .digest = standing_.digest};
  if (std::string problem = ReadNames(Files(), options_.journal.dir, visitor, &reached); !problem.empty()) {
    return problem;
  }
  if (!same) return options_.journal.dir + ": the journal is of another log: its orders have other names";
  // Whatever is due by then happens, as it does at the end of every run. It is told by the run that goes on.
  now_ = reached.at_ms;
  for (;;) {
    const std::size_t held = held_.size();
    const Code code = engine_->Advance(now_);
    if (code == Code::kReadOnly) return Failure();
    if (code != Code::kOverloaded) return "";
    (void)HoldEvents();
    if (held_.size() == held) {
      const std::string failure = engine_->Journal().failure;
      return failure.empty() ? options_.journal.dir + ": more events wait in it than can be held" : failure;
    }
  }
}

void Replayer::WriteHeldEvents() {
  for (const Event& event : held_) {
    ++totals_.events;
    if (events_ == nullptr) continue;
    const auto name = held_names_.find(OrderSerials::FromOrderKey(event.key));
    WriteEvent(event, name == held_names_.end() ? std::string_view() : name->second, events_);
  }
  if (!held_.empty()) Confirm(held_.back().position);
  held_ = {};
  held_names_ = {};
}

// ---- Groups -------------------------------------------------------------------------------------------------------

// Whatever is due in quiet shards happens, too, so that its events are not told later than others by more than a group.
void Replayer::EndGroup() {
  for (Code code = Code::kOverloaded; code == Code::kOverloaded && problem_.empty();) {
    code = engine_->Advance(now_);
    TakeEvents();
  }
  if (problem_.empty()) TakeSnapshotIfDue();
  if (keys_.size() >= release_at_) ReleaseForgotten();
}

void Replayer::Confirm(std::uint64_t position) {
  engine_->Confirm(Audience::kFeed, position);
  const bool kept = events_ != nullptr && events_->can_be_cut();
  marks_->EventsWritten(kept ? events_->bytes() : kNoFile, kept ? events_->digest() : kNoFile);
}

void Replayer::TakeSnapshotIfDue() {
  const JournalStats stats = engine_->Journal();
  const std::uint64_t every = options_.journal.snapshot_every_bytes;
  if (every == 0 || stats.bytes - snapshot_at_ < std::max(every, stats.snapshot_bytes)) return;
  // If it fails, the journal is as it was: Journal() says why, and the next one is tried as much later.
  (void)engine_->Snapshot();
  snapshot_at_ = engine_->Journal().bytes;
}

void Replayer::End() {
  if (!journaled() || !problem_.empty()) return;
  EndGroup();
  // Once more, for what the last events' confirming has left to write.
  TakeEvents();
  if (problem_.empty()) problem_ = Failure();
}

}  // namespace flexstock::replay
