#include "tools/loadgen/trace_reader.h"

#include <gtest/gtest.h>

#include <ostream>
#include <sstream>

#include "tools/loadgen/trace.h"

namespace flexstock::loadgen {
namespace {

constexpr const char* kHeader = "at_ms,product,customer,qty\n";

TraceRead Read(const std::string& text) {
  std::istringstream in(text);
  return ReadTrace(in, "log.csv");
}

TEST(TraceReaderTest, ReadsRowsAndSumsUpDemand) {
  const auto [trace, problem] = Read(std::string(kHeader) + "5,70,1,2\n5,80,2,1000000\r\n9,70,9223372036854775807,3\n");
  ASSERT_EQ(problem, "");
  ASSERT_EQ(trace.rows.size(), 3u);
  EXPECT_EQ(trace.rows[0].at_ms, 5);
  EXPECT_EQ(trace.rows[0].qty, 2);
  EXPECT_EQ(trace.rows[0].product, 0u);
  EXPECT_EQ(trace.rows[1].product, 1u);
  EXPECT_EQ(trace.rows[2].product, 0u);
  EXPECT_EQ(trace.rows[2].customer, CustomerId{9'223'372'036'854'775'807});
  ASSERT_EQ(trace.products.size(), 2u);
  EXPECT_EQ(trace.products[0].id, ProductId{70});
  EXPECT_EQ(trace.products[0].demand, 5);
  EXPECT_EQ(trace.products[1].demand, 1'000'000);
}

struct BadTrace {
  const char* name;
  std::string text;
  const char* problem;  // how it begins, behind "log.csv:"
};

void PrintTo(const BadTrace& trace, std::ostream* out) { *out << trace.name; }

class BadTraceTest : public testing::TestWithParam<BadTrace> {};

TEST_P(BadTraceTest, IsNamedWithItsLineAndARemedy) {
  const auto [trace, problem] = Read(GetParam().text);
  EXPECT_TRUE(trace.rows.empty());
  EXPECT_EQ(problem.substr(0, problem.find(';')), std::string("log.csv:") + GetParam().problem);
}

const std::string kTop = kHeader;
INSTANTIATE_TEST_SUITE_P(
    Traces, BadTraceTest,
    testing::Values(
        BadTrace{"Empty", "", "1: the file is empty"}, BadTrace{"HeaderOnly", kTop, "2: no order follows the header"},
        BadTrace{"NoHeader", "5,70,1,2\n", "1: the header is \"5,70,1,2\""},
        BadTrace{"OtherHeader", "at,product,customer,qty\n5,70,1,2\n", "1: the header is \"at,product,customer,qty\""},
        BadTrace{"ByteOrderMark", "\xEF\xBB\xBF" + kTop, "1: the header is \"???at_ms,product,customer,qty\""},
        BadTrace{"TornHeader", "at_ms,product,customer,qty", "1: the line does not end, so the file may be cut short"},
        BadTrace{"TornLine", kTop + "5,70,1,2\n6,70,1", "3: the line does not end, so the file may be cut short"},
        BadTrace{"TornNumber", kTop + "5,70,1,1", "2: the line does not end, so the file may be cut short"},
        BadTrace{"TooFewFields", kTop + "5,70,1\n", "2: 3 fields in \"5,70,1\""},
        BadTrace{"TooManyFields", kTop + "5,70,1,2,3\n", "2: 5 fields in \"5,70,1,2,3\""},
        BadTrace{"BlankLine", kTop + "5,70,1,2\n\n", "3: 0 fields in \"\""},
        BadTrace{"Words", kTop + "5,70,bob,2\n", "2: customer is \"bob\""},
        BadTrace{"EmptyField", kTop + "5,70,,2\n", "2: customer is \"\""},
        BadTrace{"LastFieldEmpty", kTop + "5,70,1,\n", "2: qty is \"\""},
        BadTrace{"Fraction", kTop + "5,70,1,2.5\n", "2: qty is \"2.5\""},
        BadTrace{"Blank", kTop + "5, 70,1,2\n", "2: product is \" 70\""},
        BadTrace{"Plus", kTop + "5,70,1,+2\n", "2: qty is \"+2\""},
        BadTrace{"Quoted", kTop + "5,70,1,\"2\"\n", "2: qty is \"\"2\"\""},
        BadTrace{"ControlCharacters", kTop + "5,70,1,\x1b[31m\n", "2: qty is \"?[31m\""},
        BadTrace{"NoUnits", kTop + "5,70,1,0\n", "2: qty \"0\" is out of its range"},
        BadTrace{"NegativeUnits", kTop + "5,70,1,-3\n", "2: qty \"-3\" is out of its range"},
        BadTrace{"TooManyUnits", kTop + "5,70,1,1000001\n", "2: qty \"1000001\" is out of its range"},
        BadTrace{"NegativeTime", kTop + "-1,70,1,1\n", "2: at_ms \"-1\" is out of its range"},
        BadTrace{"TimeTooLate", kTop + "4611686018427387904,70,1,1\n",
                 "2: at_ms \"4611686018427387904\" is out of its range"},
        BadTrace{"NoProduct", kTop + "5,0,1,1\n", "2: product \"0\" is out of its range"},
        BadTrace{"NoCustomer", kTop + "5,70,0,1\n", "2: customer \"0\" is out of its range"},
        BadTrace{"BeyondAnyNumber", kTop + "5,18446744073709551616,1,1\n",
                 "2: product \"18446744073709551616\" is out of its range"},
        BadTrace{"TimeRunsBack", kTop + "7,70,1,1\n6,70,1,1\n", "3: at_ms 6 is before the line above it (7)"}),
    [](const auto& test) { return test.param.name; });

TEST(TraceReaderTest, AnEndlessLineIsShownShort) {
  const auto [trace, problem] = Read(kTop + "5,70,1," + std::string(10'000'000, '9') + "\n");
  EXPECT_EQ(problem, "log.csv:2: qty \"" + std::string(40, '9') + "...\" is out of its range; write 1 to 1000000");
}

TEST(TraceReaderTest, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(ReadTraceFile("/nowhere/log.csv").problem, "/nowhere/log.csv: cannot be opened: No such file or directory");
}

TEST(StrideTest, AStrideHoldsRowsOfLessThanItsTime) {
  std::vector<TraceRow> rows;
  for (const Millis at_ms : {0, 0, 9, 10, 19, 20, 100, 1'000'000}) rows.push_back({at_ms, CustomerId{1}, 1, 0});
  EXPECT_EQ(CutIntoStrides(rows, 10), (std::vector<std::size_t>{3, 5, 6, 7, 8}));
  EXPECT_EQ(CutIntoStrides(rows, 1), (std::vector<std::size_t>{2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(CutIntoStrides(rows, 1'000'001), (std::vector<std::size_t>{8}));
}

}  // namespace
}  // namespace flexstock::loadgen
