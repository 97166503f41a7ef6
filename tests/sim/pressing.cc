// Back-pressure: what nobody confirms takes all the room there is, and commits and commands are answered kOverloaded.
//
// In one seed of four events_max is as small as it may be, and consumers confirm seldom. Most of the room is taken by
// images of products, which are told to nobody: they cost the consumers nothing, and the model does not see them.
#include <algorithm>
#include <variant>

#include "tests/sim/difference.h"
#include "tests/sim/world.h"

namespace flexstock::sim {

using differential::PlaceOrders;

namespace {

bool IsOverloaded(const std::string& said) { return said.find("overloaded") != std::string::npos; }

// Takes what stands before the next "; " out of `said`.
std::string TakeLine(std::string* said) {
  const std::size_t end = std::min(said->size(), said->find("; "));
  const std::string line = said->substr(0, end);
  said->erase(0, end + 2);
  return line;
}

}  // namespace

// There is something that somebody has not taken away or not confirmed.
bool World::SomebodyIsBehind() const {
  return std::any_of(listening_.begin(), listening_.end(), [this](const Listening& one) {
    return one.consumer.unconfirmed() != 0 || engine_->Waiting(one.consumer.audience()) != 0;
  });
}

// It may be that there is no room: so much there is that waits, or has to be told again.
bool World::MayBeOverloaded() {
  const std::uint64_t changes = engine_->recovery().events_waiting + engine_->Journal().changes;
  if (!pressed_ || changes < options_.events_max) return false;
  return SomebodyIsBehind();
}

// Changes that are no events: a few, or until there is no room, and no product's shard takes any more.
std::string World::Press() {
  const bool somebody_is_behind = SomebodyIsBehind();
  const bool all = random_.OneIn(3);
  std::uint64_t left = all ? options_.events_max + 2 * options_.changes_max : random_.Below(200);
  const std::size_t first = random_.Below(stream_.products.size());
  for (std::size_t i = 0; i < stream_.products.size(); ++i) {
    const ProductId product = stream_.products[(first + i) % stream_.products.size()];
    ProductView view;
    if (engine_->Find(product, &view, now_ms_) != Code::kOk) continue;
    Code code = Code::kOk;
    for (; left > 0 && code == Code::kOk; --left) {
      code = engine_->Put({.product = product, .member = view.member}, now_ms_).code;
    }
    if (storage_.crashed() || failed()) return {};
    if (code == Code::kOk) break;
    if (code != Code::kOverloaded) return "a product that is known could not be put: " + std::string(Name(code));
    if (!MayBeOverloaded()) return "a command was answered that the engine is overloaded, and it is not";
    left = all ? 2 * options_.changes_max : 0;  // the other shards' own
  }
  if (all && left == 0 && somebody_is_behind) return "nobody has confirmed anything, and commands are taken for ever";
  return {};
}

// What was answered kOverloaded has done nothing, so the model does it neither; of a batch it does the other lines.
std::string World::DoWhatWasDone(const Done& done, std::string said) {
  ++counts_.overloaded;
  if (!MayBeOverloaded()) return "a command was answered that the engine is overloaded, and it is not:\n" + said;
  std::uint64_t offset = 0;
  if (engine_->FindPosition(done.position.stream, &offset) && offset == done.position.offset) {
    return "a command was answered that the engine is overloaded, and the position that it carried is taken";
  }
  const auto* place = std::get_if<PlaceOrders>(&done.command.action);
  if (place == nullptr) return {};
  for (std::size_t i = 0; i < place->orders.size(); ++i) {
    const std::string line = TakeLine(&said);
    if (IsOverloaded(line)) {
      if (line.find('#') != std::string::npos) return "a line that was not placed has an order:\n" + line;
      continue;
    }
    const PlaceOrders one{place->first + static_cast<differential::Ticket>(i), false, {place->orders[i]}};
    const std::string model_said = now_side_->player.Execute({done.command.at_ms, one}, done.command.at_ms, stream_);
    if (line != model_said) return "a line of a batch\n" + FirstDifference(line, model_said);
  }
  return {};
}

// Once everybody has heard and confirmed all there is, it goes on.
std::string World::Relieve() {
  for (int rounds = 0; rounds < 100; ++rounds) {
    for (auto& [consumer, deaf_until] : listening_) {
      if (std::string wrong = consumer.HearAll(*engine_); !wrong.empty()) return wrong;
      consumer.Confirm(*engine_);
    }
    const bool committed = engine_->Commit();
    if (storage_.crashed() || failed()) return {};
    if (!committed) continue;
    for (Listening& one : listening_) one.consumer.Committed();
    if (!SomebodyIsBehind()) return {};
  }
  return "everybody hears and confirms, and still a commit fails";
}

// Questions are answered, all shards': what is due can happen.
bool World::AnswersQuestions() {
  std::vector<OrderView> orders;
  return engine_->Advance(now_ms_) == Code::kOk &&
         engine_->Pending(stream_.members.front(), 1, &orders, now_ms_) == Code::kOk;
}

}  // namespace flexstock::sim
