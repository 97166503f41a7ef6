// Small logs, each about one part of the rules, with what must come of them: logs/NAME.jsonl and expected/NAME.*.jsonl.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <ostream>
#include <vector>

#include "tests/replay/replayed.h"
#include "tools/replay/policy_fields.h"

namespace flexstock::replay {
namespace {

struct GoldenLog {
  std::string name;
  Millis retention_ms = 86'400'000;
  std::vector<std::string> defaults = {};
};

std::ostream& operator<<(std::ostream& out, const GoldenLog& log) { return out << log.name; }

std::string FileText(const std::string& path) {
  std::ifstream file(FLEXSTOCK_REPLAY_TESTS "/" + path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

class GoldenTest : public testing::TestWithParam<GoldenLog> {};

TEST_P(GoldenTest, EveryShardCountWritesTheExpectedBytes) {
  const GoldenLog& golden = GetParam();
  ReplayOptions options;
  options.retention_ms = golden.retention_ms;
  for (const std::string& assignment : golden.defaults) ASSERT_EQ(SetPolicyField(assignment, &options.policy), "");
  const std::string log = FileText("logs/" + golden.name + ".jsonl");
  for (const std::uint32_t shards : {1u, 7u, 64u}) {
    SCOPED_TRACE(shards);
    options.shards = shards;
    const Replayed replayed = Replay(log, options);
    EXPECT_EQ(replayed.end.how, ReplayEnd::How::kRan) << replayed.end.problem;
    EXPECT_EQ(replayed.results, FileText("expected/" + golden.name + ".results.jsonl"));
    EXPECT_EQ(replayed.events, FileText("expected/" + golden.name + ".events.jsonl"));
    EXPECT_EQ(replayed.state, FileText("expected/" + golden.name + ".state.jsonl"));
    EXPECT_TRUE(replayed.audit.ok());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Logs, GoldenTest,
    testing::Values(GoldenLog{"sale"}, GoldenLog{"expiry"}, GoldenLog{"restock"}, GoldenLog{"carts"},
                    GoldenLog{"limits"}, GoldenLog{"ranges"}, GoldenLog{"names"}, GoldenLog{"forgetting", 10},
                    GoldenLog{"defaults", 86'400'000, {"checkout_hold_ms=600", "overflow=reject"}}),
    [](const auto& log) { return log.param.name; });

}  // namespace
}  // namespace flexstock::replay
