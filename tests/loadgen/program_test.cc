// flexstock-loadgen as its users run it: what it prints, what it writes, how it exits.
#include "tests/program/program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace {

using flexstock::program::Ran;
using nlohmann::json;
namespace fs = std::filesystem;

class ProgramTest : public testing::Test {
 protected:
  // `arguments` as a shell would take them; @ stands for the test's own directory.
  Ran Run(std::string arguments) {
    for (std::size_t at; (at = arguments.find('@')) != std::string::npos;)
      arguments.replace(at, 1, directory_.path().string());
    return directory_.Run(LOADGEN " " + arguments);
  }

  std::string Text(const std::string& name) { return directory_.Text(name); }
  void Write(const std::string& name, const std::string& text) { directory_.Write(name, text); }

  const flexstock::program::Directory directory_;
};

// What must add up in every file, whatever ran.
void ExpectAddsUp(const json& file) {
  std::uint64_t orders = 0;
  for (const auto& [outcome, count] : file["orders"].items())
    orders += outcome == "all" ? 0 : count.get<std::uint64_t>();
  EXPECT_EQ(orders, file["orders"]["all"]);

  const json& engine = file["identity"]["engine"];
  EXPECT_EQ(engine["supplied"].get<std::int64_t>(),
            engine["available"].get<std::int64_t>() + engine["held"].get<std::int64_t>() +
                engine["sold"].get<std::int64_t>() + engine["written_off"].get<std::int64_t>());
  EXPECT_EQ(engine, file["identity"]["counted"]);
  EXPECT_EQ(file["identity"]["intact"], true);
  EXPECT_EQ(file["identity"]["differences"], 0);

  for (const auto& [call, figures] : file["latency_ns"].items()) {
    SCOPED_TRACE(call);
    EXPECT_LE(figures["min"], figures["p50"]);
    EXPECT_LE(figures["p50"], figures["p90"]);
    EXPECT_LE(figures["p90"], figures["p99"]);
    EXPECT_LE(figures["p99"], figures["p99.9"]);
    EXPECT_LE(figures["p99.9"], figures["max"]);
    std::uint64_t calls = 0;
    for (const json& counter : file["latency_counters_ns"][call]) calls += counter[1].get<std::uint64_t>();
    EXPECT_EQ(calls, figures["calls"]);
  }

  const auto orders_of = [&](const char* outcome) { return file["orders"].value(outcome, std::uint64_t{0}); };
  const auto ok = [&](const char* call) { return file["answers"][call].value("ok", std::uint64_t{0}); };
  const json& events = file["events"];
  EXPECT_EQ(events["logistics"]["pickup_requested"], orders_of("confirmed") + ok("pay"));
  EXPECT_EQ(events["member"]["acceptance_requested"], orders_of("awaiting_acceptance"));
  EXPECT_EQ(events["customer"]["payment_requested"], orders_of("awaiting_payment") + ok("accept") + ok("accept_part"));
  EXPECT_EQ(events["customer"]["order_picked_up"], ok("pick_up"));
}

