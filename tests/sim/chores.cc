// What goes on between two commands: commits, waits, snapshots, events that are heard and confirmed, faults to come.
#include <algorithm>

#include "tests/sim/world.h"

namespace flexstock::sim {

std::string World::Chores() {
  if (random_.OneIn(12)) ArmFault();
  if (random_.OneIn(30)) {
    if (std::string wrong = WriteEpochsOfPositions(); !wrong.empty()) return wrong;
  }
  if (pressed_ && random_.OneIn(6)) {
    if (std::string wrong = random_.OneIn(12) ? Relieve() : Press(); !wrong.empty()) return wrong;
  }
  if (std::string wrong = Hear(/*may_confirm=*/true); !wrong.empty()) return wrong;
  if (random_.OneIn(6)) {
    busy_ = true;
    const bool committed = engine_->Commit();
    busy_ = false;
    if (committed) {
      for (Listening& one : listening_) one.consumer.Committed();
    } else if (!failed() && !storage_.crashed() && !MayBeOverloaded()) {
      return "a commit failed on a good disk";
    }
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
    } else if (!failed() && !(code == Code::kOverloaded && MayBeOverloaded())) {
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

// Segments are full sooner so. Each epoch has nothing but positions of streams; with many of them it is of several pages.
std::string World::WriteEpochsOfPositions() {
  constexpr std::uint64_t kLarge = std::uint64_t{1} << 40;  // takes more bytes
  for (std::uint64_t count = random_.Below(16); count > 0; --count) {
    const std::uint32_t streams = 1 + static_cast<std::uint32_t>(random_.OneIn(4) ? random_.Below(kStreamsMax - 4) : 0);
    ++position_epochs_;
    for (std::uint32_t i = 0; i < streams; ++i) {
      const Position position{.stream = 3 + i, .offset = kLarge + position_epochs_};
      const CommandResult invalid = engine_->Publish(ProductId{0}, {now_ms_, &position});
      if (invalid.code != Code::kInvalidArgument || invalid.epoch == 0) {
        return "a command that is invalid carried a position, and its answer names no epoch";
      }
      carried_.push_back({invalid.epoch, position});
    }
    (void)engine_->Commit();
  }
  return {};
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
    if (consumer.unconfirmed() > options_.events_max) return "more was told than may be unconfirmed";
    if (may_confirm && random_.OneIn(pressed_ ? 12 : 2)) consumer.Confirm(*engine_);
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
