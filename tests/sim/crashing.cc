// A life ends: in order, by a kill, or by a power loss; and the next one begins on what the disk has kept.
#include <algorithm>

#include "tests/sim/difference.h"
#include "tests/sim/world.h"

namespace flexstock::sim {

std::string World::Crash(bool orderly) {
  if (failed()) {
    if (std::string wrong = CheckReadOnly(); !wrong.empty()) return wrong;
  }
  acknowledged_ = std::max(acknowledged_, engine_->durable_epoch());
  const Epoch at_least = acknowledged_;
  storage_.DisarmAll();
  storage_.SetSpace(std::uint64_t{1} << 40);
  for (Listening& one : listening_) one.consumer.EngineEnded(orderly);
  if (!orderly && !storage_.crashed()) {
    storage_.Arm({.at = storage_.operations(), .kind = FaultKind::kCrash});
  }
  // Closing in order writes everything, whatever its epoch.
  closed_ = orderly;
  engine_.reset();
  if (called_ != asked_) return "somebody asked to be called, and was not, or more than once";
  const Loss losses[] = {Loss::kAll, Loss::kNone, Loss::kSome, Loss::kTorn};
  const auto lose = [&] {
    ++counts_.crashes;
    if (random_.OneIn(4)) {
      storage_.Kill();
    } else {
      storage_.PowerLoss(losses[random_.Below(4)]);
    }
  };
  lose();
  TraceDisk();

  if (random_.OneIn(4)) {
    if (std::string wrong = TryDamaged(at_least); !wrong.empty()) return wrong;
  }
  std::unique_ptr<SimStorage> copy = random_.OneIn(4) ? storage_.Copy() : nullptr;
  std::vector<Consumer> consumers;
  if (copy != nullptr) consumers = ConsumersAside();
  ChangeOptions();
  // It may crash again while it recovers.
  for (int tries = 0;; ++tries) {
    if (tries < 3 && random_.OneIn(4)) {
      // Anywhere, or where it begins to write.
      const std::uint64_t at = random_.Below(random_.OneIn(2) ? opening_ : 4);
      storage_.Arm(
          {.at = storage_.operations() + opening_ - 1 - std::min(opening_ - 1, at), .kind = FaultKind::kCrash});
    }
    const std::uint64_t operations = storage_.operations();
    const std::string problem = Open();
    if (engine_ != nullptr && !storage_.crashed()) opening_ = storage_.operations() - operations;
    storage_.DisarmAll();
    if (engine_ != nullptr && !storage_.crashed()) {
      if (orderly && tries == 0 && !engine_->recovery().torn.empty()) {
        return "it was closed in order, and yet: " + engine_->recovery().torn;
      }
      break;
    }
    if (!storage_.crashed()) return "after a crash, the journal does not open: " + problem;
    engine_.reset();
    lose();
    copy.reset();  // what that crash has lost is on the copy
  }
  Trace(engine_->recovery().epoch);
  if (std::string wrong = Verify(at_least); !wrong.empty()) return wrong;
  if (random_.OneIn(8)) {
    if (std::string wrong = CheckTime(); !wrong.empty()) return wrong;
  }
  if (copy != nullptr) {
    Options options = OptionsOn(copy.get());
    options.recovery_threads = 3 - options.recovery_threads;  // with another number of them, too
    auto [engine, problem] = Engine::Open(options);
    if (engine == nullptr) return "a copy of the disk does not open: " + problem;
    SimDecider decider(engine.get());
    differential::Player player(player_, decider);
    const std::string again = StateOf(&player, now_ms_);
    const std::string first = StateOf(&player_, now_ms_);
    if (again != first) return "the same disk, recovered twice:\n" + FirstDifference(again, first);
    std::string wrong = ComparePositions(*engine, positions_);
    if (wrong.empty()) wrong = TellAgain(*engine, &consumers);
    for (std::size_t i = 0; wrong.empty() && !pressed_ && i < listening_.size(); ++i) {
      if (consumers[i].told() != listening_[i].consumer.told()) wrong = "other events are told";
    }
    if (!wrong.empty()) return "the same disk, recovered twice: " + wrong;
  }
  return {};
}

void World::TraceDisk() {
  Trace(storage_.operations());
  for (const SimStorage::Listed& file : storage_.Files()) {
    Trace(file.path);
    Trace(journal::HashOf(storage_.Bytes(file.path)));
  }
}

}  // namespace flexstock::sim
