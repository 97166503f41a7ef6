// Programs that we start, and their directory: nothing is left behind.
#include "bench/peers/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "bench/peers/directory.h"
#include "bench/peers/peer.h"

namespace flexstock::bench::peers {
namespace {

using testing::HasSubstr;

class ProcessTest : public testing::Test {
 protected:
  // A shell script, which writes its id to a file first.
  [[nodiscard]] Command Shell(const std::string& script) const {
    return {.words = {"/bin/sh", "-c", "echo $$ >id.new; mv id.new id; " + script},
            .directory = directory_.Path(""),
            .log = directory_.Path("log")};
  }
  [[nodiscard]] bool HasStarted() const { return std::filesystem::exists(directory_.Path("id")); }
  [[nodiscard]] pid_t Id() const {
    pid_t id = 0;
    std::ifstream(directory_.Path("id")) >> id;
    return id;
  }

  const Directory directory_{""};
};

TEST_F(ProcessTest, IsStoppedInTheEnd) {
  {
    Process process(Shell("exec sleep 1000"));
    process.WaitUntil([this] { return HasStarted(); });
    EXPECT_EQ(::kill(Id(), 0), 0);
    EXPECT_EQ(::getpgid(Id()), Id());
  }
  EXPECT_EQ(::kill(Id(), 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST_F(ProcessTest, IsStoppedBySignalsThatItWasTold) {
  {
    Command command = Shell("trap 'echo stopped >how; exit' USR1; : >trapped; while :; do read line <wait; done");
    command.stop_signal = SIGUSR1;
    ASSERT_EQ(::mkfifo(directory_.Path("wait").c_str(), 0600), 0);
    Process process(command);
    // Before, the signal would be the end of it.
    process.WaitUntil([this] { return std::filesystem::exists(directory_.Path("trapped")); });
  }
  std::string how;
  std::ifstream(directory_.Path("how")) >> how;
  EXPECT_EQ(how, "stopped");
}

TEST_F(ProcessTest, SaysWhatAFailedOneSaid) {
  Process process(Shell("echo no room >&2; exit 3"));
  try {
    process.WaitForEnd();
    FAIL() << "it did not fail";
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("it failed. It said:\nno room"));
  }
}

TEST_F(ProcessTest, NoticesOneThatEndsBeforeItIsReady) {
  Process process(Shell("echo so long"));
  try {
    process.WaitUntil([] { return false; });
    FAIL() << "it was ready";
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("it ended by itself. It said:\nso long"));
  }
}

TEST_F(ProcessTest, ThatIsNotThereFails) {
  Process process(
      {.words = {directory_.Path("nothing")}, .directory = directory_.Path(""), .log = directory_.Path("log")});
  try {
    process.WaitForEnd();
    FAIL() << "it was there";
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("cannot be run: No such file or directory"));
  }
}

TEST(DirectoryTest, IsGoneWithEverythingInIt) {
  std::string path;
  {
    const Directory directory("");
    path = directory.Path("");
    std::filesystem::create_directories(directory.Path("a/b"));
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(DirectoryTest, SaysWhereNoneCanBeMade) {
  try {
    const Directory directory("/nowhere");
    FAIL() << "it was made";
  } catch (const Failure& failure) {
    EXPECT_STREQ(failure.what(),
                 "/nowhere: no directory can be made there: No such file or directory; give another with --directory");
  }
  EXPECT_THROW(Directory("/tmp/" + std::string(100, 'x')), Failure);
}

TEST(DirectoryTest, KnowsWhatIsNoDisk) { EXPECT_TRUE(Directory("/dev/shm").InMemory()); }

}  // namespace
}  // namespace flexstock::bench::peers
