#include "tests/differential/comparison.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "tests/differential/player.h"

namespace flexstock::differential {
namespace {

using Told = std::map<ProductId, std::vector<std::string>>;

// One contender on its way through the stream.
struct Runner {
  Runner(const Contender& contender, const Stream& stream)
      : name(contender.name), decider(contender.open(stream)), player(*decider) {}

  std::string name;
  std::unique_ptr<model::Decider> decider;
  Player player;
  std::map<ProductId, std::size_t> heard;  // how many of each product's events it has told
};

std::string Instead(const std::string& who, const std::string& what, const std::string& model_says) {
  return who + ":\n  " + what + "\nmodel:\n  " + model_says;
}

// What `told` says otherwise than `all`, which is what the model has told so far.
std::string WrongEvent(const Told& told, const Told& all, Runner* runner) {
  for (const auto& [product, events] : told) {
    const auto expected = all.find(product);
    std::size_t& heard = runner->heard[product];
    for (const std::string& event : events) {
      if (expected == all.end() || heard >= expected->second.size()) return Instead(runner->name, event, "(no event)");
      if (event != expected->second[heard]) return Instead(runner->name, event, expected->second[heard]);
      ++heard;
    }
  }
  return {};
}

std::string MissingEvent(const Told& all, Runner* runner) {
  for (const auto& [product, events] : all) {
    const std::size_t heard = runner->heard[product];
    if (heard < events.size()) return Instead(runner->name, "(no event)", events[heard]);
  }
  return {};
}

// Time that runs back counts as the latest time seen. The model has one time; an engine promises it product by product
// only: so a question about each lets all of them see the latest, before a command comes with an earlier one.
void ShowTime(const Stream& stream, Millis latest_ms, model::Decider* decider) {
  for (const ProductId product : stream.products) {
    ProductView view;
    (void)decider->Find(product, &view, latest_ms);
  }
}

}  // namespace

std::optional<Mismatch> Compare(const Stream& stream, const std::vector<Contender>& contenders) {
  model::Model model(stream.policy, stream.retention_ms);
  Player reference(model);
  Told all;
  std::vector<std::unique_ptr<Runner>> runners;
  for (const Contender& contender : contenders) runners.push_back(std::make_unique<Runner>(contender, stream));

  for (std::size_t step = 0; step < stream.commands.size(); ++step) {
    const Command& command = stream.commands[step];
    const Millis latest_ms = model.now_ms();
    const bool runs_back = command.at_ms < latest_ms;
    if (runs_back) ShowTime(stream, latest_ms, &model);
    const std::string answer = reference.Execute(command, command.at_ms, stream);
    for (auto& [product, events] : reference.TakeEvents()) {
      all[product].insert(all[product].end(), events.begin(), events.end());
    }
    const bool all_due = std::holds_alternative<Checkpoint>(command.action);
    for (const auto& runner : runners) {
      if (runs_back) ShowTime(stream, latest_ms, runner->decider.get());
      const std::string said = runner->player.Execute(command, command.at_ms, stream);
      if (said != answer) return Mismatch{step, Instead(runner->name, said, answer)};
      std::string wrong = WrongEvent(runner->player.TakeEvents(), all, runner.get());
      if (wrong.empty() && all_due) wrong = MissingEvent(all, runner.get());
      if (!wrong.empty()) return Mismatch{step, wrong};
    }
  }
  return std::nullopt;
}

// Takes out halves, then quarters, and so on down to single commands, over and over, until nothing more can go.
Stream Shrunk(Stream stream, const std::function<bool(const Stream&)>& fails, int tries_max) {
  std::size_t chunk = std::max<std::size_t>(1, stream.commands.size() / 2);
  bool smaller = false;
  while (tries_max > 0) {
    for (std::size_t from = 0; from < stream.commands.size() && tries_max > 0; --tries_max) {
      Stream candidate = stream;
      const auto first = candidate.commands.begin() + static_cast<std::ptrdiff_t>(from);
      const std::size_t count = std::min(chunk, stream.commands.size() - from);
      candidate.commands.erase(first, first + static_cast<std::ptrdiff_t>(count));
      if (fails(candidate)) {
        stream = std::move(candidate);
        smaller = true;
      } else {
        from += chunk;
      }
    }
    if (chunk == 1 && !smaller) break;
    chunk = std::max<std::size_t>(1, chunk / 2);
    smaller = false;
  }
  return stream;
}

std::string Report(std::uint64_t seed, const Stream& stream, const std::vector<Contender>& contenders) {
  const std::optional<Mismatch> mismatch = Compare(stream, contenders);
  if (!mismatch) return {};
  Stream prefix = stream;
  prefix.commands.resize(mismatch->step + 1);
  const Stream least = Shrunk(
      prefix, [&](const Stream& some) { return Compare(some, contenders).has_value(); }, 5000);
  const std::optional<Mismatch> shown = Compare(least, contenders);

  std::ostringstream out;
  out << "FLEXSTOCK_SEED=" << seed << " differs at step " << mismatch->step << " of " << stream.commands.size() << ", "
      << ToText(stream.commands[mismatch->step]) << '\n'
      << mismatch->what << "\n\nShrunk to " << least.commands.size() << " commands: retention_ms " << least.retention_ms
      << ", defaults" << ToText(least.policy) << '\n';
  for (const Command& command : least.commands) out << "  " << ToText(command) << '\n';
  if (shown) out << shown->what << '\n';
  return out.str();
}

}  // namespace flexstock::differential
