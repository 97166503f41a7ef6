// What has to be so, in a life and after a crash; and what the model says has survived one.
#include <algorithm>
#include <variant>

#include "tests/sim/difference.h"
#include "tests/sim/world.h"

namespace flexstock::sim {

using differential::Player;

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
  // What is told now as well is on the disk: the next life will tell it again.
  for (Listening& one : listening_) {
    if (std::string wrong = one.consumer.Hear(*engine_, 200); !wrong.empty()) return wrong;
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
  // What nobody has confirmed is there again. It may leave no room for what is due meanwhile: then it has to go first.
  if (pressed_ && (random_.OneIn(3) || step_ == stream_.commands.size() || !AnswersQuestions())) {
    if (std::string wrong = Relieve(); !wrong.empty()) return wrong;
  }
  const Epoch survives = closed_ ? ~Epoch{0} : epoch;
  std::unique_ptr<Side> side = ModelAt(survives);
  ForgetLost(survives, &player_);
  // Whatever could be forgotten in the life before may have been: by a question, which leaves no trace.
  (void)side->model.Advance(now_ms_);
  side->model.RememberFor(options_.retention_ms);
  Recall(engine_.get(), player_, side.get());
  positions_ = PositionsAt(survives);
  if (std::string wrong = ComparePositions(*engine_, positions_); !wrong.empty()) return wrong;
  life_.clear();
  carried_.clear();
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
  for (const Carried& carried : carried_) {
    if (carried.epoch > durable) {
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

// An order that a life with a shorter memory has forgotten may be there again, or not: its image is still in the journal,
// unless its slot was used again or a snapshot was taken meanwhile. If another order has had its key, the key finds one of
// them. The engine says so; then it must stick to it for this life.
void World::Recall(Engine* engine, const Player& player, Side* side) const {
  if (!changes_retention_) return;
  OrderView theirs, mine, other;
  for (differential::Ticket ticket = 0; ticket < player.tickets(); ++ticket) {
    const OrderId order = side->player.OrderOf(ticket);
    if (order == kNoOrder || engine->Find(player.OrderOf(ticket), &theirs, now_ms_) != Code::kOk) continue;
    if (side->model.Find(order, &mine, now_ms_) != Code::kOk) {
      side->model.Recall(order);
      if (side->model.Find(order, &mine, now_ms_) != Code::kOk) continue;
    }
    const bool found = theirs.key.given() && engine->Find(theirs.key, &other, now_ms_) == Code::kOk;
    side->model.Outbid(order, found && other.order != theirs.order);
  }
}

// By stream, the last that a surviving command has carried.
World::Positions World::PositionsAt(Epoch epoch) const {
  Positions positions = positions_;
  for (const Carried& carried : carried_) {
    if (carried.epoch <= epoch) positions[carried.position.stream] = carried.position.offset;
  }
  return positions;
}

std::string World::ComparePositions(const Engine& engine, const Positions& expected) {
  for (std::uint32_t stream = 0; stream < kStreamsMax; ++stream) {
    std::uint64_t offset = 0;
    const bool found = engine.FindPosition(stream, &offset);
    const auto known = expected.find(stream);
    if (found == (known != expected.end()) && (!found || offset == known->second)) continue;
    return "stream " + std::to_string(stream) + " is at " + (found ? std::to_string(offset) : "none") +
           " after recovery, and should be at " + (known == expected.end() ? "none" : std::to_string(known->second));
  }
  return {};
}

std::vector<Consumer> World::ConsumersAside() const {
  std::vector<Consumer> consumers;
  for (const Listening& one : listening_) consumers.push_back(one.consumer.Aside());
  return consumers;
}

// Consumers as they were when a life ended hear another engine, which has recovered from a copy of its disk.
std::string World::TellAgain(Engine& engine, std::vector<Consumer>* consumers) {
  if (!engine.Commit()) return "a commit fails on a copy of the disk";
  for (Consumer& consumer : *consumers) {
    if (std::string wrong = consumer.HearAgain(engine); !wrong.empty()) return wrong;
  }
  return {};
}

// All events of all lives, against the model's.
std::string World::CheckEvents() {
  if (!engine_->Commit()) return MayBeOverloaded() ? "" : "a commit fails after recovery";
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
  for (const auto& [product, events] : happened) told.try_emplace(product);  // of some nothing was told
  for (const auto& [product, heard] : told) {
    const std::vector<std::string>& events = happened[product];
    for (std::size_t i = 0; i < std::max(events.size(), heard.size()); ++i) {
      const std::string engine = i < heard.size() ? heard[i] : "(no event)";
      const std::string model = i < events.size() ? events[i] : "(no event)";
      if (engine != model) return "events over all lives\nengine:\n  " + engine + "\nmodel:\n  " + model;
    }
  }
  return {};
}

// Whoever asks with a time that has passed is answered as of the latest: no product's events run back, however often the
// engine was opened in between. Asked of a copy of the disk, because the model knows times that no disk does.
std::string World::CheckTime() const {
  const std::unique_ptr<SimStorage> copy = storage_.Copy();
  auto [engine, problem] = Engine::Open(OptionsOn(copy.get()));
  if (engine == nullptr) return "a copy of a running engine's disk does not open: " + problem;
  std::map<ProductId, Millis> latest;
  std::uint64_t last = 0;
  for (const auto& [place, event] : listening_.front().consumer.told()) {
    latest[event.product] = event.at_ms;
    last = place.first;
  }
  for (const ProductId product : stream_.products) {
    (void)engine->Publish(product, 0);
    (void)engine->Unpublish(product, 0);
  }
  if (!engine->Commit()) return "a copy of a running engine's disk takes no commit";
  std::vector<Event> events(256);
  while (const std::size_t count = engine->Poll(Audience::kFeed, events)) {
    for (const Event& event : std::span(events).first(count)) {
      if (event.position <= last) continue;  // told again
      Millis& at_ms = latest[event.product];
      if (event.at_ms < at_ms) {
        return "an event is of " + std::to_string(event.at_ms) + ", and the one before it of " + std::to_string(at_ms);
      }
      at_ms = event.at_ms;
    }
  }
  return {};
}

}  // namespace flexstock::sim
