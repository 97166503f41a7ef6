// The engine against the model: thousands of short random streams, and proof that a difference would be found.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "tests/differential/contenders.h"
#include "tests/differential/player.h"

namespace flexstock::differential {
namespace {

// Split, so that they run side by side.
class DifferentialTest : public testing::TestWithParam<int> {};

TEST_P(DifferentialTest, EngineAgreesWithModel) {
  EXPECT_EQ(FirstDifference(1'000'000 + 10'000 * static_cast<std::uint64_t>(GetParam()), 500, 120), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, DifferentialTest, testing::Range(0, FLEXSTOCK_SLOW ? 3 : 10));

// ---- Would a difference be found?
// ------------------------------------------------------------------------------------

// A model that forgets an hour later than it should, or holds orders under another policy, is a wrong engine.
std::vector<Contender> WrongRetention() {
  return {{"wrong", [](const Stream& stream) {
             return std::make_unique<model::Model>(stream.policy, stream.retention_ms / 2 + 7);
           }}};
}

std::vector<Contender> WrongWindow() {
  return {{"wrong", [](const Stream& stream) {
             Policy policy = stream.policy;
             policy.payment_window_ms = policy.payment_window_ms == 1 ? 2 : policy.payment_window_ms - 1;
             return std::make_unique<model::Model>(policy, stream.retention_ms);
           }}};
}

int Differences(const std::vector<Contender>& contenders, int streams) {
  int found = 0;
  for (int seed = 0; seed < streams; ++seed) {
    if (Compare(Generate(static_cast<std::uint64_t>(seed), 120), contenders)) ++found;
  }
  return found;
}

TEST(ComparisonTest, FindsWhoForgetsTooLate) { EXPECT_GT(Differences(WrongRetention(), 60), 20); }

TEST(ComparisonTest, FindsADeadlineOneMillisecondOff) { EXPECT_GT(Differences(WrongWindow(), 60), 20); }

TEST(ComparisonTest, FindsNothingBetweenEquals) {
  const std::vector<Contender> equal = {{"equal", [](const Stream& stream) {
                                           return std::make_unique<model::Model>(stream.policy, stream.retention_ms);
                                         }}};
  EXPECT_EQ(Differences(equal, 60), 0);
}

TEST(ComparisonTest, ShrinksToTheCommandsThatMatter) {
  for (std::uint64_t seed = 0;; ++seed) {
    const Stream stream = Generate(seed, 120);
    if (!Compare(stream, WrongWindow())) continue;
    const auto fails = [](const Stream& some) { return Compare(some, WrongWindow()).has_value(); };
    const Stream least = Shrunk(stream, fails, 5000);
    EXPECT_TRUE(fails(least));
    EXPECT_LE(least.commands.size(), 6u) << Report(seed, stream, WrongWindow());  // a product, an order, accept, look
    EXPECT_NE(Report(seed, stream, WrongWindow()).find("FLEXSTOCK_SEED=" + std::to_string(seed)), std::string::npos);
    return;
  }
}

// ---- Do the streams reach everything?
// --------------------------------------------------------------------------------

TEST(GeneratorTest, SameSeedSameStream) {
  const Stream once = Generate(42, 200), again = Generate(42, 200);
  ASSERT_EQ(once.commands.size(), again.commands.size());
  for (std::size_t i = 0; i < once.commands.size(); ++i) {
    EXPECT_EQ(ToText(once.commands[i]), ToText(again.commands[i]));
  }
}

// Each answer that the rules know is given, and each event told, many times over.
TEST(GeneratorTest, StreamsReachEveryAnswerAndEvent) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Stream stream = Generate(seed, 120);
    model::Model model(stream.policy, stream.retention_ms);
    Player player(model);
    for (const Command& command : stream.commands) {
      std::string answer = player.Execute(command, command.at_ms, stream);
      std::replace(answer.begin(), answer.end(), ':', ' ');
      std::istringstream words(answer);
      for (std::string word; words >> word;) ++seen[word];
    }
    for (const Event& event : model.events()) ++seen[std::string(Name(event.type))];
  }
  for (int code = 0; code <= static_cast<int>(Code::kCartRefused); ++code) {
    EXPECT_GT(seen[std::string(Name(static_cast<Code>(code)))], 20) << Name(static_cast<Code>(code));
  }
  for (int type = 0; type <= static_cast<int>(EventType::kProductMode); ++type) {
    EXPECT_GT(seen[std::string(Name(static_cast<EventType>(type)))], 20) << Name(static_cast<EventType>(type));
  }
  EXPECT_GT(seen["duplicate"], 100);
  EXPECT_GT(seen["cart"], 100);
}

}  // namespace
}  // namespace flexstock::differential
