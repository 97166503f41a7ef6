// The simulator as a program: what a failure prints is one command that fails again, and usage is answered.
#include "tests/program/program.h"

#include <gtest/gtest.h>

#include <regex>

namespace flexstock::sim {
namespace {

using program::Directory;
using program::Ran;

constexpr const char* kSim = FLEXSTOCK_SIM " ";
constexpr const char* kBuggy = FLEXSTOCK_SIM_BUGS " ";

// Down to every answer, and every byte that each crash leaves on the disk: they are in the trace.
TEST(SimProgramTest, TheSameSeedDoesTheSame) {
  const Directory directory;
  const auto last_line = [](const Ran& ran) {  // those before it are said each ten seconds
    const std::regex speed("[0-9]+ a second");
    return std::regex_replace(ran.out.substr(ran.out.rfind('\n', ran.out.size() - 2) + 1), speed, "");
  };
  for (const char* program : {kSim, kBuggy}) {
    const Ran first = directory.Run(program + std::string("1..12"));
    EXPECT_EQ(first.exit_code, 0) << first.out;
    EXPECT_NE(last_line(first).find(", trace "), std::string::npos) << first.out;
    const Ran second = directory.Run(program + std::string("1..12"));
    EXPECT_EQ(last_line(first), last_line(second));
  }
}

// The command that a failing seed prints fails at that seed, with no step to spare.
TEST(SimProgramTest, AFailureSaysHowToSeeItAgain) {
  const Directory directory;
  const Ran failed = directory.Run(std::string(kBuggy) + "1..1000 --bug lose_key");
  EXPECT_EQ(failed.exit_code, 1) << failed.out;
  EXPECT_NE(failed.out.find("the shortest that fails: "), std::string::npos) << failed.out;  // it is searched for 20 s
  std::smatch again;
  const std::regex command("\\./dev sim ([0-9]+) --steps ([0-9]+) --bug lose_key\n");
  ASSERT_TRUE(std::regex_search(failed.out, again, command)) << failed.out;
  const int steps = std::stoi(again[2]);
  const auto run = [&](int with) {
    return directory.Run(kBuggy + again[1].str() + " --bug lose_key --steps " + std::to_string(with)).exit_code;
  };
  EXPECT_EQ(run(steps), 1);
  ASSERT_GT(steps, 1) << "one command shows nothing of what is shortest";
  EXPECT_EQ(run(steps - 1), 0);
}

// A check of the engine that does not hold takes the program with it.
TEST(SimProgramTest, AnAbortSaysHowToSeeItAgain) {
  const Directory directory;
  const Ran aborted = directory.Run(std::string(kBuggy) + "1..1000 --bug leak_slots");
  EXPECT_NE(aborted.exit_code, 0);
  std::smatch again;
  const std::regex command("aborts at step [0-9]+: \\./dev sim ([0-9]+) --steps ([0-9]+) --bug leak_slots\n");
  ASSERT_TRUE(std::regex_search(aborted.out, again, command)) << aborted.out;
  const std::string arguments = again[1].str() + " --steps " + again[2].str() + " --bug leak_slots";
  const Ran once_more = directory.Run(kBuggy + arguments);
  EXPECT_TRUE(std::regex_search(once_more.out, command)) << once_more.out;
  EXPECT_EQ(directory.Run(kBuggy + arguments + " --must-fail").exit_code, 0);
}

TEST(SimProgramTest, SucceedsOnlyIfItFindsWhatItMust) {
  const Directory directory;
  EXPECT_EQ(directory.Run(std::string(kBuggy) + "1..1000 --bug lose_key --must-fail").exit_code, 0);
  const Ran sound = directory.Run(std::string(kSim) + "1..2 --must-fail");
  EXPECT_EQ(sound.exit_code, 1);
  EXPECT_NE(sound.out.find("no seed has failed"), std::string::npos) << sound.out;
}

TEST(SimProgramTest, AnswersWrongUsage) {
  const Directory directory;
  for (const std::string arguments : {"x", "5..4", "5..", "..5", "1..2x", "-- -1", "99999999999999999999", "--steps 0",
                                      "--bug no_such_bug", "--no-such-option"}) {
    const Ran ran = directory.Run(kSim + arguments);
    EXPECT_EQ(ran.exit_code, 2) << arguments << ": " << ran.out;
    EXPECT_NE(ran.err, "") << arguments;
  }
  const Ran none = directory.Run(std::string(kSim) + "1 --bug lose_key");
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.err.find("flexstock-sim-bugs"), std::string::npos) << none.err;
  EXPECT_EQ(directory.Run(std::string(kSim) + "--help").exit_code, 0);
  const Ran few = directory.Run(std::string(kSim) + "1 --steps 1 --crashes-min 1000");
  EXPECT_EQ(few.exit_code, 1);
  EXPECT_NE(few.out.find("fewer than 1000 crashes"), std::string::npos) << few.out;
}

}  // namespace
}  // namespace flexstock::sim
