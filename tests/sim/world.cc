#include "tests/sim/world.h"

#include <algorithm>
#include <bit>
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
  options_.changes_max = changes_max[seed % 3];
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
  options_.recovery_threads = static_cast<std::uint32_t>(1 + random_.Below(2));
  if (changes_retention_ && random_.OneIn(4)) {
    const Millis retentions_ms[] = {0, 1, 10, 100, 86'400'000, shard::kNever};
    options_.retention_ms = random_.OneIn(2) ? stream_.retention_ms : retentions_ms[random_.Below(6)];
  }
}

Options World::OptionsOn(Storage* storage) const {
  Options options = options_;
  options.storage = storage;
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
  // There is one for each shard.
  base::at_yield_point = [this] {
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
  if (storage_.crashed() || failed()) return Crash(/*orderly=*/false);
  return Crash(/*orderly=*/true);
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
  decider_.stuck = false;
  decider_.position = done.carries ? &done.position : nullptr;
  const std::string said = player_.Execute(command, command.at_ms, stream_);
  decider_.position = nullptr;
  Trace(said);
  done.epochs = decider_.epochs;
  if (done.epochs.empty()) done.carries = false;  // a question
  life_.push_back(done);
  ++counts_.commands;
  if (storage_.crashed() || (!committing && failed())) return {};
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

std::string World::Chores() {
  if (random_.OneIn(12)) ArmFault();
  if (random_.OneIn(30)) WriteEpochsOfPositions();
  if (std::string wrong = Hear(/*may_confirm=*/true); !wrong.empty()) return wrong;
  if (random_.OneIn(6)) {
    busy_ = true;
    if (engine_->Commit()) {
      for (Listening& one : listening_) one.consumer.Committed();
    }
    busy_ = false;
  }
  if (random_.OneIn(10) && !life_.empty() && !life_.back().epochs.empty()) {
    const Epoch epoch = life_.back().epochs.back();
    busy_ = true;
    const Code code = engine_->WaitDurable(epoch);
    busy_ = false;
    if (code == Code::kOk) {
      if (engine_->durable_epoch() < epoch) {
        if (std::string wrong = CheckNothingIsMissing(); !wrong.empty()) return wrong;
      }
    } else if (!failed()) {
      return "WaitDurable failed, and the journal did not";
    }
  }
  if (random_.OneIn(10) && !life_.empty() && !life_.back().epochs.empty()) Ask(life_.back().epochs.back());
  if (random_.OneIn(30)) {
    const std::uint64_t failures = storage_.failures();
    busy_ = true;
    const std::string problem = engine_->Snapshot();
    busy_ = false;
    if (problem.empty()) ++counts_.snapshots;
    // Of what befell the disk before, no snapshot knows.
    if (!problem.empty() && storage_.failures() == failures && !storage_.crashed() && !failed()) {
      return "a snapshot failed on a good disk: " + problem;
    }
  }
  acknowledged_ = std::max(acknowledged_, engine_->durable_epoch());
  return {};
}

// Segments are full sooner so. Each epoch has nothing but positions of streams that nobody asks for; with many of them it
// is of several pages.
void World::WriteEpochsOfPositions() {
  constexpr std::uint64_t kLarge = std::uint64_t{1} << 40;  // takes more bytes
  for (std::uint64_t count = random_.Below(16); count > 0; --count) {
    const std::uint32_t streams = 1 + static_cast<std::uint32_t>(random_.OneIn(4) ? random_.Below(kStreamsMax - 4) : 0);
    ++position_epochs_;
    for (std::uint32_t i = 0; i < streams; ++i) {
      const Position position{.stream = 3 + i, .offset = kLarge + position_epochs_};
      (void)engine_->Publish(ProductId{0}, {now_ms_, &position});
    }
    (void)engine_->Commit();
  }
}

// To be called once the epoch is durable, or was found to have changed nothing: then, right after that look.
void World::Ask(Epoch epoch) {
  ++asked_;
  engine_->NotifyDurable(epoch, [this, epoch](Code code) {
    ++called_;
    if (engine_ == nullptr || code != Code::kOk || engine_->durable_epoch() >= epoch) return;
    if (std::string wrong = CheckNothingIsMissing(); !wrong.empty()) wrong_meanwhile_ = wrong;
  });
}

// Each consumer stalls now and then, over several commits and crashes.
std::string World::Hear(bool may_confirm) {
  for (auto& [consumer, deaf_until] : listening_) {
    if (random_.OneIn(50)) deaf_until = step_ + random_.Below(60);
    if (step_ < deaf_until || !random_.OneIn(3)) continue;
    if (std::string wrong = consumer.Hear(*engine_, random_.Below(20)); !wrong.empty()) return wrong;
    if (may_confirm && random_.OneIn(2)) consumer.Confirm(*engine_);
  }
  return {};
}

void World::ArmFault() {
  const std::uint64_t kind = random_.Below(12);
  const FaultKind kinds[] = {FaultKind::kError, FaultKind::kNoSpace, FaultKind::kShortWrite};
  // Mostly in what comes next; sometimes as far away as the end of a snapshot is from its beginning.
  storage_.Arm({.at = storage_.operations() + random_.Below(random_.OneIn(3) ? 120 : 12),
                .kind = kind < 6    ? FaultKind::kCrash
                        : kind < 10 ? kinds[random_.Below(3)]
                                    : FaultKind::kSlow});
  if (random_.OneIn(20)) storage_.SetSpace((64 << 10) * (2 + random_.Below(8)));
}

}  // namespace flexstock::sim
