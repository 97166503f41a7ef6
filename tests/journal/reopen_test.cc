// A journaled engine that is closed and opened again all the time, against the model that never is: nobody may be able
// to tell them apart.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/differential/contenders.h"

namespace flexstock::differential {
namespace {

std::string Directory(const std::string& name) {
  return (std::filesystem::temp_directory_path() / ("flexstock-" + name + "-" + std::to_string(::getpid()))).string();
}

class ReopenTest : public testing::TestWithParam<int> {};

TEST_P(ReopenTest, NobodyCanTell) {
  std::vector<Contender> engines;
  for (const auto& [shards, every] : {std::pair{1u, 7}, std::pair{7u, 3}}) {
    engines.push_back({"journaled engine, " + std::to_string(shards) + " shards",
                       [shards = shards, every = every](const Stream& stream) {
                         return std::make_unique<model::EngineDecider>(
                             model::EngineDecider::Setup{.shards = shards,
                                                         .policy = stream.policy,
                                                         .retention_ms = stream.retention_ms,
                                                         .changes_max = 16,
                                                         .room = RoomFor(stream),
                                                         .by_ref = shards == 7,
                                                         .journal_dir = Directory("reopen" + std::to_string(shards)),
                                                         .reopen_every = every});
                       }});
  }
  for (const std::uint64_t seed : model::Seeds(4'000'000 + 1'000 * static_cast<std::uint64_t>(GetParam()), 25)) {
    model::NameSeedOnAbort(seed);
    const Stream stream = Generate(seed, 120);
    if (Compare(stream, engines)) {
      FAIL() << Report(seed, stream, engines);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReopenTest, testing::Range(0, FLEXSTOCK_SLOW ? 2 : 8));

}  // namespace
}  // namespace flexstock::differential
