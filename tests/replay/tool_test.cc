// The program as it is run: what it takes, what it says, and how it ends.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/program/program.h"

namespace flexstock::replay {
namespace {

namespace fs = std::filesystem;

constexpr char kProduct[] = R"({"at":0,"op":"put_product","product":1,"member":7,"stock":5})"
                            "\n";
constexpr char kPlace[] = R"({"at":5,"op":"place","order":"a1","product":1,"customer":9,"qty":3})"
                          "\n";
constexpr char kResults[] = "{\"line\":1,\"result\":\"ok\"}\n{\"line\":2,\"result\":\"confirmed\"}\n";

class ToolTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) { directory_.Write(name, text); }
  std::string Text(const std::string& name) { return directory_.Text(name); }

  // Runs the tool in the directory with arguments as a shell takes them. What it writes is in out_ and err_.
  int Run(const std::string& arguments) {
    const program::Ran ran = directory_.Run("'" FLEXSTOCK_REPLAY "' " + arguments);
    out_ = ran.out;
    err_ = ran.err;
    return ran.exit_code;
  }

  // Runs a log of two good lines, `line` and one more good one, and expects that it ends at `line`, saying `problem`.
  void ExpectBad(const std::string& line, const std::string& problem) {
    Write("log", kProduct + (kPlace + line));
    EXPECT_EQ(Run("log --results r --events e --state s"), 2) << problem;
    EXPECT_EQ(err_, "log:3: " + problem + "\n");
    EXPECT_EQ(out_, "");
    EXPECT_EQ(Text("r"), kResults);
    EXPECT_NE(Text("e").find("pickup_requested"), std::string::npos) << "events of the lines before are written";
    EXPECT_EQ(Text("s"), "");
  }

  const program::Directory directory_;
  std::string out_;
  std::string err_;
};

TEST_F(ToolTest, WritesResultsEventsAndState) {
  Write("log", std::string(kProduct) + kPlace);
  ASSERT_EQ(Run("log --results r --events e --state s"), 0) << err_;
  EXPECT_EQ(Text("r"), kResults);
  EXPECT_EQ(Text("e"), R"({"at":5,"event":"order_confirmed","order":"a1","product":1,"member":7,"customer":9,"qty":3})"
                       "\n"
                       R"({"at":5,"event":"pickup_requested","order":"a1","product":1,"member":7,"customer":9,"qty":3})"
                       "\n");
  EXPECT_EQ(Text("s"), R"({"product":1,"member":7,"mode":"active","available":2,"held":0,"sold":3,"written_off":0,)"
                       R"("supplied":5,"pending":0})"
                       "\n"
                       R"({"order":"a1","product":1,"customer":9,"qty":3,"accepted":0,"taken":3,"state":"confirmed"})"
                       "\n");
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_.find('\r'), std::string::npos) << "progress is for terminals";
  EXPECT_EQ(err_.substr(0, 11), "2 commands ");
}

TEST_F(ToolTest, ReadsStandardInputAndWritesStandardOutput) {
  Write("log", std::string(kProduct) + kPlace);
  EXPECT_EQ(Run("- --results - --quiet <log"), 0);
  EXPECT_EQ(out_, kResults);
  EXPECT_EQ(err_, "");
  Write("log", "{}\n");
  EXPECT_EQ(Run("- <log"), 2);
  EXPECT_EQ(err_.substr(0, 18), "standard input:1: ");
}

TEST_F(ToolTest, TimesThatLieBehindAreCounted) {
  Write("log",
        "{\"at\":10,\"op\":\"advance\"}\n{\"at\":5,\"op\":\"advance\"}\n{\"at\":10,\"op\":\"advance\"}\n"
        "{\"at\":-1,\"op\":\"advance\"}\n");
  const std::string says = "\n2 commands had a time behind the latest one, and counted as that\n";
  for (const char* arguments : {"log", "log --journal j"}) {
    EXPECT_EQ(Run(arguments), 0);
    EXPECT_NE(err_.find(says), std::string::npos) << err_;
  }
  Write("log", "{\"at\":10,\"op\":\"advance\"}\n");
  EXPECT_EQ(Run("log"), 0);
  EXPECT_EQ(err_.find("behind the latest"), std::string::npos) << err_;
}

TEST_F(ToolTest, AnEmptyLogRuns) {
  Write("log", "");
  EXPECT_EQ(Run("log --results r --events e --state s --quiet"), 0);
  EXPECT_EQ(Text("r") + Text("e") + Text("s"), "");
}

TEST_F(ToolTest, ALastLineNeedsNoNewline) {
  Write("log", kProduct + std::string(kPlace).substr(0, sizeof kPlace - 2));
  EXPECT_EQ(Run("log --results - --quiet"), 0) << err_;
  EXPECT_EQ(out_, kResults);
}

// ---- Lines that are not commands ----------------------------------------------------------------------------------

