#include "tests/sim/world.h"

#include <algorithm>
#include <variant>

#include "engine/shard/shard.h"
#include "tests/differential/generator.h"

namespace flexstock::sim {
namespace {

using differential::Command;
using differential::Player;
using differential::Stream;

constexpr const char* kDirectory = "/journal";

// Every call is given its time.
class NoClock final : public Clock {
 public:
  Millis NowMs() override { return 0; }
};
NoClock no_clock;

// The first line in which two texts differ.
std::string FirstDifference(const std::string& engine, const std::string& model) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < std::min(engine.size(), model.size()) && engine[i] == model[i]; ++i) {
    if (engine[i] == '\n') begin = i + 1;
  }
  const auto line = [begin](const std::string& text) { return text.substr(begin, text.find('\n', begin) - begin); };
  return "engine:\n  " + line(engine) + "\nmodel:\n  " + line(model);
}

}  // namespace

World::World(std::uint64_t seed, std::size_t steps)
    : changes_max_(seed % 3 == 0   ? 16
                   : seed % 3 == 1 ? 256
                                   : kChangesForStorms),
      random_(seed),
      stream_(differential::Generate(seed, steps)),
      shards_(random_.OneIn(3)   ? 1
              : random_.OneIn(2) ? 3
                                 : 16),
      storage_(random_.Next()),
      base_(std::make_unique<Side>(stream_)),
      now_side_(std::make_unique<Side>(*base_)) {
  listening_.push_back({Consumer(Audience::kFeed, [this](const Event& event) { (void)player_.Hear(event); })});
  if (seed % 2 == 0) return;
  for (const Audience audience : {Audience::kMember, Audience::kCustomer, Audience::kLogistics}) {
    listening_.push_back({Consumer(audience)});
  }
}

World::~World() { engine_.reset(); }

Options World::EngineOptions(Storage* storage) const {
  Options options;
  options.shards = shards_;
  options.products_max = 1 << 10;
  options.orders_max = 1 << 14;
  options.retention_ms = stream_.retention_ms;
  options.policy = stream_.policy;
  options.audiences.clear();
  for (const Listening& one : listening_) options.audiences.push_back(one.consumer.audience());
  options.events_max = 1 << 14;
  options.changes_max = changes_max_;
  options.clock = &no_clock;
  options.background = false;
  options.journal_dir = kDirectory;
  options.journal_segment_bytes = 64 << 10;
  options.recovery_threads = 1;
  options.storage = storage;
  return options;
}

bool World::failed() const { return !engine_->Journal().failure.empty(); }

std::string World::Open() {
  auto [engine, problem] = Engine::Open(EngineOptions(&watched_));
  engine_ = std::move(engine);
  decider_.Use(engine_.get());
  return problem;
}

