// World: one simulated life after another, on one disk, from one seed.
//
// The real engine, in virtual time, on SimStorage, in one thread, goes through a random stream of commands
// (tests/differential/generator.h), beside the model, which never crashes. Between commands the world commits, waits,
// takes snapshots, hears events and confirms them, arms faults, loses power, kills, closes, damages copies of the disk;
// in some seeds it lets events wait until there is no room, and commands are answered kOverloaded (pressing.cc).
// Commands also come while a snapshot is written, chunk by chunk, while a segment is synced, and, in the build with
// deliberate bugs, while an epoch's changes are taken out of the shards (engine/base/yield_point.h); there a segment is
// made ahead, too, as the engine's own thread does.
// After each crash:
//
//   1. Opening succeeds, and what was acknowledged as durable is there.
//   2. Every view is what the model says after exactly those commands whose epoch has survived: nothing is half there.
//   3. Positions carried by commands came back with them.
//   4. Every event behind what was confirmed is told again, the same as before, at the same position, to each audience
//      by itself; each product's events, over all lives, are the model's.
//   5. The same disk recovers to the same state twice, with one thread and with two: views, positions, events.
//   6. A copy of the disk with a flipped bit, a cut file or a missing one, pages that were lost or are another's, is
//      refused with the file's name, or comes back right in the same three ways, or says that its tail was cut.
//
// What is answered kOverloaded has left no trace, neither now nor after a crash; it is answered so only while somebody
// is behind with his events, and nobody is for ever who hears and confirms them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/mix.h"
#include "engine/journal/format.h"
#include "flexstock/engine.h"
#include "tests/differential/player.h"
#include "tests/model/model.h"
#include "tests/sim/consumer.h"
#include "tests/sim/random.h"
#include "tests/sim/sim_decider.h"
#include "tests/sim/sim_storage.h"
#include "tests/sim/watched_storage.h"

namespace flexstock::sim {

struct Counts {
  std::uint64_t crashes = 0;  // and failed disks, after which there was a recovery
  std::uint64_t commands = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t split = 0;       // shards of which a snapshot has several chunks of orders
  std::uint64_t damaged = 0;     // copies of a disk that were damaged on purpose
  std::uint64_t refused = 0;     // of them, refused
  std::uint64_t overloaded = 0;  // commands, wholly or in part
  std::uint64_t trace = 0;       // a hash of all answers, and of what each crash left: the same seed has the same
};

class World {
 public:
  World(std::uint64_t seed, std::size_t steps);
  ~World();

  // Empty, or what is wrong.
  [[nodiscard]] std::string Run();
  // How many commands had been done when it ended.
  [[nodiscard]] std::size_t step() const { return step_; }
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  // A command of this life.
  struct Done {
    differential::Command command;
    std::vector<Epoch> epochs;  // of each line; 0: not done, or of no epoch
    bool carries = false;
    Position position;
  };
  struct Listening {
    Consumer consumer;
    std::size_t deaf_until = 0;  // it takes nothing away until this step
  };
  // A position that a command of this life carried.
  struct Carried {
    Epoch epoch = 0;
    Position position;
  };
  using Positions = std::map<std::uint32_t, std::uint64_t>;  // offsets by stream
  // What was done to a copy of the disk.
  struct Damage {
    std::string what;
    bool traceless = false;  // maybe: as if a write had never come
    Epoch blocks = 1;        // which may look as if a crash had cut them short
  };
  // The model, and what it is called.
  struct Side {
    explicit Side(const differential::Stream& stream) : model(stream.policy, stream.retention_ms), player(model) {}
    Side(const Side& other) : model(other.model), player(other.player, model) {}
    Side& operator=(const Side&) = delete;
    model::Model model;
    differential::Player player;
  };

