#include "tests/sim/world.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <variant>

#include "engine/base/yield_point.h"
#include "engine/shard/shard.h"
#include "tests/differential/generator.h"
#include "tests/sim/difference.h"

namespace flexstock::sim {
namespace {

using differential::Command;

// Every call is given its time.
class NoClock final : public Clock {
 public:
  Millis NowMs() override { return 0; }
};
NoClock no_clock;

// How many orders there can be at most.
std::uint64_t LinesOf(const differential::Stream& stream) {
  std::uint64_t lines = 0;
  for (const Command& command : stream.commands) {
    if (const auto* place = std::get_if<differential::PlaceOrders>(&command.action)) lines += place->orders.size();
    if (const auto* cart = std::get_if<differential::PlaceLines>(&command.action)) lines += cart->lines.size();
  }
  return lines;
}

}  // namespace

World::World(std::uint64_t seed, std::size_t steps)
    : random_(seed),
      stream_(differential::Generate(seed, steps)),
      changes_retention_(random_.OneIn(4)),
      pressed_(base::Mix(seed, 0x7072657373) % 4 == 0),
      storage_(random_.Next()),
      base_(std::make_unique<Side>(stream_)),
      now_side_(std::make_unique<Side>(*base_)) {
  listening_.push_back({Consumer(Audience::kFeed, [this](const Event& event) { (void)player_.Hear(event); })});
  if (seed % 2 == 1) {
    for (const Audience audience : {Audience::kMember, Audience::kCustomer, Audience::kLogistics}) {
      listening_.push_back({Consumer(audience)});
    }
  }
  FirstOptions(seed);
}

World::~World() {
  engine_.reset();
#ifdef FLEXSTOCK_SEEDED_BUGS
  base::at_yield_point = nullptr;
#endif
}

void World::FirstOptions(std::uint64_t seed) {
  const std::uint32_t shards[] = {1, 3, 16};
  const std::uint32_t changes_max[] = {16, 256, kChangesForStorms};
  options_.shards = shards[random_.Below(3)];
  // In half of the seeds there is hardly more room than is needed. Shards then take it in small lots, one another's
  // beside their own, so that a snapshot has several chunks of each.
  options_.orders_max = std::bit_ceil(LinesOf(stream_) * 5 / 4 + 100);
  options_.products_max = 2 * stream_.products.size() + 32;
  if (random_.OneIn(2)) {
    options_.orders_max += 1 << 14;
    options_.products_max += 1 << 10;
  }
  options_.policy = stream_.policy;
  options_.audiences.clear();
  for (const Listening& one : listening_) options_.audiences.push_back(one.consumer.audience());
  options_.changes_max = changes_max[pressed_ ? seed % 2 : seed % 3];
  options_.clock = &no_clock;
  options_.background = false;
  options_.journal_dir = kDirectory;
  ChangeOptions();
  options_.retention_ms = stream_.retention_ms;
}

// What a journal may be opened with again: segments of another size, more room, other threads to recover, and in some
// seeds a longer or shorter memory.
void World::ChangeOptions() {
  const std::uint64_t segment_bytes[] = {64 << 10, 68 << 10, 128 << 10};
  options_.journal_segment_bytes = segment_bytes[random_.Below(3)];
  if (random_.OneIn(3)) options_.orders_max += random_.Below(100);
  if (random_.OneIn(3)) options_.products_max += random_.Below(10);
  // An order has at most a handful of events.
  options_.events_max = std::max<std::uint64_t>(4096, 10 * LinesOf(stream_)) << random_.Below(3);
  if (pressed_) options_.events_max = 1024 + random_.Below(64);
  options_.recovery_threads = static_cast<std::uint32_t>(1 + random_.Below(2));
  if (changes_retention_ && random_.OneIn(4)) {
    const Millis retentions_ms[] = {0, 1, 10, 100, 86'400'000, shard::kNever};
    options_.retention_ms = random_.OneIn(2) ? stream_.retention_ms : retentions_ms[random_.Below(6)];
  }
}

Options World::OptionsOn(Storage* storage) const {
  Options options = options_;
  options.storage = storage;
  // Nobody confirms what a copy tells.
  if (pressed_ && storage != &watched_) options.events_max = 1 << 14;
  return options;
}

bool World::failed() const { return !engine_->Journal().failure.empty(); }

std::string World::Open() {
  auto [engine, problem] = Engine::Open(OptionsOn(&watched_));
  engine_ = std::move(engine);
  decider_.Use(engine_.get());
  return problem;
}

std::string World::Run() {
  if (std::string problem = Open(); !problem.empty()) return "a new journal did not open: " + problem;
  watched_.before_write = [this](std::span<const std::byte> block) {
    CountChunk(block);
    Meanwhile(/*committing=*/false);
  };
  watched_.before_sync = [this] { Meanwhile(/*committing=*/true); };
  // Where segments and snapshots begin and end, crashes do harm that they do nowhere else.
  watched_.before_rename = [this] {
    if (at_work_ && random_.OneIn(16)) {
      storage_.Arm({.at = storage_.operations() + random_.Below(8), .kind = FaultKind::kCrash});
    }
  };
#ifdef FLEXSTOCK_SEEDED_BUGS
  // There is one for each shard, and one behind them.
  base::at_yield_point = [this](const std::function<void()>& keep) {
    if (keep && at_work_ && random_.OneIn(12)) keep();
    if (random_.OneIn(4)) Meanwhile(/*committing=*/true);
  };
#endif
  while (step_ < stream_.commands.size()) {
    at_work_ = true;
    std::string wrong = Step(stream_.commands[step_++]);
    if (wrong.empty()) wrong = Chores();
    at_work_ = false;
    if (wrong.empty()) wrong = wrong_meanwhile_;
    if (!wrong.empty()) return wrong;
    if (storage_.crashed() || failed()) {
      wrong = Crash(/*orderly=*/false);
    } else if (random_.OneIn(16)) {
      wrong = Crash(/*orderly=*/random_.OneIn(4));
      // A life may end before anything has happened in it.
      while (wrong.empty() && random_.OneIn(6)) wrong = Crash(/*orderly=*/false);
    }
    if (!wrong.empty()) return wrong;
  }
  std::string wrong = Crash(/*orderly=*/!storage_.crashed() && !failed());
  return wrong.empty() ? wrong_meanwhile_ : wrong;
}

// ---- A life -------------------------------------------------------------------------------------------------------

std::string World::Step(const Command& asked, bool committing) {
  Command command = asked;
  const Millis delay_ms = storage_.TakeDelay();
  now_ms_ = std::max({shard::Later(now_ms_, delay_ms), command.at_ms, now_side_->model.now_ms()});
  command.at_ms = now_ms_;
  Done done{.command = command, .epochs = {}, .carries = random_.OneIn(2), .position = {}};
  if (const auto* place = std::get_if<differential::PlaceOrders>(&command.action)) done.carries &= !place->batch;
  done.position = {.stream = static_cast<std::uint32_t>(random_.Below(3)), .offset = step_};
  decider_.epochs.clear();
  decider_.stuck = decider_.overloaded = false;
  decider_.position = done.carries ? &done.position : nullptr;
  const std::string said = player_.Execute(command, command.at_ms, stream_);
  decider_.position = nullptr;
  Trace(said);
  done.epochs = decider_.epochs;
  if (done.epochs.empty() || decider_.stuck) done.carries = false;  // a question, or nothing was done
  if (done.carries) {
    if (done.epochs.front() == 0) return "a command carried a position, and its answer names no epoch:\n" + said;
    carried_.push_back({done.epochs.front(), done.position});
  }
  life_.push_back(done);
  ++counts_.commands;
  if (storage_.crashed() || (!committing && failed())) return {};
  if (decider_.overloaded && pressed_) return DoWhatWasDone(done, said);
  if (decider_.stuck)
    return "a command was answered that the engine is read-only or overloaded, and it is not:\n" + said;
  const std::string model_said = now_side_->player.Execute(command, command.at_ms, stream_);
  if (said == model_said) return {};
  return "the answer to " + differential::ToText(command) + "\n" + FirstDifference(said, model_said);
}

// Somebody listens or calls while the engine is busy: between two chunks of a snapshot; while an epoch is synced; or, in the build
// that has yield points, while an epoch's changes leave one shard after another.
// In the last two the engine's lock of committing is held by the very thread that would wait for it, so what would take
// it has to wait until it is not: Advance (which looking at everything begins with), whatever finds a change buffer
// full, and asking whether the journal has failed.
void World::Meanwhile(bool committing) {
  if (!busy_ || !wrong_meanwhile_.empty() || storage_.crashed()) return;
  // What is confirmed while an epoch is on its way may go with it or with the next one.
  wrong_meanwhile_ = Hear(/*may_confirm=*/!committing);
  if (!wrong_meanwhile_.empty() || step_ == stream_.commands.size()) return;
  if (committing && options_.changes_max < kChangesForStorms) return;
  const Command& command = stream_.commands[step_];
  const bool commits = std::holds_alternative<differential::Advance>(command.action) ||
                       std::holds_alternative<differential::Checkpoint>(command.action);
  if (committing && commits) return;
  if (!random_.OneIn(3) || (!committing && failed())) return;
  if (!committing && random_.OneIn(12)) ArmFault();
  busy_ = false;
  ++step_;
  wrong_meanwhile_ = Step(command, committing);
  busy_ = true;
}

void World::CountChunk(std::span<const std::byte> block) {
  journal::BlockHeader header;
  std::uint64_t hash = 0;
  if (!journal::TakeBlockHeader(block, &header, &hash)) return;  // it is the file's header
  if (header.kind == journal::BlockKind::kShard) chunks_ = 0;
  if (header.kind == journal::BlockKind::kOrders && ++chunks_ == 2) ++counts_.split;
}

}  // namespace flexstock::sim
