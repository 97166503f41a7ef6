// The program as it is run: what it takes, what it says, and how it ends.
#include <gmock/gmock.h>

#include "tests/journal_tool/on_disk.h"

namespace flexstock::journal_tool {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ProgramTest : public OnDisk {
 protected:
  // Runs the tool beside the directory j, with arguments as a shell takes them.
  int Run(const std::string& arguments) {
    const program::Ran ran = directory_.Run("'" FLEXSTOCK_JOURNAL "' " + arguments);
    out_ = ran.out;
    err_ = ran.err;
    return ran.exit_code;
  }

  std::string out_, err_;
};

TEST_F(ProgramTest, SaysHowItIsUsed) {
  EXPECT_EQ(Run("--help"), 0);
  for (const char* command : {"verify", "dump", "stats", "snapshot", "Exit codes:"})
    EXPECT_THAT(out_, HasSubstr(command));
  EXPECT_EQ(err_, "");
  EXPECT_EQ(Run("snapshot --help"), 0);
  EXPECT_THAT(out_, HasSubstr("--retention-ms"));
  EXPECT_EQ(Run("--version"), 0);
  EXPECT_THAT(out_, StartsWith("flexstock-journal 0."));
}

TEST_F(ProgramTest, UsageErrorsAreTwo) {
  MakeADay();
  for (const char* arguments :
       {"", "j", "verify", "verify j j", "verify --fast j", "dump j --order x", "dump j --order 0", "dump j --order -1",
        "dump j --product 9223372036854775808", "snapshot j --orders-max 0", "snapshot j --retention-ms -1",
        "snapshot j --audiences nobody", "stats"}) {
    EXPECT_EQ(Run(arguments), 2) << arguments;
    EXPECT_EQ(out_, "") << arguments;
    EXPECT_NE(err_, "") << arguments;
  }
}

TEST_F(ProgramTest, Verifies) {
  MakeADay();
  EXPECT_EQ(Run("verify j"), 0);
  EXPECT_THAT(out_, StartsWith("j: whole: snapshot of epoch "));
  EXPECT_EQ(err_, "");
  EXPECT_EQ(Run("verify --deep j/"), 0);
  EXPECT_THAT(out_, HasSubstr("every product's units add up\n"));

  Flip(FileOf("snapshot-"), 100);
  EXPECT_EQ(Run("verify j"), 1);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, StartsWith("flexstock-journal: j/" + FileOf("snapshot-") + ": at 64: "));
  EXPECT_THAT(err_, HasSubstr("backup"));
  for (const char* command : {"dump j", "stats j", "snapshot j"}) {
    EXPECT_EQ(Run(command), 1);
    EXPECT_THAT(err_, HasSubstr("backup")) << command;
  }
}

TEST_F(ProgramTest, FailsWhereThereIsNoJournal) {
  for (const char* command : {"verify", "dump", "stats", "snapshot"}) {
    EXPECT_EQ(Run(std::string(command) + " none"), 1);
    EXPECT_EQ(err_, "flexstock-journal: cannot list none: No such file or directory\n");
    EXPECT_EQ(out_, "");
  }
  std::filesystem::create_directory(path_);
  for (const char* command : {"verify", "dump", "stats", "snapshot"}) {
    EXPECT_EQ(Run(std::string(command) + " j"), 1);
    EXPECT_THAT(err_, StartsWith("flexstock-journal: j: there is no journal here"));
  }
  EXPECT_TRUE(Files().empty());
}

TEST_F(ProgramTest, DumpsAndCounts) {
  MakeADay();
  EXPECT_EQ(Run("dump j"), 0);
  const std::string all = out_;
  EXPECT_THAT(all, HasSubstr("\"type\":\"change\""));
  EXPECT_EQ(Run("dump j --product 4"), 0);
  EXPECT_LT(out_.size(), all.size());
  EXPECT_THAT(out_, HasSubstr("\"product\":4,"));
  EXPECT_EQ(out_.find("\"product\":3,"), std::string::npos);
  EXPECT_EQ(Run("stats j"), 0);
  EXPECT_THAT(out_, HasSubstr("orders placed"));
  EXPECT_EQ(Run("stats j --json"), 0);
  EXPECT_THAT(out_, StartsWith("{\n"));
}

// However much it is, it needs no room but where it goes to.
#ifndef FLEXSTOCK_SANITIZED  // ThreadSanitizer has files of its own
TEST_F(ProgramTest, DumpsWithoutAFileOfItsOwn) {
  MakeADay();
  EXPECT_EQ(Run("dump j"), 0);
  const std::string all = out_;
  const program::Ran ran = directory_.Run("{ ulimit -f 0; '" FLEXSTOCK_JOURNAL "' dump j; } | cat");
  EXPECT_EQ(ran.out, all);
  EXPECT_EQ(ran.err, "");
}
#endif

TEST_F(ProgramTest, TakesASnapshot) {
  MakeADay();
  const std::string before = FileOf("snapshot-");
  EXPECT_EQ(Run("snapshot j"), 0) << err_;
  EXPECT_THAT(out_, StartsWith("j: snapshot of epoch "));
  EXPECT_NE(FileOf("snapshot-", -1), before);
  EXPECT_EQ(Run("verify --deep j"), 0) << err_;
  const std::unique_ptr<Engine> engine = OpenHere();
  EXPECT_EQ(Run("snapshot j"), 1);
  EXPECT_THAT(err_, HasSubstr("another engine has this journal open"));
}

TEST_F(ProgramTest, NoticesThatNobodyReadsItsOutput) {
  MakeADay();
  for (const char* command : {"verify j", "dump j", "stats j"}) {
    EXPECT_EQ(Run(std::string(command) + " >/dev/full"), 1) << command;
    EXPECT_EQ(err_, "flexstock-journal: cannot write standard output: No space left on device\n") << command;
    EXPECT_EQ(Run(std::string(command) + " >&-"), 1) << command;
    EXPECT_EQ(err_, "flexstock-journal: cannot write standard output: Bad file descriptor\n") << command;
  }
  EXPECT_EQ(Run("verify j >/dev/full 2>/dev/full"), 1) << "nobody can be told";
  // A reader who leaves at once, long before the dump is read: the tool ends with a word, not by a signal.
  EXPECT_EQ(Run("dump j 2>e | exec true"), 0);
  EXPECT_EQ(directory_.Text("e"), "flexstock-journal: cannot write standard output: Broken pipe\n");
}

}  // namespace
}  // namespace flexstock::journal_tool
