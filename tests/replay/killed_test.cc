// The program with --journal, killed where chance has it, and what it says when it cannot go on.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "engine/journal/format.h"
#include "flexstock/engine.h"
#include "tests/model/seed.h"
#include "tests/program/program.h"
#include "tests/replay/random_log.h"

namespace flexstock::replay {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

struct Outcome {
  bool killed = false;
  int code = -1;
  std::string said;  // on standard error
};

class KilledTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) const { own_.Write(name, text); }
  [[nodiscard]] std::string Text(const std::string& name) const { return own_.Text(name); }
  static std::vector<std::string> Files(const std::string& kind) {
    return {"--results", kind + ".results", "--events", kind + ".events", "--state", kind + ".state"};
  }

  // Runs the program in the directory; kills it after so long, unless it has ended by then. `file_max`: no file may
  // grow beyond so many bytes.
  Outcome Run(std::vector<std::string> arguments, std::chrono::microseconds kill_after = std::chrono::hours(1),
              rlim_t file_max = RLIM_INFINITY) {
    arguments.insert(arguments.begin(), FLEXSTOCK_REPLAY);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const std::string directory = directory_.string();
    const pid_t child = fork();
    if (child == 0) {
      const int said = ::open((directory + "/said").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
      const rlimit limit{file_max, file_max};
      if (chdir(directory.c_str()) == 0 && dup2(said, STDERR_FILENO) >= 0 && setrlimit(RLIMIT_FSIZE, &limit) == 0) {
        execv(argv[0], argv.data());
      }
      _exit(127);
    }
    int status = 0;
    const SteadyClock::time_point end = SteadyClock::now() + kill_after;
    pid_t ended = 0;
    while ((ended = waitpid(child, &status, WNOHANG)) == 0 && SteadyClock::now() < end) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    if (ended == 0) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
    }
    return {.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
            .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            .said = Text("said")};
  }

  Outcome RunJournaled(const std::string& log, const std::string& kind, std::vector<std::string> more = {},
                       std::chrono::microseconds kill_after = std::chrono::hours(1), rlim_t file_max = RLIM_INFINITY) {
    std::vector<std::string> arguments = {log, "--journal", kind + ".journal"};
    for (const std::string& argument : Files(kind)) arguments.push_back(argument);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments, kill_after, file_max);
  }

  // What a power loss may do to the block that was written last: part of it is not there. False: there is none.
  bool TearLastBlock(const std::string& journal) {
    std::string last;
    for (const fs::directory_entry& file : fs::directory_iterator(directory_ / journal)) {
      const std::string name = file.path().filename().string();
      if (!name.starts_with("journal-") || name.ends_with(".new")) continue;
      // One that is prepared has a header, and nothing behind it.
      if (Text(journal + "/" + name).find_first_not_of('\0', 4096) != std::string::npos) last = std::max(last, name);
    }
    if (last.empty()) return false;
    const std::string bytes = Text(journal + "/" + last);
    const std::size_t end = bytes.find_last_not_of('\0');
    std::fstream file(directory_ / journal / last, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(end / 512 * 512));
    file << std::string(512, '\0');
    return true;
  }

  void ExpectSame(const std::string& kind, const std::string& unbroken) {
    for (const char* file : {".state", ".results", ".events"}) {
      EXPECT_TRUE(Text(kind + file) == Text(unbroken + file)) << kind + file;
    }
  }

  const program::Directory own_;
  const fs::path directory_ = own_.path();
};

