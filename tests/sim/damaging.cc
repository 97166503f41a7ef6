// A copy of the disk is damaged on purpose: a bit flips, a file is cut or missing, a write was lost or went
// astray, in one file or between two.
#include <algorithm>
#include <optional>

#include "tests/sim/difference.h"
#include "tests/sim/world.h"

namespace flexstock::sim {

using differential::Player;

namespace {

// A file of the journal, and where in it, unless the whole of it is missing.
bool NamesPlace(const std::string& problem) {
  const auto has = [&](const char* what) { return problem.find(what) != std::string::npos; };
  return (has("/journal/journal-") || has("/journal/snapshot-")) && (has(": at ") || has(": it is missing"));
}

// Where there is something, mostly: a segment is zeros behind its blocks.
std::uint64_t AnyPage(const SimStorage::Listed& file, Random* random) {
  return 4096 * random->Below(std::min<std::uint64_t>((file.size + 4095) / 4096, 16));
}

}  // namespace

World::Damage World::DamageSomething(SimStorage* disk, const std::vector<SimStorage::Listed>& files) {
  const SimStorage::Listed file = files[random_.Below(files.size())];
  const std::uint64_t kind = random_.Below(15);
  if (kind < 6) {
    // Where there is something: most of a segment is zeros.
    const std::vector<std::byte>& bytes = disk->Bytes(file.path);
    std::uint64_t at = random_.Below(file.size);
    for (int tries = 0; tries < 64 && bytes[at] == std::byte{0}; ++tries) at = random_.Below(file.size);
    disk->FlipBit(file.path, 8 * at + random_.Below(8));
    return {.what = "a bit flipped at " + std::to_string(at) + " of " + file.path};
  }
  if (kind == 6) {
    const std::uint64_t size = random_.Below(file.size);
    disk->Truncate(file.path, size);
    return {.what = file.path + " cut to " + std::to_string(size)};
  }
  if (kind == 7) {
    disk->RemoveFile(file.path);
    return {.what = file.path + " removed"};
  }
  // Of a write that never came, at the very end, there is no trace; of all else there is.
  const std::uint64_t to = AnyPage(file, &random_);
  Damage damage{.what = "the page at " + std::to_string(to) + " of " + file.path, .traceless = true};
  const SimStorage::Listed other = files[random_.Below(files.size())];
  if (kind < 12) {
    std::optional<std::uint64_t> from;
    if (random_.OneIn(2)) from = 4096 * random_.Below((file.size + 4095) / 4096);
    disk->LosePage(file.path, to, from);
    damage.what += from ? " as at " + std::to_string(*from) : " lost";
  } else if (kind == 12) {
    const std::uint64_t from = AnyPage(other, &random_);
    disk->OverwritePage(file.path, to, other.path, from);
    damage.what += " as at " + std::to_string(from) + " of " + other.path;
  } else {
    const std::uint64_t too = AnyPage(other, &random_);
    disk->LosePage(file.path, to, std::nullopt);
    disk->LosePage(other.path, too, std::nullopt);
    damage.what += " lost, and that at " + std::to_string(too) + " of " + other.path;
    damage.blocks = 2;
  }
  return damage;
}

std::string World::TryDamaged(Epoch at_least) {
  const std::unique_ptr<SimStorage> disk = storage_.Copy();
  std::vector<SimStorage::Listed> files = disk->Files();
  std::erase_if(files, [](const auto& file) { return file.size == 0 || file.path.find("/LOCK") != std::string::npos; });
  if (files.empty()) return {};
  const auto [what, traceless, blocks] = DamageSomething(disk.get(), files);
  ++counts_.damaged;
  auto [engine, problem] = Engine::Open(OptionsOn(disk.get()));
  if (engine == nullptr) {
    ++counts_.refused;
    if (NamesPlace(problem)) return {};
    return "with " + what + ", the refusal does not say where: " + problem;
  }
  const Epoch epoch = engine->recovery().epoch;
  // What is wrong in one place may have been the last block, which then looks as if a crash had cut it short. Each epoch
  // is one block, so no more than one is given up.
  if (epoch + blocks < at_least) {
    return "with " + what + ", epoch " + std::to_string(epoch) + " came back, though " + std::to_string(at_least) +
           " was acknowledged: more than the damaged blocks are given up (" + engine->recovery().torn + ")";
  }
  if (epoch < at_least && engine->recovery().torn.empty() && !traceless) {
    return "with " + what + ", epoch " + std::to_string(epoch) + " came back instead of " + std::to_string(at_least) +
           ", and nothing was said";
  }
  // Some epoch's state, even so.
  const Epoch last = closed_ && !traceless && engine->recovery().torn.empty() ? ~Epoch{0} : epoch;
  const std::unique_ptr<Side> side = ModelAt(last);
  SimDecider decider(engine.get());
  Player player(player_, decider);
  ForgetLost(last, &player);
  Recall(engine.get(), player, side.get());
  const std::string said = StateOf(&player, now_ms_);
  const std::string model_said = StateOf(&side->player, now_ms_);
  if (said != model_said) return "with " + what + ", a wrong state is opened:\n" + FirstDifference(said, model_said);
  std::string wrong = ComparePositions(*engine, PositionsAt(last));
  // What was confirmed last may have gone with the last block, though no command has.
  const bool has_all = epoch >= at_least && (!closed_ || last != epoch);
  if (wrong.empty() && has_all) {
    std::vector<Consumer> consumers = ConsumersAside();
    wrong = TellAgain(*engine, &consumers);
  }
  return wrong.empty() ? wrong : "with " + what + ": " + wrong;
}

}  // namespace flexstock::sim
