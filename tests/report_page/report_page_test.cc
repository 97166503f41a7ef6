// The page around a run: what of the run's text it changes, and what it does not.
#include "tools/loadgen/report_page/report_page.h"

#include <gtest/gtest.h>

#include <string>

namespace flexstock::loadgen {
namespace {

constexpr std::string_view kOpens = R"(<script type="application/json" id="run">)";

// What lies between the tags that the run lies in, as a browser takes it: up to the first "</script".
std::string RunOf(const std::string& page) {
  const std::size_t begin = page.find(kOpens) + kOpens.size();
  return page.substr(begin, page.find("</script", begin) - begin);
}

TEST(ReportPageTest, HoldsTheRunAsItIs) {
  const std::string json = R"({"title":"a > b & c, \"é\" \\ @SCRIPT@ )=page=\" 💡","n":1.5e3})";
  EXPECT_EQ(RunOf(ReportPage(json)), json);
}

TEST(ReportPageTest, StringCannotEndItsScript) {
  EXPECT_EQ(RunOf(ReportPage(R"({"title":"</script><!--<script>"})")),
            R"({"title":"\u003c/script>\u003c!--\u003cscript>"})");
}

TEST(ReportPageTest, BracketsAtBothEndsAreReplaced) {
  EXPECT_EQ(RunOf(ReportPage("<")), "\\u003c");
  EXPECT_EQ(RunOf(ReportPage("<<x<")), "\\u003c\\u003cx\\u003c");
  EXPECT_EQ(RunOf(ReportPage("")), "");
}

TEST(ReportPageTest, IsOneWholePage) {
  const std::string page = ReportPage("{}");
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  for (const char* part : {".uplot", "flexstock-run/1", "default-src 'none'", "The MIT License"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  for (const char* placeholder : {"@STYLE@", "@SCRIPT@", "@LICENCE@", "@RUN@"}) {
    EXPECT_EQ(page.find(placeholder), std::string::npos) << placeholder;
  }
}

}  // namespace
}  // namespace flexstock::loadgen