TEST_F(ToolTest, EndsAtAnUnknownOperation) {
  ExpectBad(
      std::string(R"({"at":6,"op":"fly"})") + "\n" + kPlace,
      R"(no op "fly"; expected one of advance, place, place_cart, accept, decline, pay, cancel, refund, pick_up, )"
      "put_product, set_stock, adjust_stock, publish, unpublish");
}

TEST_F(ToolTest, EndsAtATornLastLine) {
  ExpectBad(
      R"({"at":6,"op":"place","order":"a2","produ)",
      "not JSON; expected one JSON object a line (A string is opened, but never closed.); the log ends within this "
      "line: it is torn");
}

TEST_F(ToolTest, EndsAtALineOf10MB) {
  ExpectBad(R"({"at":6,"op":"pay","order":")" + std::string(10'000'000, 'x') + "\"}\n" + kPlace,
            R"("order" is the string ")" + std::string(40, 'x') + R"(..."; expected a string of 1 to 64 bytes)");
  ExpectBad(
      std::string(10'000'000, '[') + "\n" + kPlace,
      "not JSON; expected one JSON object a line (The JSON document has an improper structure: missing or superfluous "
      "commas, braces, missing keys, etc.)");
}

TEST_F(ToolTest, ACommandMayBeALineOf10MB) {
  Write("log", kProduct + std::string(10'000'000, ' ') + kPlace);
  EXPECT_EQ(Run("log --results - --quiet"), 0) << err_;
  EXPECT_EQ(out_, kResults);
}

TEST_F(ToolTest, EndsAtALineBeyondItsLimit) {
  ExpectBad(std::string((64 << 20) + 1, ' ') + "\n" + kPlace, "the line is longer than 64 MiB; expected one command");
}

TEST_F(ToolTest, EndsAtANumberThatIsNotASigned64BitInteger) {
  ExpectBad("{\"at\":18446744073709551616,\"op\":\"advance\"}\n",
            "a malformed number, or one beyond 64 bits; expected signed 64-bit integers");
  ExpectBad("{\"at\":9223372036854775808,\"op\":\"advance\"}\n",
            "\"at\" is 9223372036854775808, which is above 2^63-1; expected a signed 64-bit integer");
}

TEST_F(ToolTest, EndsAtARepeatedKey) {
  ExpectBad("{\"at\":6,\"op\":\"pay\",\"order\":\"a1\",\"order\":\"a1\"}\n",
            "the key \"order\" is repeated; expected once");
}

TEST_F(ToolTest, EndsAtInvalidUtf8) {
  ExpectBad("{\"at\":6,\"op\":\"pay\",\"order\":\"a\xff\"}\n", "invalid UTF-8; expected JSON in UTF-8");
}

TEST_F(ToolTest, EndsAtAnOrderThatIsNoString) {
  ExpectBad("{\"at\":6,\"op\":\"pay\",\"order\":0}\n", "\"order\" is the number 0; expected a string of 1 to 64 bytes");
}

TEST_F(ToolTest, EndsAtABlankLine) {
  ExpectBad(std::string("\n") + kPlace, "a blank line; expected one JSON object a line");
  ExpectBad("\n", "a blank line; expected one JSON object a line");
}

TEST_F(ToolTest, QuantitiesOutOfRangeAreCommandsThatAreRefused) {
  Write("log", std::string(kProduct) + R"({"at":1,"op":"place","order":"a","product":1,"customer":9,"qty":-3})"
                                       "\n"
                                       R"({"at":1,"op":"place","order":"a","product":1,"customer":9,"qty":0})"
                                       "\n");
  EXPECT_EQ(Run("log --results - --quiet"), 0) << err_;
  EXPECT_EQ(out_,
            "{\"line\":1,\"result\":\"ok\"}\n{\"line\":2,\"result\":\"invalid_argument\"}\n"
            "{\"line\":3,\"result\":\"invalid_argument\"}\n");
}

// ---- Usage --------------------------------------------------------------------------------------------------------

TEST_F(ToolTest, UsageErrorsEndWith2AndSayWhy) {
  Write("log", kProduct);
  const struct {
    const char* arguments;
    const char* problem;
  } usages[] = {
      {"", "LOG is required"},
      {"log more", "more"},
      {"log --journal", "--journal"},
      {"log --journal ''", "--journal: DIR is empty"},
      {"log --shards 0", "shards"},
      {"log --shards 1025", "shards"},
      {"log --shards many", "many"},
      {"log --retention-ms -1", "--retention-ms: \"-1\" is not a whole number from 0 to 9223372036854775807"},
      {"log --retention-ms 99999999999999999999", "--retention-ms: \"99999999999999999999\" is not a whole number"},
      {"log --snapshot-every-bytes -1", "\"-1\" is not a whole number from 0 to 18446744073709551615"},
      {"log --snapshot-every-bytes 18446744073709551616", "\"18446744073709551616\" is not a whole number"},
      {"log --journal j --results j/journal-0000000000000001", "is in the journal's directory"},
      {"log --journal ./j/ --state j/../j/deep/s", "is in the journal's directory"},
      {"log --default overflow=ask", "--default: overflow is \"ask\"; expected ask_member or reject"},
      {"log --default order_limit", "FIELD=VALUE"},
      {"log --default colour=red", "\"colour\" is no policy field"},
      {"log --results", "--results"},
      {"log --results x --events x", "two outputs go to x"},
      {"log --results x --events ./x", "two outputs go to ./x"},
      {"log --results new --events ./new", "two outputs go to ./new"},
      {"log --journal j --results new --state j/../new", "two outputs go to j/../new"},
      {"log --results - --state -", "two outputs go to standard output"},
      {"log --results ./log", "./log would overwrite the log"},
  };
  for (const auto& [arguments, problem] : usages) {
    Write("x", "");
    EXPECT_EQ(Run(arguments), 2) << arguments;
    EXPECT_NE(err_.find(problem), std::string::npos) << arguments << " said: " << err_;
    EXPECT_EQ(out_, "");
  }
  EXPECT_EQ(Text("log"), kProduct);
}