// A few thousand orders that are remembered, in a log whose names come again and again.
std::string LargeLog(std::uint64_t seed) {
  std::string log = RandomLog(seed, 200'000 / FLEXSTOCK_CRASH_STRIDE);
  for (int product = 101; product <= 120; ++product) {
    log += fmt::format("{{\"at\":500000,\"op\":\"put_product\",\"product\":{},\"member\":7,\"stock\":800}}\n", product);
  }
  for (int i = 0; i < 30'000; ++i) {
    log += fmt::format(R"({{"at":500000,"op":"place","order":"late-{}","product":{},"customer":{},"qty":1}})", i,
                       101 + i % 20, 1 + i % 7);
    log += "\n";
    if (i % 3 == 0) log += fmt::format("{{\"at\":500000,\"op\":\"cancel\",\"order\":\"late-{}\"}}\n", i / 2);
  }
  return log;
}

TEST_F(KilledTest, KilledAnywhereAndContinuedItEndsLikeAnUnbrokenRun) {
  int kills = 0, torn = 0;
  std::set<std::string> gone_on;
  for (const std::uint64_t seed : model::Seeds(1, 1)) {
    std::mt19937_64 random(seed);
    Write("log", LargeLog(seed));
    for (const std::string shards : {"1", "7", "64"}) {
      SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed << ", " << shards << " shards");
      // Either snapshots, every few groups, or torn blocks: what a snapshot is of was on the disk before, whole.
      const bool snapshots = shards != "7";
      const std::vector<std::string> more = {
          "--shards", shards, "--retention-ms", "5000", "--snapshot-every-bytes", snapshots ? "200000" : "0"};
      const std::string unbroken = "unbroken-" + shards;
      const SteadyClock::time_point begin = SteadyClock::now();
      ASSERT_EQ(RunJournaled("log", unbroken, more).code, 0) << Text("said");
      ASSERT_EQ(Text("said").find(", 0 snapshots;") == std::string::npos, snapshots) << Text("said");
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begin).count();

      const std::string killed = "killed-" + shards;
      int left = 14 / FLEXSTOCK_CRASH_STRIDE;
      // And until a run has gone on behind a line that none has before: a kill may come before anything is durable.
      const std::size_t enough = gone_on.size() + 1;
      const auto kills_on = [&] { return left > 0 || gone_on.size() < enough; };
      for (int round = 0; kills_on(); ++round) {
        ASSERT_LT(round, 100);
        for (const char* file : {".journal", ".state", ".results", ".events"})
          fs::remove_all(directory_ / (killed + file));
        for (;;) {
          const auto moment = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(took));
          const std::chrono::microseconds kill_after =
              kills_on() ? std::chrono::microseconds(moment) : std::chrono::hours(1);
          const Outcome outcome = RunJournaled("log", killed, more, kill_after);
          if (const std::size_t at = outcome.said.find("goes on behind line "); at != std::string::npos) {
            gone_on.insert(outcome.said.substr(at, outcome.said.find(' ', at + 20) - at));
          }
          if (!outcome.killed) {
            ASSERT_EQ(outcome.code, 0) << outcome.said;
            break;
          }
          ++kills;
          --left;
          if (!snapshots && (torn == 0 || random() % 2 == 0) && fs::exists(directory_ / (killed + ".journal"))) {
            torn += TearLastBlock(killed + ".journal") ? 1 : 0;
          }
        }
        ExpectSame(killed, unbroken);
        if (HasFailure()) return;
      }
    }
  }
  std::printf("%d kills, %d of them with a torn block; gone on behind %zu lines\n", kills, torn, gone_on.size());
  EXPECT_GE(kills, 30 / FLEXSTOCK_CRASH_STRIDE);
  EXPECT_GE(torn, 1);
  EXPECT_GE(gone_on.size(), 3u);
}

// ---- What is refused ----------------------------------------------------------------------------------------------

class RefusedTest : public KilledTest {
 protected:
  void SetUp() override {
    Write("log", RandomLog(1, 300));
    ASSERT_EQ(RunJournaled("log", "x", {"--shards", "7"}).code, 0) << Text("said");
    for (const char* file : {"x.results", "x.events", "x.state"}) before_.push_back(Text(file));
  }

  void ExpectRefused(const Outcome& outcome, const std::string& problem) {
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.said, "flexstock-replay: " + problem + "\n");
    EXPECT_TRUE(before_ == (std::vector{Text("x.results"), Text("x.events"), Text("x.state")})) << "a file was changed";
  }

  std::vector<std::string> before_;
};

TEST_F(RefusedTest, AnotherLog) {
  Write("log", RandomLog(2, 300));
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7"}),
                "x.journal: log: the journal is of another log: its first 300 lines are not those of this one");
  Write("log", RandomLog(1, 299) + "{}\n");
  const Outcome outcome = RunJournaled("log", "x", {"--shards", "7"});
  EXPECT_NE(outcome.said.find("it has 300 lines of it, this one has no command at line 300: "), std::string::npos);
  // A single byte that changes no meaning is another log, too.
  std::string log = RandomLog(1, 300);
  log.insert(log.find('}', log.size() / 2), " ");
  Write("log", log);
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7"}),
                "x.journal: log: the journal is of another log: its first 300 lines are not those of this one");
}

