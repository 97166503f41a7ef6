// A tournament's figures, as a table and as JSON.
#include "bench/peers/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace flexstock::bench::peers {
namespace {

using testing::HasSubstr;
using testing::Not;

class ResultsTest : public testing::Test {
 protected:
  ResultsTest() {
    const Way durable{.durability = Durability::kDurable};
    contestants_ = {{"flexstock, soon", {.durability = Durability::kSoon}, true, "ours", {}},
                    {"flexstock, durable", durable, true, "ours", {}},
                    {"peer, durable", durable, false, "theirs", {}}};
    for (const Spread spread : {Spread::kZipf, Spread::kHot}) {
      const double times = spread == Spread::kHot ? 10 : 1;
      standings_.push_back({&contestants_[0], spread, 8, {0, 8, 0, 0}, {1000, 1000, 1000}});
      standings_.push_back({&contestants_[1], spread, 8, {0, 5, 2, 1}, {600 * times, 100 * times, 450 * times}});
      standings_.push_back({&contestants_[2], spread, 8, {0, 5, 2, 1}, {200, 50, 300}});
    }
    lines_ = Lines(standings_, contestants_);
  }

  std::vector<Contestant> contestants_;
  std::vector<Standing> standings_;
  std::vector<Line> lines_;
  const Plan plan_{.rounds = 3, .seconds = 0.5, .products = 100};
  const loadgen::Machine machine_{
      .cpu = "a CPU", .cpus = 2, .kernel = "Linux", .memory_gib = 24, .commit = "abc", .date = "now"};
};

TEST_F(ResultsTest, ARatioIsTheMedianOfTheRoundsRatios) {
  ASSERT_EQ(lines_.size(), 6u);
  // 600 / 200, 100 / 50, 450 / 300: against flexstock with the same promise.
  const Line& line = lines_[2];
  EXPECT_EQ(line.against, "flexstock, durable");
  EXPECT_DOUBLE_EQ(line.ratio.median, 2);
  EXPECT_DOUBLE_EQ(line.ratio.min, 1.5);
  EXPECT_DOUBLE_EQ(line.ratio.max, 3);
  EXPECT_DOUBLE_EQ(line.orders_per_s.median, 200);
  EXPECT_DOUBLE_EQ(line.orders_per_s.min, 50);
  EXPECT_DOUBLE_EQ(line.orders_per_s.max, 300);
  // In the same kind of sale.
  EXPECT_DOUBLE_EQ(lines_[5].ratio.median, 20);
  // Of itself.
  EXPECT_DOUBLE_EQ(lines_[1].ratio.median, 1);
}

TEST_F(ResultsTest, TheTableHasEachLineAndEachNoteOnce) {
  const std::string table = Table(lines_, plan_, machine_, /*in_memory=*/false);
  EXPECT_THAT(table, HasSubstr("2.00x"));
  EXPECT_THAT(table, HasSubstr("20.0x"));
  EXPECT_THAT(table, HasSubstr("1.50 .. 3.00"));
  EXPECT_THAT(table, HasSubstr("4 500"));
  EXPECT_THAT(table, HasSubstr("\n  a  ours\n  b  theirs\n"));
  EXPECT_THAT(table, HasSubstr("answered before it is on the disk"));
  EXPECT_THAT(table, Not(HasSubstr("lost when the process ends")));  // nobody of that kind is there
  EXPECT_THAT(table, Not(HasSubstr("in memory, not on a disk")));
  EXPECT_THAT(Table(lines_, plan_, machine_, /*in_memory=*/true), HasSubstr("in memory, not on a disk"));
}

TEST_F(ResultsTest, TheJsonHasEverything) {
  const nlohmann::json json = nlohmann::json::parse(Json(lines_, plan_, machine_, /*in_memory=*/false));
  EXPECT_EQ(json["machine"], "a CPU, 2 CPUs, 24 GiB, Linux");
  EXPECT_EQ(json["commit"], "abc");
  EXPECT_EQ(json["disk"], true);
  ASSERT_EQ(json["peers"].size(), 6u);
  const nlohmann::json& peer = json["peers"][2];
  EXPECT_EQ(peer["name"], "peer, durable");
  EXPECT_EQ(peer["stream"], "zipf");
  EXPECT_EQ(peer["orders_per_s"], (nlohmann::json{{"median", 200.0}, {"min", 50.0}, {"max", 300.0}}));
  EXPECT_EQ(peer["ratio"], 2.0);
  EXPECT_EQ(peer["durable"], true);
  EXPECT_EQ(peer["notes"], "theirs");
  EXPECT_EQ(peer["against"], "flexstock, durable");
  EXPECT_EQ(peer["answers"], (nlohmann::json{{"confirmed", 5}, {"pending", 2}, {"refused", 1}}));
  EXPECT_EQ(json["peers"][0]["durable"], false);
  EXPECT_EQ(json["peers"][3]["stream"], "hot");
}

}  // namespace
}  // namespace flexstock::bench::peers