std::string World::Run() {
  if (std::string problem = Open(); !problem.empty()) return "a new journal did not open: " + problem;
  watched_.before_write = [this] { Meanwhile(/*committing=*/false); };
  watched_.before_sync = [this] { Meanwhile(/*committing=*/true); };
  while (step_ < stream_.commands.size()) {
    if (std::string wrong = Step(stream_.commands[step_++]); !wrong.empty()) return wrong;
    std::string wrong = Chores();
    if (wrong.empty()) wrong = wrong_meanwhile_;
    if (!wrong.empty()) return wrong;
    if (storage_.crashed() || failed()) {
      wrong = Crash(/*orderly=*/false);
    } else if (random_.OneIn(16)) {
      wrong = Crash(/*orderly=*/random_.OneIn(4));
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

// Somebody calls while the engine is busy with the disk: between two chunks of a snapshot, or while an epoch is synced.
// The engine's lock of committing is then held by the very thread that would wait for it, so what would take it has to
// wait until it is not: Advance (which looking at everything begins with), whatever finds a change buffer full, and asking
// whether the journal has failed.
void World::Meanwhile(bool committing) {
  if (!busy_ || !wrong_meanwhile_.empty() || storage_.crashed() || step_ == stream_.commands.size()) return;
  if (committing && changes_max_ < kChangesForStorms) return;
  const Command& command = stream_.commands[step_];
  const bool commits = std::holds_alternative<differential::Advance>(command.action) ||
                       std::holds_alternative<differential::Checkpoint>(command.action);
  if (committing && commits) return;
  if (!random_.OneIn(3) || (!committing && failed())) return;
  busy_ = false;
  ++step_;
  wrong_meanwhile_ = Step(command, committing);
  busy_ = true;
}

std::string World::Chores() {
  if (random_.OneIn(12)) ArmFault();
  if (std::string wrong = Hear(); !wrong.empty()) return wrong;
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
    busy_ = true;
    const std::string problem = engine_->Snapshot();
    busy_ = false;
    if (problem.empty()) ++counts_.snapshots;
    if (!problem.empty() && !faulty_ && !failed()) return "a snapshot failed on a good disk: " + problem;
  }
  acknowledged_ = std::max(acknowledged_, engine_->durable_epoch());
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
std::string World::Hear() {
  for (auto& [consumer, deaf_until] : listening_) {
    if (random_.OneIn(50)) deaf_until = step_ + random_.Below(60);
    if (step_ < deaf_until || !random_.OneIn(3)) continue;
    if (std::string wrong = consumer.Hear(*engine_, random_.Below(20)); !wrong.empty()) return wrong;
    if (random_.OneIn(2)) consumer.Confirm(*engine_);
  }
  return {};
}

void World::ArmFault() {
  const std::uint64_t kind = random_.Below(12);
  const FaultKind kinds[] = {FaultKind::kError, FaultKind::kNoSpace, FaultKind::kShortWrite};
  storage_.Arm({.at = storage_.operations() + random_.Below(12),
                .kind = kind < 6    ? FaultKind::kCrash
                        : kind < 10 ? kinds[random_.Below(3)]
                                    : FaultKind::kSlow});
  if (random_.OneIn(20)) storage_.SetSpace((64 << 10) * (2 + random_.Below(8)));
  faulty_ = true;
}

// ---- A crash ------------------------------------------------------------------------------------------------------

std::string World::CheckReadOnly() {
  const Epoch durable = engine_->durable_epoch();
  const PutProduct put{.product = ProductId{1}, .member = MemberId{1}, .stock = 5, .status = {}, .policy = {}};
  if (engine_->Put(put, now_ms_).code != Code::kReadOnly) return "a journal has failed, and a command was taken";
  ProductView view;
  for (const ProductId product : stream_.products) {
    const Code code = engine_->Find(product, &view, now_ms_);
    if (code != Code::kOk && code != Code::kUnknownProduct) return "a read-only engine answers no question";
  }
  if (engine_->Commit()) return "a journal has failed, and a commit has not";
  if (engine_->WaitDurable(durable + 1) == Code::kOk) return "a journal has failed, and acknowledges on";
  if (engine_->durable_epoch() != durable) return "a journal has failed, and the durable epoch rises";
  return {};
}

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
  faulty_ = false;

  if (random_.OneIn(4)) {
    if (std::string wrong = TryDamaged(at_least); !wrong.empty()) return wrong;
  }
  std::unique_ptr<SimStorage> copy = random_.OneIn(4) ? storage_.Copy() : nullptr;
  // It may crash again while it recovers.
  for (int tries = 0;; ++tries) {
    if (tries < 3 && random_.OneIn(4)) {
      storage_.Arm({.at = storage_.operations() + random_.Below(30), .kind = FaultKind::kCrash});
    }
    const std::string problem = Open();
    storage_.DisarmAll();
    if (engine_ != nullptr && !storage_.crashed()) break;
    if (!storage_.crashed()) return "after a crash, the journal does not open: " + problem;
    engine_.reset();
    lose();
    copy.reset();  // what that crash has lost is on the copy
  }
  if (std::string wrong = Verify(at_least); !wrong.empty()) return wrong;
  if (copy != nullptr) {
    auto [engine, problem] = Engine::Open(EngineOptions(copy.get()));
    if (engine == nullptr) return "a copy of the disk does not open: " + problem;
    SimDecider decider(engine.get());
    Player player(player_, decider);
    const std::string again = StateOf(&player, now_ms_);
    const std::string first = StateOf(&player_, now_ms_);
    if (again != first) return "the same disk, recovered twice:\n" + FirstDifference(again, first);
  }
  return {};
}

std::string World::StateOf(Player* player, Millis at_ms) {
  return player->Execute({at_ms, differential::Checkpoint{}}, at_ms, stream_);
}

std::string World::Verify(Epoch at_least) {
  const Epoch epoch = engine_->recovery().epoch;
  if (epoch < at_least) {
    return "epoch " + std::to_string(at_least) + " was acknowledged as durable, but only " + std::to_string(epoch) +
           " came back";
  }
  const Epoch survives = closed_ ? ~Epoch{0} : epoch;
  std::unique_ptr<Side> side = ModelAt(survives);
  ForgetLost(survives, &player_);
  if (std::string wrong = CheckPositions(survives); !wrong.empty()) return wrong;
  life_.clear();
  const std::string said = StateOf(&player_, now_ms_);
  const std::string model_said = StateOf(&side->player, now_ms_);
  if (said != model_said) {
    return "after recovery to epoch " + std::to_string(epoch) + " (" + engine_->recovery().torn + ")\n" +
           FirstDifference(said, model_said);
  }
  now_side_ = std::make_unique<Side>(*side);
  base_ = std::move(side);
  acknowledged_ = std::max(epoch, engine_->durable_epoch());
  return CheckEvents();
}

// It was said that an epoch need not be waited for: the disk has all there is.
std::string World::CheckNothingIsMissing() {
  const Epoch durable = engine_->durable_epoch();
  Side now = *now_side_;
  ForgetLost(durable, &now.player);  // duplicates are other names of what is there
  const std::string all = StateOf(&now.player, now_ms_);
  const std::string there = StateOf(&ModelAt(durable)->player, now_ms_);
  if (all != there) {
    return "nobody has to wait, it was said, but with epoch " + std::to_string(durable) +
           " not everything is durable\n" + FirstDifference(all, there);
  }
  for (const Done& done : life_) {
    if (done.carries && !done.epochs.empty() && done.epochs.front() > durable) {
      return "nobody has to wait, it was said, but a position that a command carried is not durable";
    }
  }
  return {};
}

// The model after exactly what has survived.
std::unique_ptr<World::Side> World::ModelAt(Epoch epoch) const {
  auto side = std::make_unique<Side>(*base_);
  for (const Done& done : life_) {
    const auto survives = [&](std::size_t line) {
      return line < done.epochs.size() && done.epochs[line] != 0 && done.epochs[line] <= epoch;
    };
    const auto* place = std::get_if<differential::PlaceOrders>(&done.command.action);
    if (place == nullptr || !place->batch) {
      if (survives(0)) (void)side->player.Execute(done.command, done.command.at_ms, stream_);
      continue;
    }
    // A batch is as good as its orders one by one, and may end in the middle of an epoch's end.
    for (std::size_t i = 0; i < place->orders.size(); ++i) {
      if (!survives(i)) continue;
      const differential::PlaceOrders one{
          place->first + static_cast<differential::Ticket>(i), false, {place->orders[i]}};
      (void)side->player.Execute({done.command.at_ms, one}, done.command.at_ms, stream_);
    }
  }
  return side;
}

void World::ForgetLost(Epoch epoch, Player* player) const {
  for (const Done& done : life_) {
    const auto lost = [&](std::size_t line) {
      return line >= done.epochs.size() || done.epochs[line] == 0 || done.epochs[line] > epoch;
    };
    if (const auto* place = std::get_if<differential::PlaceOrders>(&done.command.action)) {
      for (std::size_t i = 0; i < place->orders.size(); ++i) {
        if (lost(i)) player->Forget(place->first + static_cast<differential::Ticket>(i));
      }
    } else if (const auto* cart = std::get_if<differential::PlaceLines>(&done.command.action)) {
      for (std::size_t i = 0; lost(0) && i < cart->lines.size(); ++i) {
        player->Forget(cart->first + static_cast<differential::Ticket>(i));
      }
    }
  }
}

std::string World::CheckPositions(Epoch epoch) const {
  std::string wrong;
  auto& known = const_cast<World*>(this)->positions_;
  for (std::uint32_t stream = 0; stream < 3; ++stream) {
    std::uint64_t offset = 0;
    const bool found = engine_->FindPosition(stream, &offset);
    // What came back must be the last that a surviving command has carried. A command that touched no shard has no
    // epoch in its answer: it may have survived or not, if what is around it does.
    std::set<std::uint64_t> allowed;
    const auto before = known.find(stream);
    allowed.insert(before == known.end() ? 0 : before->second);
    for (const Done& done : life_) {
      if (!done.carries || done.position.stream != stream) continue;
      const bool of_no_epoch = done.epochs.front() == 0;
      if (!of_no_epoch && done.epochs.front() > epoch) break;
      if (!of_no_epoch) allowed.clear();
      allowed.insert(done.position.offset);
    }
    if (allowed.count(found ? offset : 0) == 0) {
      wrong = "stream " + std::to_string(stream) + " is at " + std::to_string(found ? offset : 0) +
              " after recovery, and should be at " + std::to_string(*allowed.rbegin());
    }
    if (found) known[stream] = offset;
  }
  return wrong;
}

// All events of all lives, against the model's.
std::string World::CheckEvents() {
  if (!engine_->Commit()) return "a commit fails after recovery";
  acknowledged_ = std::max(acknowledged_, engine_->durable_epoch());
  for (Listening& one : listening_) {
    if (std::string wrong = one.consumer.HearAgain(*engine_); !wrong.empty()) return wrong;
  }
  const Consumer& feed = listening_.front().consumer;
  for (const Listening& one : listening_) {
    if (std::string wrong = one.consumer.CompareWith(feed); !wrong.empty()) return wrong;
  }
  std::map<ProductId, std::vector<std::string>> told, happened;
  for (const auto& [place, event] : feed.told()) told[event.product].push_back(player_.Hear(event));
  for (const Event& event : now_side_->model.events()) {
    happened[event.product].push_back(now_side_->player.Hear(event));
  }
  for (const auto& [product, events] : happened) {
    const std::vector<std::string>& heard = told[product];
    for (std::size_t i = 0; i < std::max(events.size(), heard.size()); ++i) {
      const std::string engine = i < heard.size() ? heard[i] : "(no event)";
      const std::string model = i < events.size() ? events[i] : "(no event)";
      if (engine != model) return "events over all lives\nengine:\n  " + engine + "\nmodel:\n  " + model;
    }
  }
  return {};
}

// ---- Damage -------------------------------------------------------------------------------------------------------

std::string World::TryDamaged(Epoch at_least) {
  const std::unique_ptr<SimStorage> disk = storage_.Copy();
  std::vector<SimStorage::Listed> files = disk->Files();
  std::erase_if(files, [](const auto& file) { return file.size == 0 || file.path.find("/LOCK") != std::string::npos; });
  if (files.empty()) return {};
  const SimStorage::Listed file = files[random_.Below(files.size())];
  std::string what;
  const std::uint64_t kind = random_.Below(12);
  if (kind < 6) {
    // Where there is something: most of a segment is zeros.
    const std::vector<std::byte>& bytes = disk->Bytes(file.path);
    std::uint64_t at = random_.Below(file.size);
    for (int tries = 0; tries < 64 && bytes[at] == std::byte{0}; ++tries) at = random_.Below(file.size);
    disk->FlipBit(file.path, 8 * at + random_.Below(8));
    what = "a bit flipped at " + std::to_string(at) + " of " + file.path;
  } else if (kind == 6) {
    const std::uint64_t size = random_.Below(file.size);
    disk->Truncate(file.path, size);
    what = file.path + " cut to " + std::to_string(size);
  } else if (kind == 7) {
    disk->RemoveFile(file.path);
    what = file.path + " removed";
  } else {
    const std::uint64_t pages = (file.size + 4095) / 4096;
    const std::uint64_t to = 4096 * random_.Below(std::min<std::uint64_t>(pages, 16));
    std::optional<std::uint64_t> from;
    if (random_.OneIn(2)) from = 4096 * random_.Below(pages);
    disk->LosePage(file.path, to, from);
    what =
        "the page at " + std::to_string(to) + " of " + file.path + (from ? " as at " + std::to_string(*from) : " lost");
  }
  // Of a write that never came, at the very end, there is no trace; of all else there is.
  const bool traceless = kind > 7;
  ++counts_.damaged;
  auto [engine, problem] = Engine::Open(EngineOptions(disk.get()));
  if (engine == nullptr) {
    ++counts_.refused;
    if (problem.find(kDirectory) != std::string::npos) return {};
    return "with " + what + ", the refusal names no file: " + problem;
  }
  const Epoch epoch = engine->recovery().epoch;
  if (epoch < at_least && engine->recovery().torn.empty() && !traceless) {
    return "with " + what + ", epoch " + std::to_string(epoch) + " came back instead of " + std::to_string(at_least) +
           ", and nothing was said";
  }
  // Some epoch's state, even so.
  const Epoch last = closed_ && !traceless && engine->recovery().torn.empty() ? ~Epoch{0} : epoch;
  const std::unique_ptr<Side> side = ModelAt(last);
  SimDecider decider(engine.get());
  Player player(player_, decider);
  std::map<differential::Ticket, bool> lost;
  for (const Done& done : life_) {
    const auto forget = [&](differential::Ticket first, std::size_t count, bool by_line) {
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t line = by_line ? i : 0;
        const bool survives = line < done.epochs.size() && done.epochs[line] != 0 && done.epochs[line] <= last;
        if (!survives) player.Forget(first + static_cast<differential::Ticket>(i));
      }
    };
    if (const auto* place = std::get_if<differential::PlaceOrders>(&done.command.action)) {
      forget(place->first, place->orders.size(), true);
    } else if (const auto* cart = std::get_if<differential::PlaceLines>(&done.command.action)) {
      forget(cart->first, cart->lines.size(), false);
    }
  }
  const std::string said = player.Execute({now_ms_, differential::Checkpoint{}}, now_ms_, stream_);
  const std::string model_said = side->player.Execute({now_ms_, differential::Checkpoint{}}, now_ms_, stream_);
  if (said != model_said) return "with " + what + ", a wrong state is opened:\n" + FirstDifference(said, model_said);
  return {};
}

}  // namespace flexstock::sim