TEST_F(RefusedTest, OtherShardsRetentionOrDefaults) {
  ExpectRefused(RunJournaled("log", "x", {"--shards", "8"}),
                "x.journal: the journal was made with Options::shards = 7: an order's id holds its shard, so it must "
                "stay");
  const std::string rules = "x.journal: it was begun with another --retention-ms or --default: give the same as then";
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7", "--retention-ms", "5"}), rules);
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7", "--default", "pending_limit=9"}), rules);
}

TEST_F(RefusedTest, AJournalOfAnotherProgram) {
  {
    Options options;
    options.shards = 7;
    options.background = false;
    options.journal_dir = (directory_ / "own").string();
    options.journal_segment_bytes = 64 << 10;
    auto [engine, problem] = Engine::Open(options);
    ASSERT_NE(engine, nullptr) << problem;
    ASSERT_TRUE(engine->Put({.product = ProductId{1}, .member = MemberId{2}, .stock = 3}, 5).ok());
  }
  const Outcome outcome = Run({"log", "--shards", "7", "--journal", "own"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.said, "flexstock-replay: own: it holds a journal that is not of flexstock-replay\n");
}

TEST_F(RefusedTest, OutputsThatAreNotThoseOfTheRunsBefore) {
  fs::rename(directory_ / "x.results", directory_ / "y.results");
  before_[0] = "";
  const std::string results =
      "x.results does not hold the answers to lines 1 to 300, which are not given again: give the file of the runs "
      "before, or --results - for the rest";
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7"}), results);
  // As many lines, but others.
  before_[0] = "{\"line\":1,\"result\":\"ok\"}\n";
  for (int line = 1; line < 300; ++line) before_[0] += "{\"line\":1,\"result\":\"ok\"}\n";
  Write("x.results", before_[0]);
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7"}), results);
  fs::rename(directory_ / "y.results", directory_ / "x.results");
  before_[0] = Text("x.results");

  const std::string events = before_[1];
  before_[1] = events.substr(0, events.size() - 1);
  Write("x.events", before_[1]);
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7"}),
                fmt::format("x.events does not hold the {} bytes of events of the runs before, which are not told "
                            "again: give the file of the runs before, or --events - for the rest",
                            events.size()));
}

