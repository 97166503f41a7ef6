#include "tools/loadgen/scenario/scenario_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace flexstock::loadgen {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSmall = R"({
  "name": "small",
  "description": "as small as can be",
  "catalogue": {"products": 10, "stock": 5},
  "arrivals": {"phases": [
    {"seconds": 10, "course": "steady", "rate": 100}
  ]},
  "customers": {"count": 100}
}
)";

class ScenarioFile {
 public:
  ScenarioFile() { fs::create_directories(directory_); }
  ~ScenarioFile() { fs::remove_all(directory_); }
  ScenarioFile(const ScenarioFile&) = delete;
  ScenarioFile& operator=(const ScenarioFile&) = delete;

  void Write(const std::string& name, std::string_view text) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }
  ScenarioRead Read(std::string_view text, const std::vector<std::string>& overrides = {}) const {
    Write("s.json", text);
    return ReadScenario((directory_ / "s.json").string(), overrides);
  }
  // The problem, without the directory of the files.
  std::string Problem(std::string_view text, const std::vector<std::string>& overrides = {}) const {
    std::string problem = Read(text, overrides).problem;
    const std::string prefix = directory_.string() + "/";
    for (std::size_t at = 0; (at = problem.find(prefix, at)) != std::string::npos;) problem.erase(at, prefix.size());
    return problem;
  }

 private:
  const fs::path directory_ = fs::path(testing::TempDir()) / ("scenario_" + std::to_string(getpid()));
};