TEST_F(ToolTest, ALogThatCannotBeReadEndsWith1) {
  EXPECT_EQ(Run("missing"), 1);
  EXPECT_EQ(err_, "flexstock-replay: cannot read missing: No such file or directory\n");
  EXPECT_EQ(Run("."), 1);
  EXPECT_EQ(err_, "flexstock-replay: cannot read .: it is a directory\n");
}

TEST_F(ToolTest, OutputsBesideTheJournalAreFine) {
  Write("log", std::string(kProduct) + kPlace);
  EXPECT_EQ(Run("log --journal j --results j.results --state ./s"), 0) << err_;
}

TEST_F(ToolTest, HelpAndVersionAreNoErrors) {
  EXPECT_EQ(Run("--help"), 0);
  for (const char* part : {"Examples:", "Exit codes:", "--default", "--retention-ms", "--journal"}) {
    EXPECT_NE(out_.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(Run("--version"), 0);
  EXPECT_EQ(out_.substr(0, 17), "flexstock-replay ");
}

TEST_F(ToolTest, OptionsReachTheEngine) {
  Write("log", std::string(kProduct) + kPlace + R"({"at":9,"op":"pay","order":"a1"})" + "\n" +
                   R"({"at":20,"op":"pay","order":"a1"})" + "\n");
  EXPECT_EQ(
      Run("log --default checkout_hold_ms=5 --default order_limit=3 --retention-ms 10 --shards 3 --results - --quiet"),
      0);
  EXPECT_EQ(out_,
            "{\"line\":1,\"result\":\"ok\"}\n{\"line\":2,\"result\":\"awaiting_payment\"}\n"
            "{\"line\":3,\"result\":\"ok\"}\n{\"line\":4,\"result\":\"unknown_order\"}\n");
}

// ---- Writing ------------------------------------------------------------------------------------------------------

TEST_F(ToolTest, AFullDiskEndsWith1AndNamesTheFile) {
  Write("log", std::string(kProduct) + kPlace);
  for (const char* output : {"--results", "--events", "--state"}) {
    EXPECT_EQ(Run(std::string("log ") + output + " /dev/full"), 1) << output;
    EXPECT_EQ(err_, "flexstock-replay: cannot write /dev/full: No space left on device\n");
  }
  EXPECT_EQ(Run("log --state nowhere/state"), 1);
  EXPECT_EQ(err_, "flexstock-replay: cannot write nowhere/state: No such file or directory\n");
}

TEST_F(ToolTest, NobodyToTellChangesNothing) {
  Write("log", std::string(kProduct) + kPlace);
  EXPECT_EQ(Run("log --results r 2>/dev/full"), 0);
  EXPECT_EQ(Text("r"), kResults);
  EXPECT_EQ(Run("log --results /dev/full 2>/dev/full"), 1);
}

TEST_F(ToolTest, AClosedStreamIsNoFileOfTheJournal) {
  Write("log", std::string(kProduct) + kPlace);
  EXPECT_EQ(Run("log --journal j <&- >&- 2>&-"), 0);
  EXPECT_EQ(Run("log --journal j --state s"), 0) << err_;
  EXPECT_EQ(Run("log --results - >&-"), 1);
  EXPECT_EQ(err_, "flexstock-replay: cannot write standard output: Bad file descriptor\n");
  EXPECT_EQ(Run("- <&-"), 1);
  EXPECT_EQ(err_, "flexstock-replay: cannot read standard input: Bad file descriptor\n");
}

TEST_F(ToolTest, AReaderWhoLeavesIsAFailedWrite) {
  std::string log = kProduct;
  for (int i = 0; i < 50'000; ++i) log += "{\"at\":0,\"op\":\"advance\"}\n";
  Write("log", log);
  // The pipe's reader is gone long before all is written: a pipe holds 64 kB.
  Run("log --results - --quiet 2>problem; echo $? >code; } | { true");
  EXPECT_EQ(Text("code"), "1\n");
  EXPECT_EQ(Text("problem"), "flexstock-replay: cannot write standard output: Broken pipe\n");
}

}  // namespace
}  // namespace flexstock::replay
