// peers as it is run: what it says, what it writes, how it ends, and that nothing is left behind.
#include "tests/program/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace {

using flexstock::program::Directory;
using flexstock::program::Ran;
using testing::HasSubstr;

class ProgramTest : public testing::Test {
 protected:
  // Tiny, and with its files in the test's own directory.
  Ran Run(const std::string& arguments) {
    return directory_.Run("FLEXSTOCK_BENCH_SHRINK=1000 '" FLEXSTOCK_PEERS "' --directory . " + arguments);
  }
  // What it has made and not removed.
  [[nodiscard]] int LeftBehind() const {
    int left = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      left += entry.path().filename().string().starts_with("flexstock-peers-") ? 1 : 0;
    }
    return left;
  }

  // That runs with this directory on its command line. The brackets are there so that grep does not find itself.
  void ExpectNoServer() {
    EXPECT_EQ(directory_.Run("grep -lsa \"$(basename \"$PWD\")/.*[r]edis\" /proc/[0-9]*/cmdline").out, "");
  }

  Directory directory_;
};

TEST_F(ProgramTest, SaysHowItIsUsed) {
  const Ran ran = Run("--help");
  EXPECT_EQ(ran.exit_code, 0);
  for (const char* word : {"--rounds", "--seconds", "--json", "--only", "--directory", "Exit codes:"}) {
    EXPECT_THAT(ran.out, HasSubstr(word));
  }
}

TEST_F(ProgramTest, UsageErrorsAreTwo) {
  for (const char* arguments : {"--rounds 0", "--rounds x", "--seconds 0", "--what", "--only nobody",
                                "--json no/such/directory", "--report no/such/directory", "extra"}) {
    const Ran ran = Run(arguments);
    EXPECT_EQ(ran.exit_code, 2) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_NE(ran.err, "") << arguments;
  }
  EXPECT_EQ(LeftBehind(), 0);
}

TEST_F(ProgramTest, ComparesAndWrites) {
  const Ran ran = Run("--rounds 3 --seconds 0.001 --only 'appendonly no' --json out.json --report out.html");
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");  // nothing moves where there is no terminal
  EXPECT_THAT(ran.out, HasSubstr("Every answer was checked; all agree."));
  EXPECT_THAT(directory_.Text("out.html"), HasSubstr("Redis, appendonly no, 8 clients"));
  const nlohmann::json json = nlohmann::json::parse(directory_.Text("out.json"));
  EXPECT_EQ(json["format"], "flexstock-run/1");
  ASSERT_EQ(json["peers"].size(), 2 * (3 + 3u));  // both sales, and flexstock in each of Redis's ways
  for (const nlohmann::json& peer : json["peers"]) {
    const nlohmann::json& rate = peer["orders_per_s"];
    EXPECT_GT(rate["min"], 0);
    EXPECT_GE(rate["median"], rate["min"]);
    EXPECT_GE(rate["max"], rate["median"]);
    EXPECT_EQ(peer["rounds"].size(), 3u);
    const nlohmann::json& answers = peer["answers"];
    EXPECT_EQ(answers["confirmed"].get<int>() + answers["pending"].get<int>() + answers["refused"].get<int>(),
              peer["orders"]);
    EXPECT_GT(answers["pending"], 0) << peer["name"];
  }
  EXPECT_EQ(LeftBehind(), 0);
}

// Interrupted as soon as a server has its socket: in the middle of waiting for it, or of what comes then.
TEST_F(ProgramTest, InterruptedItStopsItsServersAndRemovesTheirFiles) {
  const Ran ran = directory_.Run("FLEXSTOCK_BENCH_SHRINK=1000 '" FLEXSTOCK_PEERS
                                 "' --directory . --rounds 1000 --only 'appendonly no' & peers=$!; "
                                 "until [ -S flexstock-peers-*/redis-no.socket ]; do kill -0 $peers || exit 99; done; "
                                 "kill -TERM $peers; wait $peers");
  EXPECT_EQ(ran.exit_code, 130) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("peers: interrupted: servers are stopped, files removed\n"));
  EXPECT_EQ(LeftBehind(), 0);
  ExpectNoServer();
}

TEST_F(ProgramTest, KilledItTakesItsServersWithIt) {
  const Ran ran = directory_.Run(
      "FLEXSTOCK_BENCH_SHRINK=1000 '" FLEXSTOCK_PEERS
      "' --directory . --rounds 1000 --only 'appendonly no' & peers=$!; "
      "until [ -S flexstock-peers-*/redis-no.socket ]; do kill -0 $peers || exit 99; done; "
      "server=$(grep -lsa \"$(basename \"$PWD\")/.*[r]edis\" /proc/[0-9]*/cmdline); kill -KILL $peers; wait $peers; "
      "echo $server; while grep -qsa . $server; do :; done");
  EXPECT_THAT(ran.out, testing::MatchesRegex("/proc/[0-9]+/cmdline\n")) << ran.err;
  ExpectNoServer();
}

}  // namespace