  void FirstOptions(std::uint64_t seed);
  void ChangeOptions();
  [[nodiscard]] Options OptionsOn(Storage* storage) const;
  [[nodiscard]] std::string Open();
  [[nodiscard]] std::string Step(const differential::Command& command, bool committing = false);
  [[nodiscard]] std::string Chores();
  [[nodiscard]] std::string WriteEpochsOfPositions();
  void Meanwhile(bool committing);
  void CountChunk(std::span<const std::byte> block);
  void Ask(Epoch epoch);
  [[nodiscard]] std::string Hear(bool may_confirm);
  void ArmFault();
  [[nodiscard]] std::string Press();
  [[nodiscard]] bool SomebodyIsBehind() const;
  [[nodiscard]] bool MayBeOverloaded();
  [[nodiscard]] std::string DoWhatWasDone(const Done& done, std::string said);
  [[nodiscard]] std::string Relieve();
  [[nodiscard]] bool AnswersQuestions();
  [[nodiscard]] std::string CheckReadOnly();
  [[nodiscard]] std::string Crash(bool orderly);
  [[nodiscard]] std::string Verify(Epoch at_least);
  [[nodiscard]] std::unique_ptr<Side> ModelAt(Epoch epoch) const;
  [[nodiscard]] Positions PositionsAt(Epoch epoch) const;
  [[nodiscard]] static std::string ComparePositions(const Engine& engine, const Positions& expected);
  [[nodiscard]] std::vector<Consumer> ConsumersAside() const;
  [[nodiscard]] static std::string TellAgain(Engine& engine, std::vector<Consumer>* consumers);
  [[nodiscard]] std::string CheckNothingIsMissing();
  [[nodiscard]] std::string CheckEvents();
  [[nodiscard]] std::string CheckTime() const;
  [[nodiscard]] Damage DamageSomething(SimStorage* disk, const std::vector<SimStorage::Listed>& files);
  [[nodiscard]] std::string TryDamaged(Epoch at_least);
  void Trace(std::uint64_t what) { counts_.trace = base::Mix(counts_.trace, what); }
  void Trace(std::string_view said) { Trace(journal::HashOf(std::as_bytes(std::span(said)))); }
  void TraceDisk();
  [[nodiscard]] std::string StateOf(differential::Player* player, Millis at_ms);
  [[nodiscard]] bool failed() const;
  void ForgetLost(Epoch epoch, differential::Player* player) const;
  void Recall(Engine* engine, const differential::Player& player, Side* side) const;

  static constexpr const char* kDirectory = "/journal";
  // Room for all that may come while an epoch is synced: see Meanwhile.
  static constexpr std::uint32_t kChangesForStorms = 4096;

  Random random_;
  const differential::Stream stream_;
  const bool changes_retention_;  // from life to life
  const bool pressed_;            // there is little room for events: pressing.cc
  Options options_;               // of this life
  SimStorage storage_;
  WatchedStorage watched_{storage_};
  std::unique_ptr<Engine> engine_;
  SimDecider decider_{nullptr};
  differential::Player player_{decider_};
  std::unique_ptr<Side> base_;  // as of the last recovery
  std::unique_ptr<Side> now_side_;
  std::vector<Done> life_;
  std::vector<Carried> carried_;
  std::size_t step_ = 0;  // commands done
  bool at_work_ = false;  // not: an engine ends, or is looked at before the next one goes on
  bool busy_ = false;     // with something during which others may come: see Meanwhile
  std::string wrong_meanwhile_;
  int chunks_ = 0;  // of orders, of the shard that a snapshot is at
  std::uint64_t asked_ = 0, called_ = 0;
  std::uint64_t position_epochs_ = 0;
  Millis now_ms_ = 0;
  Epoch acknowledged_ = 0;
  std::uint64_t opening_ = 30;  // so many operations is opening, or so
  bool closed_ = false;         // in order: nothing is lost
  Positions positions_;         // as of the last recovery

  std::vector<Listening> listening_;  // the feed first
  Counts counts_;
};

}  // namespace flexstock::sim