TEST_F(RefusedTest, OutputsOfTheSameFormThatAreOfAnotherRun) {
  const auto expect_refused = [&](const std::string& problem) {
    const Outcome outcome = RunJournaled("log", "x", {"--shards", "7"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_NE(outcome.said.find(problem), std::string::npos) << outcome.said;
    EXPECT_TRUE(before_ == (std::vector{Text("x.results"), Text("x.events"), Text("x.state")})) << "a file was changed";
  };
  const std::vector<std::string> good = before_;
  // One letter of one answer.
  before_[0].replace(before_[0].find("result\":\"") + 9, 1, "x");
  Write("x.results", before_[0]);
  expect_refused("x.results does not hold the answers to lines 1 to 300, which are not given again");
  before_ = good;
  Write("x.results", good[0]);
  before_[1].replace(before_[1].find("event\":\"") + 8, 1, "x");
  Write("x.events", before_[1]);
  expect_refused("x.events does not hold the ");
  // What is behind what the journal has is nobody's, whatever it is.
  before_ = good;
  Write("x.results", good[0] + "more\n");
  Write("x.events", good[1] + "more");
  EXPECT_EQ(RunJournaled("log", "x", {"--shards", "7"}).code, 0) << Text("said");
  EXPECT_TRUE(good == (std::vector{Text("x.results"), Text("x.events"), Text("x.state")}));
}

TEST_F(RefusedTest, ResultsBehindARunThatHadNone) {
  Write("log", RandomLog(1, 600));
  ASSERT_EQ(Run({"log", "--journal", "x.journal", "--shards", "7", "--events", "x.events"}).code, 0) << Text("said");
  before_[1] = Text("x.events");
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7"}),
                "x.results cannot be gone on with: a run before had no --results, and those are not given again");
}

TEST_F(RefusedTest, EventsBehindARunThatHadNone) {
  Write("log", RandomLog(1, 600));
  ASSERT_EQ(Run({"log", "--journal", "x.journal", "--shards", "7", "--results", "x.results"}).code, 0) << Text("said");
  before_[0] = Text("x.results");
  ExpectRefused(RunJournaled("log", "x", {"--shards", "7"}),
                "x.events cannot be gone on with: a run before had no --events, and those are not told again");
}

// ---- The state without the log ----

TEST_F(RefusedTest, ALogThatEndsBeforeTellsTheStateAndChangesNothing) {
  Write("empty", "");
  Write("shorter", RandomLog(1, 299));
  for (const std::string log : {"empty", "shorter"}) {
    fs::remove(directory_ / "x.state");
    const Outcome outcome = RunJournaled(log, "x", {"--shards", "7"});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_TRUE(outcome.said.starts_with("x.journal: stands behind line 300, and " + log +
                                         " ends before it: nothing is run\n0 commands "))
        << outcome.said;
    EXPECT_TRUE(before_ == (std::vector{Text("x.results"), Text("x.events"), Text("x.state")})) << log;
  }
  // Nor are files made.
  EXPECT_EQ(Run({"empty", "--journal", "x.journal", "--shards", "7", "--results", "r", "--events", "e"}).code, 0);
  EXPECT_FALSE(fs::exists(directory_ / "r") || fs::exists(directory_ / "e"));
  // And it goes on as if nobody had asked.
  Write("log", RandomLog(1, 600));
  ASSERT_EQ(RunJournaled("log", "x", {"--shards", "7"}).code, 0) << Text("said");
  ASSERT_EQ(RunJournaled("log", "y", {"--shards", "7"}).code, 0) << Text("said");
  EXPECT_EQ(Text("x.state"), Text("y.state"));
  EXPECT_EQ(Text("x.results"), Text("y.results"));
}

TEST_F(RefusedTest, AStateWithoutItsNames) {
  Write("empty", "");
  const std::string names = Text("x.journal/replay-names");
  const std::string remedy = ": run the whole log once, and it is made anew";
  fs::remove(directory_ / "x.journal/replay-names");
  ExpectRefused(RunJournaled("empty", "x", {"--shards", "7"}),
                "x.journal/replay-names is missing, which has the orders' names" + remedy);
  Write("x.journal/replay-names", names.substr(0, names.size() / 2));
  Outcome outcome = RunJournaled("empty", "x", {"--shards", "7"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.said.find("it is damaged, or does not belong to the journal" + remedy), std::string::npos)
      << outcome.said;
  std::string other = names;
  other.replace(other.find("order\":\"") + 8, 1, "?");
  Write("x.journal/replay-names", other);
  EXPECT_EQ(RunJournaled("empty", "x", {"--shards", "7"}).code, 1);
  // The whole log mends it.
  ASSERT_EQ(RunJournaled("log", "x", {"--shards", "7"}).code, 0) << Text("said");
  fs::remove(directory_ / "x.state");
  ASSERT_EQ(RunJournaled("empty", "x", {"--shards", "7"}).code, 0) << Text("said");
  EXPECT_EQ(Text("x.state"), before_[2]);
}

TEST_F(KilledTest, AShorterLogWithOtherNamesIsAnotherLog) {
  const std::string product = "{\"at\":0,\"op\":\"put_product\",\"product\":1,\"member\":7,\"stock\":5}\n";
  const auto place = [](const std::string& order) {
    return "{\"at\":1,\"op\":\"place\",\"order\":\"" + order + "\",\"product\":1,\"customer\":9,\"qty\":1}\n";
  };
  Write("log", product + place("a") + place("b"));
  ASSERT_EQ(Run({"log", "--journal", "j"}).code, 0);
  Write("log", product + place("c"));
  const Outcome outcome = Run({"log", "--journal", "j", "--state", "s"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.said.find("the journal is of another log: its orders have other names"), std::string::npos)
      << outcome.said;
}

// ---- What may be continued ----------------------------------------------------------------------------------------

TEST_F(KilledTest, ALogThatHasGrownIsGoneOnWith) {
  Write("log", RandomLog(1, 300));
  ASSERT_EQ(RunJournaled("log", "x").code, 0);
  Write("log", RandomLog(1, 900));
  const Outcome outcome = RunJournaled("log", "x");
  ASSERT_EQ(outcome.code, 0) << outcome.said;
  EXPECT_TRUE(outcome.said.starts_with("x.journal: goes on behind line 300 of log\n600 commands")) << outcome.said;
  EXPECT_NE(outcome.said.find("\njournal: durable through epoch "), std::string::npos) << outcome.said;
  ASSERT_EQ(RunJournaled("log", "y").code, 0);
  ExpectSame("x", "y");
}

TEST_F(KilledTest, ALineThatIsNoCommandIsMendedAndGoneOnWith) {
  const std::string log = RandomLog(1, 300);
  const std::size_t end = log.rfind('\n', log.size() - 2) + 1;
  Write("log", log.substr(0, end) + "{\"at\":");
  const Outcome torn = RunJournaled("log", "x");
  EXPECT_EQ(torn.code, 2);
  EXPECT_TRUE(torn.said.starts_with("log:300: not JSON")) << torn.said;
  Write("log", log);
  ASSERT_EQ(RunJournaled("log", "x").code, 0) << Text("said");
  ASSERT_EQ(RunJournaled("log", "y").code, 0);
  ExpectSame("x", "y");
}

TEST_F(KilledTest, TheJournalHasARandomId) {
  Write("log", RandomLog(1, 3));
  ASSERT_EQ(Run({"log", "--journal", "j"}).code, 0);
  const std::string page = Text("j/journal-0000000000000001");
  journal::FileHeader header;
  std::uint64_t hash = 0;
  ASSERT_EQ(journal::TakeFileHeader(std::as_bytes(std::span(page)).first(journal::kFileHeaderBytes), &header, &hash),
            "");
  EXPECT_GT(header.engine.lo, std::uint64_t{1} << 16) << "what is made of the clock has 1 there";
}

TEST_F(KilledTest, StandardOutputGetsTheRest) {
  Write("log", RandomLog(1, 300));
  ASSERT_EQ(Run({"log", "--journal", "j"}).code, 0);
  Write("log", RandomLog(1, 303));
  const std::string command =
      "cd '" + directory_.string() + "' && '" FLEXSTOCK_REPLAY "' log --journal j --results - >out";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_TRUE(Text("out").starts_with("{\"line\":301,")) << Text("out");
  EXPECT_NE(Text("out").find("{\"line\":303,"), std::string::npos);
}

// A block that is larger than a segment: 600 000 orders filled by one command; under sanitizers only their names are.
TEST_F(KilledTest, AFileThatMayNotGrowEndsTheRunWith1AndTheNextGoesOn) {
  std::string log = R"({"at":0,"op":"put_product","product":1,"member":7,"fill_on_restock":"fifo"})"
                    "\n";
  constexpr int kOrders = 600'000 / FLEXSTOCK_CRASH_STRIDE;
  const auto name = [](int order) { return fmt::format("{:032}", order); };
  for (int i = 0; i < kOrders; ++i) {
    log += fmt::format(R"({{"at":1,"op":"place","order":"{}","product":1,"customer":9,"qty":1}})", name(i)) + "\n";
  }
  log += fmt::format(R"({{"at":2,"op":"set_stock","product":1,"stock":{}}})", kOrders) + "\n";
  log += fmt::format(R"({{"at":3,"op":"pay","order":"{}"}})", name(17)) + "\n";
  Write("log", log);
  ASSERT_EQ(RunJournaled("log", "y").code, 0);
  constexpr rlim_t kSegment = 4 << 20;

  // The journal, or the names beside it.
  Outcome outcome = Run({"log", "--journal", "x.journal"}, std::chrono::hours(1), kSegment);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.said.starts_with("flexstock-replay: cannot write x.journal/")) << outcome.said;
  EXPECT_NE(outcome.said.find("what is durable stays so: when this is mended, run it again and it goes on"),
            std::string::npos)
      << outcome.said;
  outcome = Run({"log", "--journal", "x.journal", "--state", "x.state"});
  ASSERT_EQ(outcome.code, 0) << outcome.said;
  EXPECT_NE(outcome.said.find("goes on behind line "), std::string::npos) << outcome.said;
  EXPECT_TRUE(Text("x.state") == Text("y.state"));

  // An output: the journal does not get ahead of it.
  outcome = RunJournaled("log", "z", {}, std::chrono::hours(1), kSegment);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.said, "flexstock-replay: cannot write z.events: File too large\n");
  ASSERT_EQ(RunJournaled("log", "z").code, 0) << Text("said");
  ExpectSame("z", "y");

  // From the start.
  outcome = Run({"log", "--journal", "v.journal"}, std::chrono::hours(1), kSegment / 2);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(outcome.said.starts_with("flexstock-replay: cannot write v.journal/")) << outcome.said;
}

}  // namespace
}  // namespace flexstock::replay
