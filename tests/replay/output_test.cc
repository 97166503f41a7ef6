#include "tools/replay/output.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <limits>
#include <string>

namespace flexstock::replay {
namespace {

std::string Quoted(std::string_view text) {
  std::string written;
  Output::ToString(&written)->Quoted(text);
  return written;
}

TEST(OutputTest, QuotesWhatJsonForbids) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("plain"), R"("plain")");
  EXPECT_EQ(Quoted(R"(a"b\c)"), R"("a\"b\\c")");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f\n", 3)), R"("\u0000\u001f\n")");
  EXPECT_EQ(Quoted("/\x7f\xc3\xa9"), "\"/\x7f\xc3\xa9\"");
}

TEST(OutputTest, WritesNumbersToTheirEnds) {
  std::string written;
  *Output::ToString(&written) << std::numeric_limits<std::int64_t>::min() << " " << std::int64_t{0} << " "
                              << std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(written, "-9223372036854775808 0 9223372036854775807");
}

TEST(OutputTest, LosesNothingAroundTheEndOfItsBuffer) {
  std::string written, expected;
  {
    const auto output = Output::ToString(&written);
    for (std::int64_t i = 0; i < 100'000; ++i) {
      *output << "line " << i << "\n";
      expected += "line " + std::to_string(i) + "\n";
    }
    const std::string large(1 << 20, 'x');
    *output << large;
    expected += large;
  }
  EXPECT_EQ(written, expected);
}

TEST(OutputTest, AFailureIsKeptAndNothingFollowsIt) {
  int calls = 0;
  Output output(
      "the file",
      [&calls](std::string_view) {
        ++calls;
        return ENOSPC;
      },
      [] { return EIO; });
  EXPECT_EQ(output.problem(), "");
  for (int i = 0; i < 3; ++i) output << std::string(1 << 20, 'x');
  output.Close();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(output.problem(), "cannot write the file: No space left on device");
}

TEST(OutputTest, AFailureToCloseIsAFailure) {
  Output output(
      "the file", [](std::string_view) { return 0; }, [] { return EIO; });
  output << "text";
  EXPECT_EQ(output.problem(), "");
  output.Close();
  EXPECT_EQ(output.problem(), "cannot write the file: Input/output error");
}

}  // namespace
}  // namespace flexstock::replay