std::string Small(std::string_view from = "", std::string_view to = "") {
  std::string text(kSmall);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

struct Wrong {
  const char* name;
  const char* from;  // of kSmall
  const char* to;
  const char* problem;
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

class WrongScenarioTest : public testing::TestWithParam<Wrong> {};

TEST_P(WrongScenarioTest, IsToldWithItsLineAndWhatToDo) {
  EXPECT_EQ(ScenarioFile().Problem(Small(GetParam().from, GetParam().to)), GetParam().problem);
}

constexpr const char* kStock = R"("stock": 5)";
constexpr const char* kRate = R"("course": "steady", "rate": 100)";
constexpr const char* kCount = R"({"count": 100})";
constexpr const char* kProducts = R"({"products": 10, "stock": 5})";

INSTANTIATE_TEST_SUITE_P(
    Json, WrongScenarioTest,
    testing::Values(
        Wrong{"CommaMissing", "\"small\",", "\"small\"",
              "s.json:3: not JSON at \"\"description\"\"; look for a comma, quote or bracket that is "
              "missing or too many, or for a character that JSON does not take"},
        Wrong{"BracketMissing", "  ]},", "  },",
              "s.json:7: not JSON at \"100}<U+000A>  }\"; look for a comma, quote or bracket that is missing or "
              "too many, or for a character that JSON does not take"},
        Wrong{"CutShort", "100}\n}\n", "100}\n",
              "s.json:9: the file ends too early; copy it again, or close what is open"},
        Wrong{"MoreBehindTheEnd", "100}\n}\n", "100}\n}\n\n1\n",
              "s.json:12: not JSON at \"1\"; look for a comma, quote or bracket that is missing or too "
              "many, or for a character that JSON does not take"},
        Wrong{"NumberTooLarge", "\"count\": 100", "\"count\": 1e999",
              "s.json:8: \"1e999\" is beyond all numbers; write a smaller one"},
        Wrong{"ControlCharacter", "as small", "as\x01small",
              "s.json:3: not JSON at \"\"as<U+0001>\"; look for a comma, quote or bracket that is missing or too "
              "many, or for a character that JSON does not take"},
        Wrong{"NotUtf8", "as small", "as\xff small",
              "s.json:3: not JSON at \"\"as?\"; look for a comma, quote or bracket that is missing or too "
              "many, or for a character that JSON does not take"},
        Wrong{"KeyRepeated", "\"count\": 100", "\"count\": 100,\n \"count\": 100",
              "s.json:9: the key \"count\" is repeated; write it once"},
        Wrong{"NestedTooDeep", "\"small\"",
              "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
              "s.json:2: nested more than 32 deep; no scenario is"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Fields, WrongScenarioTest,
    testing::Values(
        Wrong{"UnknownKeyOnTop", "\"name\"", "\"nmae\": 1,\n\"name\"",
              "s.json:2: nmae is not known; remove it, or write one of $schema, name, description, trace, catalogue, "
              "arrivals, baskets, customers, members, gateway, stalls, engine"},
        Wrong{"UnknownKeyInside", kCount, "{\"count\": 100,\n\"buy\": 1}",
              "s.json:9: customers.buy is not known; remove it, or write one of count, pay, pay_after_s, cancel, "
              "cancel_after_s, keyed, retry, retry_after_s, hoarders, bots"},
        Wrong{"KeyMissing", ", \"rate\": 100", "", "s.json:6: arrivals.phases.0 lacks \"rate\"; add it"},
        Wrong{"NoObject", kCount, "[100]", "s.json:8: customers is a list; write an object"},
        Wrong{"NoList", "[\n    {\"seconds\": 10, \"course\": \"steady\", \"rate\": 100}\n  ]", "{}",
              "s.json:5: arrivals.phases is an object; write a list of at least 1"},
        Wrong{"EmptyList", "\n    {\"seconds\": 10, \"course\": \"steady\", \"rate\": 100}\n  ", "",
              "s.json:5: arrivals.phases is a list of 0; write a list of at least 1"},
        Wrong{"NoNumber", "\"rate\": 100", "\"rate\": \"fast\"",
              "s.json:6: arrivals.phases.0.rate is the string \"fast\"; write a number from 0 to 1000000000"},
        Wrong{"NumberBelow", "\"rate\": 100", "\"rate\": -1",
              "s.json:6: arrivals.phases.0.rate is -1; write a number from 0 to 1000000000"},
        Wrong{"NoWholeNumber", "\"products\": 10", "\"products\": 1.5",
              "s.json:4: catalogue.products is 1.5; write a whole number from 1 to 16777216"},
        Wrong{"WholeNumberAbove", "\"products\": 10", "\"products\": 16777217",
              "s.json:4: catalogue.products is 16777217; write a whole number from 1 to 16777216"},
        Wrong{"NoString", "\"small\"", "7", "s.json:2: name is 7; write a string that is not empty"},
        Wrong{"EmptyString", "\"small\"", "\"\"",
              "s.json:2: name is the string \"\"; write a string that is not empty"},
        Wrong{"NoTruth", kCount, "{\"count\": 1, \"keyed\": 1}", "s.json:8: customers.keyed is 1; write true or false"},
        Wrong{"NoWord", "\"steady\"", "\"stedy\"",
              "s.json:6: arrivals.phases.0.course is the string \"stedy\"; write one of steady, ramp, spike, diurnal, "
              "bursty, recorded"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Distributions, WrongScenarioTest,
    testing::Values(
        Wrong{"NoDistribution", kStock, "\"stock\": \"much\"",
              "s.json:4: catalogue.stock is the string \"much\"; write a number or an object with one of uniform, "
              "exponential, lognormal, pareto, quantiles, weights"},
        Wrong{"NoKind", kStock, "\"stock\": {}",
              "s.json:4: catalogue.stock is an object of 0 keys; write a number or an object with one of uniform, "
              "exponential, lognormal, pareto, quantiles, weights"},
        Wrong{"UnknownKind", kStock, "\"stock\": {\"normal\": 1}",
              "s.json:4: catalogue.stock is an object of 1 keys; write a number or an object with one of uniform, "
              "exponential, lognormal, pareto, quantiles, weights"},
        Wrong{"TwoKinds", kStock, "\"stock\": {\"exponential\": 1, \"uniform\": [1, 2]}",
              "s.json:4: catalogue.stock is an object of 2 keys; write a number or an object with one of uniform, "
              "exponential, lognormal, pareto, quantiles, weights"},
        Wrong{"FixedBelow", kStock, "\"stock\": -1",
              "s.json:4: catalogue.stock is -1; write a whole number from 0 to 1000000000000"},
        Wrong{"FixedBroken", kStock, "\"stock\": 1.5",
              "s.json:4: catalogue.stock is 1.5; write a whole number from 0 to 1000000000000"},
        Wrong{"UniformNoPair", kStock, "\"stock\": {\"uniform\": [1]}",
              "s.json:4: catalogue.stock.uniform is no pair of numbers; write [least, most]"},
        Wrong{"UniformBackwards", kStock, "\"stock\": {\"uniform\": [3, 2]}",
              "s.json:4: catalogue.stock.uniform runs backwards; write [least, most]"},
        Wrong{"UniformBelow", kStock, "\"stock\": {\"uniform\": [-3, 2]}",
              "s.json:4: catalogue.stock.uniform draws -3; keep to whole numbers from 0 to 1000000000000"},
        Wrong{"ExponentialNegative", kStock, "\"stock\": {\"exponential\": -2}",
              "s.json:4: catalogue.stock.exponential is -2; write a number from 0 to 1000000000000000"},
        Wrong{"LognormalWithoutSigma", kStock, "\"stock\": {\"lognormal\": {\"median\": 2}}",
              "s.json:4: catalogue.stock.lognormal lacks \"sigma\"; add it"},
        Wrong{"ParetoMaxBelowMin", kStock, "\"stock\": {\"pareto\": {\"min\": 2, \"shape\": 1, \"max\": 1}}",
              "s.json:4: catalogue.stock.pareto.max is 1; write a number from 2 to 1000000000000000"},
        Wrong{"ParetoAbove", kStock, "\"stock\": {\"pareto\": {\"min\": 2, \"shape\": 1, \"max\": 1e13}}",
              "s.json:4: catalogue.stock.pareto draws 10000000000000; keep to whole numbers from 0 to 1000000000000"},
        Wrong{"QuantilesBeginLate", kStock, "\"stock\": {\"quantiles\": [[0.1, 1], [1, 2]]}",
              "s.json:4: catalogue.stock.quantiles.0 does not begin at share 0; begin with [0, least value]"},
        Wrong{"QuantilesEndEarly", kStock, "\"stock\": {\"quantiles\": [[0, 1], [0.9, 2]]}",
              "s.json:4: catalogue.stock.quantiles does not end at share 1; end it with [1, greatest value]"},
        Wrong{
            "QuantilesSharesFall", kStock, "\"stock\": {\"quantiles\": [[0, 1],\n[0.5, 2],\n[0.5, 3], [1, 4]]}",
            "s.json:6: catalogue.stock.quantiles.2 does not rise; sort the list by share, so that values do not fall"},
        Wrong{
            "QuantilesValuesFall", kStock, "\"stock\": {\"quantiles\": [[0, 1], [0.5, 3],\n[1, 2]]}",
            "s.json:5: catalogue.stock.quantiles.2 does not rise; sort the list by share, so that values do not fall"},
        Wrong{"QuantilesBroken", kStock, "\"stock\": {\"quantiles\": [[0, 1], [1, 2.5]]}",
              "s.json:4: catalogue.stock.quantiles.1 draws 2.5; keep to whole numbers from 0 to 1000000000000"},
        Wrong{"WeightsNothing", kStock, "\"stock\": {\"weights\": [[1, 0]]}",
              "s.json:4: catalogue.stock.weights weighs nothing in all; give at least one value a weight above 0"},
        Wrong{"WeightsNegative", kStock, "\"stock\": {\"weights\": [[1, -1]]}",
              "s.json:4: catalogue.stock.weights.0 weighs -1; weights go from 0 to 1000000000000000"},
        Wrong{"WeightsValueBelow", kStock, "\"stock\": {\"weights\": [[-1, 1]]}",
              "s.json:4: catalogue.stock.weights.0 draws -1; keep to whole numbers from 0 to 1000000000000"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Meaning, WrongScenarioTest,
    testing::Values(
        Wrong{"NobodyComes", "\"rate\": 100", "\"rate\": 0",
              "s.json:5: arrivals brings nobody; give at least one phase a rate above 0"},
        Wrong{"TooManyCome", "\"seconds\": 10, \"course\": \"steady\", \"rate\": 100",
              "\"seconds\": 1e8, \"course\": \"steady\", \"rate\": 1e9",
              "s.json:5: arrivals brings 1e+17; keep it to 1000000000000 by lower rates or total"},
        Wrong{"WeightsOfNoDay", kRate, "\"course\": \"diurnal\", \"rate\": 1, \"weights\": [0, 0]",
              "s.json:6: arrivals.phases.0.weights weighs nothing in all; give at least one weight above 0"},
        Wrong{"BurstsWithoutMean", kRate,
              "\"course\": \"bursty\", \"rate\": 1, \"sources\": 2, \"on\": {\"min_s\": 1, \"shape\": 1},\n"
              "\"off\": {\"min_s\": 1, \"shape\": 1.5}",
              "s.json:6: arrivals.phases.0.on.shape is 1; write a number from 1.01 to 100"},
        Wrong{"KeysOfAnotherCourse", kRate, "\"course\": \"steady\", \"rate\": 100,\n\"peak\": 7",
              "s.json:7: arrivals.phases.0.peak is not known; remove it, or write one of name, seconds, course, rate"},
        Wrong{"PayAndCancel", kCount, "{\"count\": 100, \"pay\": 0.8, \"cancel\": 0.3}",
              "s.json:8: customers has too much: pay and cancel add up to 1.1; keep them to 1"},
        Wrong{"RetryWithoutKeys", kCount, "{\"count\": 100,\n\"retry\": 0.3}",
              "s.json:9: customers.retry needs keys, or every order that is sent again is a new one; set "
              "customers.keyed to true"},
        Wrong{"OnlyHoardersAndBots", kCount,
              "{\"count\": 1, \"hoarders\": {\"share\": 0.6, \"units\": 1, \"cancel_after_s\": 1},\n"
              "\"bots\": {\"share\": 0.5, \"accounts\": 1}}",
              "s.json:8: customers has too much: the shares of hoarders and bots add up to 1.1; keep them to 1"},
        Wrong{"MembersTwiceAsMuch", kCount, "{\"count\": 1},\n\"members\": {\"accept\": 0.9, \"decline\": 0.2}",
              "s.json:9: members has too much: accept, accept_part and decline add up to 1.1; keep them to 1"},
        Wrong{"ClassesTooMuch", kProducts,
              "{\"products\": 1, \"stock\": 1, \"classes\": [{\"share\": 0.7, \"policy\": {}},\n"
              "{\"share\": 0.4, \"policy\": {}}]}",
              "s.json:5: catalogue.classes.1 has too much: the shares of classes add up to 1.1; keep them to 1"},
        Wrong{"PolicyOutOfRange", kProducts,
              "{\"products\": 1, \"stock\": 1, \"policy\": {\n\"payment_window_ms\": 0}}",
              "s.json:5: catalogue.policy.payment_window_ms is 0, which no policy may have; windows begin at 1, all "
              "others at 0"},
        Wrong{"PolicyWord", kProducts, "{\"products\": 1, \"stock\": 1, \"policy\": {\n\"overflow\": \"queue\"}}",
              "s.json:5: catalogue.policy.overflow is the string \"queue\"; write one of ask_member, reject"},
        Wrong{"RestockOfMoreThanThereIs", kCount,
              "{\"count\": 1},\n\"members\": {\"restocks\": [{\"at_s\": 1, \"products\": 11, \"units\": 1}]}",
              "s.json:9: members.restocks.0.products is 11; write a whole number from 1 to 10"},
        Wrong{"PopularityOfBothKinds", kProducts,
              "{\"products\": 1, \"stock\": 1, \"popularity\": {\"zipf\": 1, \"shares\": [[1, 1]]}}",
              "s.json:4: catalogue.popularity is not one of zipf and shares; write exactly one of them"},
        Wrong{"RanksOutOfOrder", kProducts,
              "{\"products\": 3, \"stock\": 1, \"popularity\": {\"shares\": [[1, 0.5],\n[3, 0.2], [2, 0.1]]}}",
              "s.json:5: catalogue.popularity.shares.2 has a rank out of order; write whole ranks that begin with 1 "
              "and rise"},
        Wrong{"RanksBeginLate", kProducts, "{\"products\": 3, \"stock\": 1, \"popularity\": {\"shares\": [[2, 0.5]]}}",
              "s.json:4: catalogue.popularity.shares.0 has a rank out of order; write whole ranks that begin with 1 "
              "and rise"},
        Wrong{"RanksEndEarly", kProducts,
              "{\"products\": 3, \"stock\": 1, \"popularity\": {\"shares\": [[1, 0.5], [2, 0.1]]}}",
              "s.json:4: catalogue.popularity.shares ends at rank 2, before the last product; add the share of rank 3, "
              "or of a later one"},
        Wrong{"RankWithoutShare", kProducts, "{\"products\": 1, \"stock\": 1, \"popularity\": {\"shares\": [[1, 0]]}}",
              "s.json:4: catalogue.popularity.shares.0 has the share 0; write one above 0, up to 1"},
        Wrong{"StallOfNobody", kCount,
              "{\"count\": 1},\n\"stalls\": [{\"audience\": \"press\", \"at_s\": 1, \"for_s\": 1}]",
              "s.json:9: stalls.0.audience is the string \"press\"; write one of member, customer, logistics, feed"},
        Wrong{"EngineOfNoShards", kCount, "{\"count\": 1},\n\"engine\": {\"shards\": 0}",
              "s.json:9: engine.shards is 0; write a whole number from 1 to 1024"},
        Wrong{"CatalogueBesideATrace", kProducts, "{\"products\": 10},\n\"trace\": {\"file\": \"nowhere.csv\"}",
              "s.json:5: trace.file cannot be used: nowhere.csv: cannot be opened: No such file or directory; for "
              "another file: --set trace.file=FILE"}),
    [](const auto& test) { return test.param.name; });

constexpr const char* kRecorded = R"("course": "recorded", "file": "c.txt")";

TEST(ScenarioFilesTest, ASeriesThatCannotBePlayedIsToldWithBothLines) {
  const ScenarioFile file;
  const auto problem = [&](std::string_view series, const std::string& more = "") {
    file.Write("c.txt", series);
    return file.Problem(Small(kRate, kRecorded + more));
  };
  EXPECT_EQ(file.Problem(Small(kRate, kRecorded)),
            "s.json:6: arrivals.phases.0.file cannot be used: c.txt: cannot be opened: No such file or directory; for "
            "another file: --set arrivals.phases.0.file=FILE");
  EXPECT_EQ(problem("1\n2x\n"),
            "s.json:6: arrivals.phases.0.file cannot be used: c.txt:2: \"2x\" is no count; write a whole number from 0 "
            "to 4294967295, digits only; for another file: --set arrivals.phases.0.file=FILE");
  EXPECT_EQ(problem("1\n-2\n"),
            "s.json:6: arrivals.phases.0.file cannot be used: c.txt:2: \"-2\" is no count; write a whole number from 0 "
            "to 4294967295, digits only; for another file: --set arrivals.phases.0.file=FILE");
  EXPECT_EQ(
      problem("1\n2"),
      "s.json:6: arrivals.phases.0.file cannot be used: c.txt:2: the line does not end, so the file may be cut short; "
      "copy it again, or end the last line with a newline; for another file: --set arrivals.phases.0.file=FILE");
  EXPECT_EQ(problem("1\n4294967296\n"),
            "s.json:6: arrivals.phases.0.file cannot be used: c.txt:2: \"4294967296\" is no count; write a whole "
            "number from 0 to 4294967295, digits only; for another file: --set arrivals.phases.0.file=FILE");
  EXPECT_EQ(problem("0\n0\n"),
            "s.json:6: arrivals.phases.0.file cannot be used: c.txt:1: nothing was counted; give a series with at "
            "least one count above 0; for another file: --set arrivals.phases.0.file=FILE");
  EXPECT_EQ(problem(""),
            "s.json:6: arrivals.phases.0.file cannot be used: c.txt:1: nothing was counted; give a series with at "
            "least one count above 0; for another file: --set arrivals.phases.0.file=FILE");
  EXPECT_EQ(
      problem("1\n2\n", ", \"first\": 2"),
      "s.json:6: arrivals.phases.0.file has 2 counts, so it does not reach from 2 on for 0; lower first and counts");
  EXPECT_EQ(
      problem("1\n2\n", ", \"first\": 1, \"counts\": 2"),
      "s.json:6: arrivals.phases.0.file has 2 counts, so it does not reach from 1 on for 2; lower first and counts");
  EXPECT_EQ(problem("1\n0\n", ", \"first\": 1"),
            "s.json:6: arrivals.phases.0.file counted nothing from 1 on for 1; choose another part");
  EXPECT_EQ(problem("1\n4294967295\n", ", \"first\": 1"), "");
}

TEST(ScenarioFilesTest, APackedFileThatIsBrokenIsTold) {
  const ScenarioFile file;
  const std::string text = Small(kRate, R"("course": "recorded", "file": "c.txt.zst")");
  file.Write("c.txt.zst", "1\n2\n");
  EXPECT_EQ(file.Problem(text),
            "s.json:6: arrivals.phases.0.file cannot be used: c.txt.zst: not zstd: Unknown frame descriptor; pack it "
            "again; for another file: --set arrivals.phases.0.file=FILE");
}

TEST(ScenarioFilesTest, ATraceThatCannotBePlayedIsToldWithBothLines) {
  const ScenarioFile file;
  const std::string text = Small(kProducts, "{},\n\"trace\": {\"file\": \"t.csv\"}");
  EXPECT_EQ(file.Problem(text),
            "s.json:5: trace.file cannot be used: t.csv: cannot be opened: No such file or directory; for another "
            "file: --set trace.file=FILE");
  file.Write("t.csv", "at_ms,product,customer,qty\n1,1,1,0\n");
  EXPECT_EQ(file.Problem(text),
            "s.json:5: trace.file cannot be used: t.csv:2: qty \"0\" is out of its range; write 1 to 1000000; for "
            "another file: --set trace.file=FILE");
  file.Write("t.csv", "at_ms,product,customer,qty\n1,1,1,1\n");
  EXPECT_EQ(file.Problem(text), "");
  EXPECT_EQ(file.Problem(Small(kProducts, "{\"stock\": 1},\n\"trace\": {\"file\": \"t.csv\"}")),
            "s.json:4: catalogue.stock must not be there: the trace says it; remove it");
  EXPECT_EQ(file.Problem(Small(kProducts, "{},\n\"trace\": {\"file\": \"t.csv\"}, \"baskets\": {\"units\": 3}")),
            "s.json:5: baskets.units must not be there: the trace says it; remove it");
}

TEST(ScenarioFilesTest, AMeasuredTableIsToldByItsOwnLine) {
  const ScenarioFile file;
  const std::string text = Small(kStock, "\"stock\": {\"quantiles\": {\"measured\": \"q.json\"}}");
  EXPECT_EQ(file.Problem(text),
            "s.json:4: catalogue.stock.quantiles.measured cannot be used: q.json: cannot be opened: No such file or "
            "directory; for another file: --set catalogue.stock.quantiles.measured=FILE");
  file.Write("q.json", "{\"source\": \"a book\",\n \"table\": [[0, 1],\n [0.9, 2]]}");
  EXPECT_EQ(file.Problem(text),
            "q.json:2: catalogue.stock.quantiles does not end at share 1; end it with [1, greatest value]");
  file.Write("q.json", "{\"source\": \"a book\",\n \"table\": [[0, 1],\n [0.9, 2],\n [0.8, 2]]}");
  EXPECT_EQ(file.Problem(text),
            "q.json:4: catalogue.stock.quantiles.2 does not rise; sort the list by share, so that values do not fall");
  file.Write("q.json", "{\"table\": [[0, 1], [1, 2]]}");
  EXPECT_EQ(file.Problem(text), "q.json:1: the file lacks \"source\"; add it");
  file.Write("q.json", "{\"source\": \"a book\",\n \"table\": [[0, 1], [1, 2]]}");
  EXPECT_EQ(file.Problem(text), "");
}

TEST(ScenarioFilesTest, AFileThatIsNotThereOrEmptyIsTold) {
  EXPECT_EQ(ReadScenario("/nowhere/s.json").problem, "/nowhere/s.json: cannot be opened: No such file or directory");
  EXPECT_EQ(ReadScenario("/").problem, "/: cannot be read; is it a plain file of at most 1 GiB, on a sound disk?");
  EXPECT_EQ(ScenarioFile().Problem(""), "s.json:1: the file ends too early; copy it again, or close what is open");
  EXPECT_EQ(ScenarioFile().Problem("\n\n"), "s.json:3: the file ends too early; copy it again, or close what is open");
}

TEST(OverrideTest, ReplacesWhatIsThereAndAddsWhatIsNot) {
  const auto [scenario, problem] =
      ScenarioFile().Read(kSmall, {"arrivals.phases.0.rate=250", "catalogue.inactive=0.5", "name=other",
                                   "catalogue.stock={\"uniform\": [1, 3]}", "catalogue.policy={}",
                                   "catalogue.policy.order_limit=2", "arrivals.phases.0.rate=300"});
  ASSERT_EQ(problem, "");
  EXPECT_EQ(std::get<SteadyRate>(scenario.arrivals.phases[0].course).rate, 300);
  EXPECT_EQ(scenario.catalogue.inactive, 0.5);
  EXPECT_EQ(scenario.name, "other");
  EXPECT_EQ(scenario.catalogue.stock.max(), 3);
  EXPECT_EQ(scenario.catalogue.policy.order_limit, 2);
}

TEST(OverrideTest, WhatIsWrongInOneIsToldWithIt) {
  const ScenarioFile file;
  EXPECT_EQ(file.Problem(kSmall, {"name"}),
            "--set name: not an assignment; write PATH=VALUE, for example arrivals.phases.0.rate=500");
  EXPECT_EQ(file.Problem(kSmall, {"=3"}),
            "--set =3: not an assignment; write PATH=VALUE, for example arrivals.phases.0.rate=500");
  EXPECT_EQ(file.Problem(kSmall, {"arrivals.phases.1.rate=3"}),
            "--set arrivals.phases.1.rate=3: arrivals.phases is a list, so there is no \"1.rate\" in it; name what is "
            "there, or a new key of an object");
  EXPECT_EQ(file.Problem(kSmall, {"arrivals.phases.x.rate=3"}),
            "--set arrivals.phases.x.rate=3: arrivals.phases is a list, so there is no \"x.rate\" in it; name what is "
            "there, or a new key of an object");
  EXPECT_EQ(file.Problem(kSmall, {"name.first=3"}),
            "--set name.first=3: name is the string \"small\", so there is no \"first\" in it; name what is there, or "
            "a new key of an object");
  EXPECT_EQ(file.Problem(kSmall, {"engine.shards=3"}), "");
  EXPECT_EQ(file.Problem(kSmall, {"engine.sards=3"}),
            "--set engine.sards=3: engine.sards is not known; remove it, or write one of shards, retention_ms, "
            "orders_reserve, keys_reserve");
  EXPECT_EQ(file.Problem(kSmall, {"customers.bots.share=0.1"}),
            "--set customers.bots.share=0.1: customers.bots lacks \"accounts\"; add it");
  EXPECT_EQ(file.Problem(kSmall, {"catalogue.products=many"}),
            "--set catalogue.products=many: catalogue.products is the string \"many\"; write a whole number from 1 to "
            "16777216");
  EXPECT_EQ(file.Problem(kSmall, {"catalogue.colour=3"}),
            "--set catalogue.colour=3: catalogue.colour is not known; remove it, or write one of products, popularity, "
            "stock, members, inactive, policy, classes");
  EXPECT_EQ(file.Problem(kSmall, {"catalogue={\"products\": 3}"}),
            "--set catalogue={\"products\": 3}: catalogue lacks \"stock\"; add it");
  EXPECT_EQ(
      file.Problem(kSmall, {"arrivals.phases.0={\"seconds\": 1, \"course\": \"recorded\", \"file\": \"/nowhere/c\"}"}),
      "--set arrivals.phases.0={\"seconds\": 1, \"course\": \"recorded\", \"file\": \"/nowhere/c\"}: "
      "arrivals.phases.0.file cannot be used: /nowhere/c: cannot be opened: No such file or directory; for another "
      "file: --set arrivals.phases.0.file=FILE");
}

TEST(OverrideTest, AFileIsThenRelativeToTheWorkingDirectory) {
  const ScenarioFile file;
  file.Write("c.txt", "1\n2\n");
  const std::string text = Small(kRate, kRecorded);
  EXPECT_EQ(file.Problem(text), "");
  EXPECT_EQ(file.Problem(text, {"arrivals.phases.0.file=c.txt"}),
            "--set arrivals.phases.0.file=c.txt: arrivals.phases.0.file cannot be used: c.txt: cannot be opened: No "
            "such file or directory; for another file: --set arrivals.phases.0.file=FILE");
}

TEST(ScenarioReaderTest, ReadsEveryField) {
  const ScenarioFile file;
  const auto [scenario, problem] = file.Read(R"({
    "$schema": "x", "name": "n", "description": "d",
    "catalogue": {"products": 4, "members": 2, "popularity": {"zipf": 1.5}, "stock": 9, "inactive": 0.25,
      "policy": {"checkout_hold_ms": 1, "overflow": "reject", "draw_on_accept": false},
      "classes": [{"share": 0.5, "policy": {"late_payment": "rereserve"}}]},
    "arrivals": {"total": 50, "phases": [
      {"name": "a", "seconds": 1, "course": "steady", "rate": 2},
      {"seconds": 2, "course": "ramp", "from": 3, "to": 4},
      {"seconds": 3, "course": "spike", "base": 5, "peak": 6, "decay_s": 7},
      {"seconds": 4, "course": "diurnal", "rate": 8, "weights": [1, 2]},
      {"seconds": 5, "course": "bursty", "rate": 9, "sources": 10, "on": {"min_s": 11, "shape": 1.5},
       "off": {"min_s": 12, "shape": 1.6}}]},
    "baskets": {"lines": 2, "units": 3, "mode": "all_or_nothing"},
    "customers": {"count": 5, "pay": 0.5, "pay_after_s": 1, "cancel": 0.25, "cancel_after_s": 2, "keyed": true,
      "retry": 0.125, "retry_after_s": 3, "hoarders": {"share": 0.1, "units": 7, "cancel_after_s": 8},
      "bots": {"share": 0.2, "accounts": 9, "units": 10}},
    "members": {"accept": 0.5, "accept_part": 0.25, "decline": 0.125, "part": 0.75, "answer_after_s": 4,
      "restocks": [{"at_s": 5, "products": 2, "units": 6}]},
    "gateway": {"threads": 3, "batch": 4},
    "stalls": [{"audience": "logistics", "at_s": 1, "for_s": 2}],
    "engine": {"shards": 5, "retention_ms": 6, "orders_reserve": 7, "keys_reserve": 8}})");
  ASSERT_EQ(problem, "");
  EXPECT_EQ(scenario.name + scenario.description, "nd");
  const CataloguePlan& catalogue = scenario.catalogue;
  EXPECT_EQ(catalogue.products, 4u);
  EXPECT_EQ(catalogue.members, 2u);
  EXPECT_EQ(std::get<ZipfPopularity>(catalogue.popularity).theta, 1.5);
  EXPECT_EQ(catalogue.stock.min(), 9);
  EXPECT_EQ(catalogue.inactive, 0.25);
  EXPECT_EQ(catalogue.policy.checkout_hold_ms, 1);
  EXPECT_EQ(catalogue.policy.overflow, Overflow::kReject);
  EXPECT_EQ(catalogue.policy.draw_on_accept, false);
  ASSERT_EQ(catalogue.classes.size(), 1u);
  EXPECT_EQ(catalogue.classes[0].share, 0.5);
  EXPECT_EQ(catalogue.classes[0].policy.late_payment, LatePayment::kRereserve);

  EXPECT_EQ(scenario.arrivals.total, 50);
  const std::vector<Phase>& phases = scenario.arrivals.phases;
  ASSERT_EQ(phases.size(), 5u);
  EXPECT_EQ(phases[0].name, "a");
  EXPECT_EQ(scenario.seconds(), 15);
  EXPECT_EQ(std::get<SteadyRate>(phases[0].course).rate, 2);
  EXPECT_EQ(std::get<RampRate>(phases[1].course).from, 3);
  EXPECT_EQ(std::get<RampRate>(phases[1].course).to, 4);
  EXPECT_EQ(std::get<SpikeRate>(phases[2].course).base, 5);
  EXPECT_EQ(std::get<SpikeRate>(phases[2].course).peak, 6);
  EXPECT_EQ(std::get<SpikeRate>(phases[2].course).decay_s, 7);
  EXPECT_EQ(std::get<DiurnalRate>(phases[3].course).rate, 8);
  EXPECT_EQ(std::get<DiurnalRate>(phases[3].course).weights, (std::vector<double>{1, 2}));
  const auto& bursty = std::get<BurstyRate>(phases[4].course);
  EXPECT_EQ(bursty.rate, 9);
  EXPECT_EQ(bursty.sources, 10u);
  EXPECT_EQ(bursty.on.min_s, 11);
  EXPECT_EQ(bursty.on.shape, 1.5);
  EXPECT_EQ(bursty.off.min_s, 12);
  EXPECT_EQ(bursty.off.shape, 1.6);

  EXPECT_EQ(scenario.baskets.lines.min(), 2);
  EXPECT_EQ(scenario.baskets.units.min(), 3);
  EXPECT_EQ(scenario.baskets.mode, CartMode::kAllOrNothing);
  const CustomerPlan& customers = scenario.customers;
  EXPECT_EQ(customers.count, 5u);
  EXPECT_EQ(customers.pay, 0.5);
  EXPECT_EQ(customers.pay_after_s.min(), 1);
  EXPECT_EQ(customers.cancel, 0.25);
  EXPECT_EQ(customers.cancel_after_s.min(), 2);
  EXPECT_TRUE(customers.keyed);
  EXPECT_EQ(customers.retry, 0.125);
  EXPECT_EQ(customers.retry_after_s.min(), 3);
  EXPECT_EQ(scenario.hoarders.share, 0.1);
  EXPECT_EQ(scenario.hoarders.units.min(), 7);
  EXPECT_EQ(scenario.hoarders.cancel_after_s.min(), 8);
  EXPECT_EQ(scenario.bots.share, 0.2);
  EXPECT_EQ(scenario.bots.accounts, 9u);
  EXPECT_EQ(scenario.bots.units.min(), 10);
  const MemberPlan& members = scenario.members;
  EXPECT_EQ(members.accept, 0.5);
  EXPECT_EQ(members.accept_part, 0.25);
  EXPECT_EQ(members.decline, 0.125);
  EXPECT_EQ(members.part.min(), 0.75);
  EXPECT_EQ(members.answer_after_s.min(), 4);
  ASSERT_EQ(members.restocks.size(), 1u);
  EXPECT_EQ(members.restocks[0].at_s, 5);
  EXPECT_EQ(members.restocks[0].products, 2u);
  EXPECT_EQ(members.restocks[0].units.min(), 6);
  EXPECT_EQ(scenario.gateway.threads, 3u);
  EXPECT_EQ(scenario.gateway.batch, 4u);
  ASSERT_EQ(scenario.stalls.size(), 1u);
  EXPECT_EQ(scenario.stalls[0].audience, Audience::kLogistics);
  EXPECT_EQ(scenario.stalls[0].at_s, 1);
  EXPECT_EQ(scenario.stalls[0].for_s, 2);
  EXPECT_EQ(scenario.engine.shards, 5u);
  EXPECT_EQ(scenario.engine.retention_ms, 6);
  EXPECT_EQ(scenario.engine.orders_reserve, 7u);
  EXPECT_EQ(scenario.engine.keys_reserve, 8u);
}

TEST(ScenarioReaderTest, ATracesProductsAreSortedByDemand) {
  const ScenarioFile file;
  file.Write("t.csv", "at_ms,product,customer,qty\n1,70,1,2\n2,80,1,9\n3,70,2,3\n4,90,1,5\n");
  const auto [scenario, problem] = file.Read(Small(kProducts, "{},\n\"trace\": {\"file\": \"t.csv\"}"));
  ASSERT_EQ(problem, "");
  EXPECT_EQ(scenario.catalogue.products, 3u);
  const Trace& trace = scenario.trace->trace;
  ASSERT_EQ(trace.products.size(), 3u);
  EXPECT_EQ(trace.products[0].id, ProductId{80});
  EXPECT_EQ(trace.products[1].id, ProductId{70});  // 5 units, as 90 has, but before it
  EXPECT_EQ(trace.products[2].id, ProductId{90});
  for (const TraceRow& row : trace.rows) {
    const bool first = row.at_ms == 1 || row.at_ms == 3;
    EXPECT_EQ(row.product, first ? 1u : row.at_ms == 2 ? 0u : 2u);
  }
}

}  // namespace
}  // namespace flexstock::loadgen