TEST_F(ProgramTest, ASaleEndsWithTheTableAndEverythingInTheFile) {
  const Ran exit = Run("sale --orders 30000 --stock 10000 --seed 5 --threads 3 --shards 7 --json @/run.json");
  EXPECT_EQ(exit.exit_code, 0);
  EXPECT_EQ(exit.err, "") << "silent, since standard error is no terminal";
  EXPECT_EQ(exit.out.rfind("sale: 1 product, 10 000 units each; 3 threads of customers, 7 shards, seed 5\n", 0), 0u)
      << exit.out;
  EXPECT_NE(exit.out.find("\nidentity: intact for 1 product: "), std::string::npos);
  EXPECT_NE(exit.out.find("p99.9"), std::string::npos);

  const json file = json::parse(Text("run.json"));
  ExpectAddsUp(file);
  EXPECT_EQ(file["engine_version"], FLEXSTOCK_VERSION);
  EXPECT_EQ(file["orders"]["all"], 30'000);
  EXPECT_EQ(file["identity"]["engine"]["supplied"], 10'000);
  EXPECT_EQ(file["shards"].size(), 7u);
  EXPECT_EQ(file["options"]["seed"], 5);
  EXPECT_EQ(file["options"]["zipf"], 0.99);
  EXPECT_EQ(file["options"]["keys"], false);
  EXPECT_EQ(file["options"]["overflow"], "ask");
}

TEST_F(ProgramTest, ASaleOverACatalogueWithKeysAndBatchesAddsUp) {
  const Ran exit =
      Run("sale --orders 30000 --products 300 --zipf 1 --stock 50 --batch 32 --keys --retries 0.2 --overflow reject "
          "--hold-ms 0 --json @/run.json");
  EXPECT_EQ(exit.exit_code, 0) << exit.out << exit.err;
  const json file = json::parse(Text("run.json"));
  ExpectAddsUp(file);
  EXPECT_GT(file["orders"]["duplicate"], 0);
  EXPECT_GT(file["orders"]["sold_out"], 0);
  EXPECT_EQ(file["options"]["retries"], 0.2);
}

TEST_F(ProgramTest, ATraceEndsWithTheTableAndEverythingInTheFile) {
  std::string text = "at_ms,product,customer,qty\n";
  for (int i = 0; i < 1'000; ++i) {
    text += std::to_string(i * 3'600'000L) + "," + std::to_string(i % 10 + 1) + "," + std::to_string(i + 1) + ",2\n";
  }
  Write("log.csv", text);
  const Ran exit = Run("trace @/log.csv --stock 50% --threads 1 --json @/run.json");
  EXPECT_EQ(exit.exit_code, 0) << exit.out << exit.err;
  EXPECT_NE(exit.out.find("1 000 orders of 10 products over 41.6 days"), std::string::npos) << exit.out;
  const json file = json::parse(Text("run.json"));
  ExpectAddsUp(file);
  EXPECT_EQ(file["orders"]["all"], 1'000);
  EXPECT_EQ(file["orders"]["confirmed"], 500);
  EXPECT_EQ(file["orders"]["awaiting_acceptance"], 500);
  EXPECT_EQ(file["identity"]["engine"]["supplied"], 1'000);
  EXPECT_EQ(file["options"]["stock"], "50%");
  EXPECT_EQ(file["options"]["FILE"], (directory_.path() / "log.csv").string());
}

TEST_F(ProgramTest, AJournalIsInTheTableAndInTheFile) {
  fs::create_directory(directory_.path() / "empty");  // that will do
  const Ran exit = Run("sale --orders 30000 --stock 10000 --threads 3 --journal @/empty --json @/run.json");
  EXPECT_EQ(exit.exit_code, 0) << exit.out << exit.err;
  EXPECT_NE(exit.out.find("\njournal                           in all         a block  a placed order\n"),
            std::string::npos)
      << exit.out;
  EXPECT_NE(exit.out.find("\n  place_durable "), std::string::npos) << exit.out;
  const json file = json::parse(Text("run.json"));
  ExpectAddsUp(file);
  const json& journal = file["journal"];
  const std::uint64_t placed = file["orders"].value("awaiting_payment", std::uint64_t{0}) +
                               file["orders"].value("awaiting_acceptance", std::uint64_t{0});
  EXPECT_GE(journal["changes"], placed);
  EXPECT_DOUBLE_EQ(journal["bytes_per_order"].get<double>(),
                   journal["bytes"].get<double>() / static_cast<double>(placed));
  EXPECT_EQ(journal["place_durable_every"], 64);
  EXPECT_GE(journal["place_durable_ns"]["calls"], placed / 64);
  EXPECT_LE(journal["place_durable_ns"]["p50"], journal["place_durable_ns"]["max"]);
  EXPECT_EQ(file["options"]["journal"], (directory_.path() / "empty").string());
  EXPECT_TRUE(fs::exists(directory_.path() / "empty" / "journal-0000000000000001")) << "it stays behind";

  const Ran again = Run("sale --orders 1 --journal @/empty");
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_EQ(again.out, "");
  EXPECT_NE(again.err.find("--journal: " + (directory_.path() / "empty").string() +
                           " is not empty, and a run starts from nothing: name a new directory, or remove this one"),
            std::string::npos)
      << again.err;
}

// The kinds of call in a log, in its order.
std::vector<std::string> Tags(const std::string& hlog) {
  std::vector<std::string> tags;
  std::istringstream lines(hlog);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Tag=")) tags.push_back(line.substr(4, line.find(',') - 4));
  }
  return tags;
}

TEST_F(ProgramTest, HistogramsAreWrittenInTheTextsOfHdrHistogram) {
  Write("log.csv", "at_ms,product,customer,qty\n1,1,1,1\n2,1,2,1\n3,1,3,1\n4,1,4,1\n");
  for (const char* command : {"sale --orders 30000 --stock 10000 --journal @/journal", "trace @/log.csv --stock 50%"}) {
    SCOPED_TRACE(command);
    const Ran exit = Run(command + std::string(" --json @/run.json --hgrm @/run.hgrm --hlog @/run.hlog"));
    EXPECT_EQ(exit.exit_code, 0) << exit.out << exit.err;
    const json file = json::parse(Text("run.json"));

    const std::string hgrm = Text("run.hgrm"), label = "Total count    = ";
    ASSERT_NE(hgrm.find(label), std::string::npos) << hgrm;
    EXPECT_EQ(std::stoull(hgrm.substr(hgrm.find(label) + label.size())), file["orders"]["all"]) << hgrm;

    std::vector<std::string> kinds;
    for (const auto& [kind, figures] : file["latency_ns"].items()) kinds.push_back(kind);
    if (!file["journal"].is_null()) kinds.push_back("place_durable");
    std::vector<std::string> tags = Tags(Text("run.hlog"));
    std::sort(kinds.begin(), kinds.end());
    std::sort(tags.begin(), tags.end());
    EXPECT_EQ(tags, kinds);
    EXPECT_GE(tags.size(), 3u);
  }
}

TEST_F(ProgramTest, AFileThatCannotBeFinishedExitsWithOneAndSaysWhich) {
  for (const std::string option : {"--json", "--hgrm", "--hlog"}) {
    const Ran exit = Run("sale --orders 100 " + option + " /dev/full");
    EXPECT_EQ(exit.exit_code, 1);
    EXPECT_NE(exit.err.find(option + " /dev/full: writing failed: No space left on device"), std::string::npos)
        << exit.err;
    EXPECT_NE(exit.out.find("identity: intact"), std::string::npos) << "what was measured is shown all the same";
  }
}

// Its table is what a run is for; its files are written all the same.
TEST_F(ProgramTest, OutputThatCannotBeWrittenExitsWithOneAndSaysSo) {
  for (const char* arguments :
       {"sale --orders 100 --json @/run.json", "run flash-sale --json @/run.json --set arrivals.total=100",
        "run flash-sale --json @/run.json --sweep arrivals.total=100,200", "scenarios", "--help", "sale --help",
        "--version"}) {
    SCOPED_TRACE(arguments);
    Write("run.json", "");
    for (const char* output : {" >/dev/full", " >&-"}) {
      const Ran exit = Run(arguments + std::string(output));
      EXPECT_EQ(exit.exit_code, 1);
      EXPECT_NE(exit.err.find("flexstock-loadgen: standard output: writing failed"), std::string::npos) << exit.err;
      if (std::string(arguments).find("--json") == std::string::npos) continue;
      EXPECT_TRUE(json::accept(Text("run.json")));
    }
  }
}

// Whoever should read has left before anything is said.
TEST_F(ProgramTest, AReaderThatHasLeftExitsWithOneAndSaysSo) {
  for (const char* arguments :
       {"sale --orders 100 --json run.json", "run flash-sale --json run.json --set arrivals.total=100"}) {
    SCOPED_TRACE(arguments);
    const Ran piped = directory_.Run("rm -f left; { until [ -e left ]; do :; done; " LOADGEN " " +
                                     std::string(arguments) + "; echo $? >code; } | { exec <&-; : >left; }");
    EXPECT_EQ(piped.exit_code, 0);
    EXPECT_EQ(Text("code"), "1\n");
    EXPECT_NE(piped.err.find("flexstock-loadgen: standard output: writing failed: Broken pipe"), std::string::npos)
        << piped.err;
    EXPECT_TRUE(json::accept(Text("run.json")));
  }
}

// Nothing is written over what it is made of, or over another output: nothing is run, and no file is touched.
TEST_F(ProgramTest, FilesThatWouldBeWrittenOverAreRefused) {
  const std::string trace = "at_ms,product,customer,qty\n0,1,9,1\n5,1,9,2\n";
  Write("orders.csv", trace);
  const auto expect_refused = [&](const std::string& arguments, const std::string& problem) {
    const Ran exit = Run(arguments);
    EXPECT_EQ(exit.exit_code, 2) << arguments;
    EXPECT_NE(exit.err.find(problem), std::string::npos) << exit.err;
    EXPECT_EQ(exit.out, "");
  };
  expect_refused("trace @/orders.csv --json @/orders.csv", "orders.csv would overwrite what is read");
  expect_refused("trace @/orders.csv --hlog @/./orders.csv", "orders.csv would overwrite what is read");
  EXPECT_EQ(Text("orders.csv"), trace);
  expect_refused("sale --orders 1 --json @/new --hgrm @/./new", "--json and --hgrm both go to ");
  expect_refused("run flash-sale --set arrivals.total=1 --json @/new --report @/new",
                 "--json and --report both go to ");
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "new"));
  EXPECT_EQ(Run("sale --orders 1 --json /dev/null --hgrm /dev/null").exit_code, 0);
}

TEST_F(ProgramTest, AComplaintThatNobodyHearsKeepsItsExitCode) {
  EXPECT_EQ(Run("sale --orders 1 --shards 0 2>/dev/full").exit_code, 1);
  EXPECT_EQ(Run("sale --orders 1 --json @/no/where 2>/dev/full").exit_code, 2);
  EXPECT_EQ(Run("sale --nonsense 2>/dev/full").exit_code, 2);
  EXPECT_EQ(Run("sale --orders 1 >/dev/full 2>/dev/full").exit_code, 1);
}

// What a run before it has written is worth more than nothing.
TEST_F(ProgramTest, ARunThatFailsLeavesItsFilesAsTheyWere) {
  Write("bad.csv", "at_ms,product,customer,qty\n1,1,1,none\n");
  const std::string existing = " --json @/there --hgrm @/there --hlog @/there", missing = " --hgrm @/a --hlog @/b";
  for (const std::string& command : std::vector<std::string>{
           "sale --orders 1 --shards 0" + existing, "sale --orders 1 --shards 0 --json @/c" + missing,
           "sale --orders 1 --json @/there --hgrm @/no/where --hlog @/b", "run nowhere --report @/there",
           "trace @/bad.csv" + existing, "run flash-sale --json @/there --report @/a --set engine.shards=0"}) {
    SCOPED_TRACE(command);
    Write("there", "of the run before");
    EXPECT_NE(Run(command).exit_code, 0);
    EXPECT_EQ(Text("there"), "of the run before");
    for (const char* name : {"a", "b", "c"}) EXPECT_FALSE(fs::exists(directory_.path() / name)) << name;
  }
  EXPECT_EQ(Run("sale --orders 1 --json @/there").exit_code, 0);
  EXPECT_EQ(Text("there").find("of the run before"), std::string::npos);
  EXPECT_TRUE(json::accept(Text("there")));
}

TEST_F(ProgramTest, WithoutAJournalTheFileSaysSo) {
  EXPECT_EQ(Run("sale --orders 100 --json @/run.json").exit_code, 0);
  EXPECT_TRUE(json::parse(Text("run.json"))["journal"].is_null());
}

TEST_F(ProgramTest, AJournalThatCannotBeWrittenExitsWithOneAndSaysWhy) {
  const Ran exit = Run("sale --orders 1 --journal /dev/null/journal");
  EXPECT_EQ(exit.exit_code, 1);
  EXPECT_NE(exit.err.find("/dev/null/journal: Not a directory"), std::string::npos) << exit.err;
}

TEST_F(ProgramTest, ABadTraceExitsWithTwoAndSaysWhere) {
  Write("log.csv", "at_ms,product,customer,qty\n1,1,1,1\n2,1,1,none\n");
  const Ran exit = Run("trace @/log.csv");
  EXPECT_EQ(exit.exit_code, 2);
  EXPECT_EQ(exit.out, "");
  EXPECT_EQ(exit.err, "flexstock-loadgen: " + (directory_.path() / "log.csv").string() +
                          ":3: qty is \"none\"; write a whole number, digits only\n");
}

TEST_F(ProgramTest, AnEngineThatRefusesToOpenExitsWithOneAndSaysWhy) {
  const Ran exit = Run("sale --shards 0 --orders 1");
  EXPECT_EQ(exit.exit_code, 1);
  EXPECT_EQ(exit.out, "");
  EXPECT_NE(exit.err.find("the engine refused to open: "), std::string::npos) << exit.err;
  EXPECT_NE(exit.err.find("shards"), std::string::npos) << exit.err;
}

struct Usage {
  const char* arguments;
  const char* says;
};

TEST_F(ProgramTest, WrongUsageExitsWithTwoAndSaysWhatIsWrong) {
  for (const Usage& usage : {Usage{"", "subcommand"},
                             Usage{"auction", "subcommand"},
                             Usage{"sale --nonsense", "--nonsense"},
                             Usage{"sale --threads 0", "--threads"},
                             Usage{"sale --threads two", "--threads"},
                             Usage{"sale --products 0", "--products"},
                             Usage{"sale --products 20000000", "--products"},
                             Usage{"sale --zipf nan", "--zipf"},
                             Usage{"sale --zipf -1", "--zipf"},
                             Usage{"sale --seconds 0", "--seconds"},
                             Usage{"sale --seconds inf", "--seconds"},
                             Usage{"sale --orders -1", "--orders"},
                             Usage{"sale --orders 99999999999999999999", "--orders"},
                             Usage{"sale --stock -1", "--stock"},
                             Usage{"sale --qty-max 0", "--qty-max"},
                             Usage{"sale --batch 0", "--batch"},
                             Usage{"sale --hold-ms -1", "--hold-ms"},
                             Usage{"sale --overflow maybe", "{ask,reject}"},
                             Usage{"sale --retries 0.1", "--keys"},
                             Usage{"sale --accept 0.9 --decline 0.2", "--decline"},
                             Usage{"sale --pay 0.9 --cancel 0.2", "--cancel"},
                             Usage{"sale --json /nowhere/run.json", "/nowhere/run.json"},
                             Usage{"sale --hgrm /nowhere/run.hgrm", "--hgrm /nowhere/run.hgrm: cannot be written"},
                             Usage{"sale --hlog /nowhere/run.hlog", "--hlog /nowhere/run.hlog: cannot be written"},
                             Usage{"sale --journal /dev/null", "/dev/null is no directory"},
                             Usage{"sale --journal ''", "--journal"},
                             Usage{"sale --snapshot-every-bytes 5", "--journal"},
                             Usage{"trace", "FILE"},
                             Usage{"trace /nowhere/log.csv", "/nowhere/log.csv"},
                             Usage{"trace log.csv --stock 0%", "--stock"},
                             Usage{"trace log.csv --stock 12x", "--stock"},
                             Usage{"trace log.csv --stock -5", "--stock"}}) {
    SCOPED_TRACE(usage.arguments);
    const Ran exit = Run(usage.arguments);
    EXPECT_EQ(exit.exit_code, 2);
    EXPECT_EQ(exit.out, "");
    EXPECT_NE(exit.err.find(usage.says), std::string::npos) << exit.err;
  }
}

TEST_F(ProgramTest, HelpAndVersionExitWithZero) {
  for (const char* arguments : {"--help", "sale --help", "trace --help"}) {
    const Ran exit = Run(arguments);
    EXPECT_EQ(exit.exit_code, 0);
    EXPECT_NE(exit.out.find("Examples:\n  flexstock-loadgen sale\n"), std::string::npos) << exit.out;
    EXPECT_EQ(exit.err, "");
  }
  EXPECT_EQ(Run("--version").out, "flexstock-loadgen " FLEXSTOCK_VERSION "\n");
}

// ---- Scenarios ----------------------------------------------------------------------------------------------------

constexpr const char* kSmall = " --set arrivals.total=2000 --set catalogue.stock=300";

TEST_F(ProgramTest, ListsTheReadyMadeScenarios) {
  const Ran ran = Run("scenarios");
  EXPECT_EQ(ran.exit_code, 0);
  for (const char* name : {"flash-sale\n    ", "sale-day\n    ", "drop\n    ", "marketplace\n    ", "midnight\n    ",
                           "hoarders\n    ", "retail-on-nasa\n    "}) {
    EXPECT_NE(ran.out.find(name), std::string::npos) << name;
  }
}

TEST_F(ProgramTest, PlaysAScenarioInVirtualTime) {
  // The mode's word is not its rate.
  const Ran ran = Run(std::string("run --mode virtual flash-sale --json @/run.json --report @/run.html") + kSmall);
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_NE(ran.out.find("flash-sale: 1 product, 60 s; virtual time; 64 shards, seed 1\n"), std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("identity: intact"), std::string::npos) << ran.out;
  const json file = json::parse(Text("run.json"));
  EXPECT_EQ(file["format"], "flexstock-run/1");
  EXPECT_EQ(file["mode"], "virtual");
  EXPECT_EQ(file["identity"]["intact"], true);
  EXPECT_FALSE(file["result"].contains("latency_ns"));
  EXPECT_NE(Text("run.html").find("flexstock-run/1"), std::string::npos);
}

// Where its output goes, and who else ran meanwhile, says nothing of a run.
TEST_F(ProgramTest, TheSameSeedIsTheSameFile) {
  const std::string command = std::string("run flash-sale --seed 3 --json @/");
  ASSERT_EQ(Run(command + "a" + kSmall).exit_code, 0);
  ASSERT_EQ(Run(command + "b" + kSmall).exit_code, 0);
  EXPECT_EQ(Text("a"), Text("b"));
  EXPECT_FALSE(Text("a").empty());
}

TEST_F(ProgramTest, PlaysAtARateAndAsFastAsItGoes) {
  const Ran rate = Run(std::string("run flash-sale --mode rate 4000 --seconds 0.5 --contention --json @/run.json "
                                   "--hgrm @/run.hgrm --hlog @/run.hlog") +
                       kSmall);
  EXPECT_EQ(rate.exit_code, 0) << rate.err;
  EXPECT_NE(rate.out.find("open loop, 2 gateway threads, 0.5 s at 120 times its speed"), std::string::npos) << rate.out;
  EXPECT_NE(rate.out.find("  from arrival "), std::string::npos) << rate.out;
  EXPECT_NE(Text("run.hgrm").find("TotalCount"), std::string::npos);
  EXPECT_NE(Text("run.hlog").find("Tag=from_arrival,"), std::string::npos);
  const json file = json::parse(Text("run.json"));
  EXPECT_EQ(file["contention"]["shards"], 64);
  EXPECT_FALSE(file["latency"].empty());
  const Ran fast = Run(std::string("run flash-sale --mode=max --threads 3 --seconds 0.2") + kSmall);
  EXPECT_EQ(fast.exit_code, 0) << fast.err;
  EXPECT_NE(fast.out.find("closed loop, 3 gateway threads"), std::string::npos) << fast.out;
}

TEST_F(ProgramTest, ComparesTheValuesOfASweep) {
  const Ran ran = Run(
      std::string("run flash-sale --sweep catalogue.policy.checkout_hold_ms=0,1000,60000 --json @/run.json") + kSmall);
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_NE(ran.out.find("catalogue.policy.checkout_hold_ms"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("  requests to members "), std::string::npos) << ran.out;
  const json file = json::parse(Text("run.json"));
  ASSERT_EQ(file["sweep"]["runs"].size(), 3u);
  EXPECT_EQ(file["sweep"]["runs"][2]["value"], "60000");
}

TEST_F(ProgramTest, SaysWhatIsWrongWithARun) {
  struct Wrong {
    const char* arguments;
    const char* says;
  };
  for (const Wrong& wrong :
       {Wrong{"run", "SCENARIO"},
        {"run nowhere", "nowhere: there is no such file, and no such ready-made scenario"},
        {"run no/where.json", "no/where.json"},
        {"run flash-sale --mode fast", "none of max, rate N, virtual"},
        {"run flash-sale --mode rate 0", "above 0"},
        {"run flash-sale --mode rate -5", "above 0"},
        {"run flash-sale --mode max drop", "neither a rate"},
        {"run flash-sale --sweep catalogue.stock", "FIELD=VALUE"},
        {"run flash-sale --sweep catalogue.stock=1,,2", "empty value"},
        {"run flash-sale --set catalogue.stok=1", "stok"},
        {"run flash-sale --set catalogue.stock=-1", "--set catalogue.stock=-1"},
        {"run flash-sale --journal @/j", "virtual time knows no disk"},
        {"run flash-sale --threads 2", "neither threads nor pauses"},
        {"run flash-sale --pause-at 0.4", "neither threads nor pauses"},
        {"run flash-sale --seconds 5", "--mode max or --mode rate N"},
        {"run flash-sale --mode max --journal @/j --sweep catalogue.stock=1,2", "directory of its own"},
        {"run flash-sale --hgrm @/h", "took time"},
        {"run flash-sale --json @/no/where", "--json"},
        {"run flash-sale --report @/no/where", "--report"},
        {"run flash-sale --threads 0 --seconds -1", "--seconds"}}) {
    const Ran ran = Run(wrong.arguments);
    EXPECT_EQ(ran.exit_code, 2) << wrong.arguments << ": " << ran.out;
    EXPECT_NE(ran.err.find(wrong.says), std::string::npos) << wrong.arguments << ": " << ran.err;
    EXPECT_EQ(ran.out, "") << wrong.arguments;
  }
}

}  // namespace
