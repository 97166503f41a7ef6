#include "tools/replay/log_reader.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "tests/replay/replayed.h"

namespace flexstock::replay {
namespace {

using Step = LogReader::Step;

// All lines, read in pieces of `piece` bytes.
std::vector<std::string> Lines(std::string_view text, std::size_t piece) {
  LogReader reader(ReadText(text, piece));
  std::vector<std::string> lines;
  while (reader.Next() == Step::kLine) {
    lines.emplace_back(reader.text());
    EXPECT_EQ(reader.number(), lines.size());
  }
  return lines;
}

TEST(LogReaderTest, HandsOutLinesHoweverTheBytesArrive) {
  const std::vector<std::string> lines = {"one", "", "three", "", ""};
  for (const std::size_t piece : {1, 2, 3, 4, 100}) EXPECT_EQ(Lines("one\n\nthree\n\n\n", piece), lines) << piece;
}

TEST(LogReaderTest, AnEmptyLogHasNoLine) { EXPECT_TRUE(Lines("", 1).empty()); }

TEST(LogReaderTest, OnlyALastLineWithoutNewlineIsTorn) {
  LogReader reader(ReadText("one\ntwo", 2));
  ASSERT_EQ(reader.Next(), Step::kLine);
  EXPECT_FALSE(reader.torn());
  ASSERT_EQ(reader.Next(), Step::kLine);
  EXPECT_EQ(reader.text(), "two");
  EXPECT_TRUE(reader.torn());
  EXPECT_EQ(reader.Next(), Step::kEnd);
}

TEST(LogReaderTest, ALineMayBeAsLongAsTheLimit) {
  for (const bool newline : {true, false}) {
    for (const std::size_t size : {99, 100, 101}) {
      const std::string text = std::string(size, 'x') + (newline ? "\n" : "");
      LogReader reader(ReadText(text, 7), 100);
      EXPECT_EQ(reader.Next(), size <= 100 ? Step::kLine : Step::kTooLong) << size;
      EXPECT_EQ(reader.number(), 1u);
    }
  }
}

TEST(LogReaderTest, TheBufferGrowsToALongLineAndKeepsWhatFollows) {
  // Longer than the first buffer, behind lines that fill most of it, so that it has to move as well as to grow.
  std::string text;
  for (int i = 0; i < 90'000; ++i) text += "0123456789\n";
  const std::string large(5 << 20, 'x');
  const std::vector<std::string> lines = Lines(text + large + "\nlast", std::size_t{1} << 16);
  ASSERT_EQ(lines.size(), 90'002u);
  EXPECT_EQ(lines[89'999], "0123456789");
  EXPECT_EQ(lines[90'000], large);
  EXPECT_EQ(lines[90'001], "last");
}

TEST(LogReaderTest, AFailedReadIsNotAnEnd) {
  int calls = 0;
  LogReader reader([&calls](std::span<char> room) -> ssize_t {
    if (++calls == 2) {
      errno = EIO;
      return -1;
    }
    room[0] = '\n';
    return 1;
  });
  EXPECT_EQ(reader.Next(), Step::kLine);
  EXPECT_EQ(reader.Next(), Step::kFailed);
  EXPECT_EQ(errno, EIO);
}

}  // namespace
}  // namespace flexstock::replay
