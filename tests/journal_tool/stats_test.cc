// The figures add up to the sizes of the files, and to what the engine says that it has written.
#include "tools/journal/stats.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/journal_tool/on_disk.h"

namespace flexstock::journal_tool {
namespace {

using StatsTest = OnDisk;

TEST_F(StatsTest, EveryByteOfEveryFileIsInOneFigure) {
  MakeADay();
  std::ofstream(path_ + "/journal-000000000000ffff.new") << "unfinished";
  Stats stats;
  ASSERT_EQ(ReadStats(SystemStorage(), path_, &stats), "");

  std::uint64_t segments = 0, snapshots = 0, all = 0;
  for (const auto& [name, bytes] : Files()) {
    if (name == "LOCK") continue;
    all += bytes.size();
    if (name.ends_with(".new")) continue;
    if (name.starts_with("journal-")) segments += bytes.size();
    if (name.starts_with("snapshot-")) snapshots += bytes.size();
  }
  EXPECT_EQ(stats.files.all.bytes, all);
  EXPECT_EQ(stats.files.segments.bytes, segments);
  EXPECT_EQ(stats.files.snapshot.bytes, snapshots);
  EXPECT_GE(stats.files.leftovers.count, 1u);

  const auto& of = stats.segments;
  EXPECT_EQ(of.file_headers + of.first_pages + stats.block_bytes() + of.rest, segments);
  std::uint64_t count = 0, bytes = 0;
  for (const auto& [type, changes] : stats.changes) {
    count += changes.count;
    bytes += changes.bytes;
  }
  EXPECT_EQ(count, of.changes.count);
  EXPECT_EQ(bytes, of.changes.bytes);

  std::uint64_t snapshot = stats.snapshot_header;
  for (const auto& [name, packed] : stats.snapshot) snapshot += packed.blocks.bytes;
  EXPECT_EQ(snapshot, snapshots);
}

// What the engine has counted while it wrote: everything that is there was written in one life, before any snapshot.
TEST_F(StatsTest, AgreesWithWhatTheEngineHasCounted) {
  const std::unique_ptr<Engine> engine = OpenHere();
  journal::Shop shop({.seed = 5});
  shop.Use(engine.get());
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(shop.Run(8));
  const JournalStats counted = engine->Journal();
  Stats stats;
  ASSERT_EQ(ReadStats(SystemStorage(), path_, &stats), "");
  EXPECT_EQ(stats.segments.block_headers.count, counted.blocks);
  EXPECT_EQ(stats.segments.changes.count, counted.changes);
  EXPECT_EQ(stats.segments.changes.bytes, counted.change_bytes);
  EXPECT_EQ(stats.block_bytes(), counted.bytes);
  EXPECT_EQ(stats.files.segments.count, counted.segments);
  EXPECT_EQ(stats.orders_placed, shop.orders().size());
  EXPECT_EQ(stats.last_epoch, counted.durable_epoch);
  EXPECT_EQ(stats.files.snapshot.count, 0u);
}

TEST_F(StatsTest, SaysTheSameAsATableAndAsJson) {
  MakeADay();
  Stats stats;
  ASSERT_EQ(ReadStats(SystemStorage(), path_, &stats), "");
  const std::string table = TableOf(stats);
  for (const char* heading : {"files", "segments", "changes", "snapshot", "orders placed", "order_confirmed"}) {
    EXPECT_THAT(table, testing::HasSubstr(heading));
  }
  const auto told = nlohmann::json::parse(JsonOf(stats));
  EXPECT_EQ(told["files"]["all"]["bytes"], stats.files.all.bytes);
  EXPECT_EQ(told["snapshot_epoch"], stats.snapshot_epoch);
  EXPECT_EQ(told["changes"]["order_confirmed"]["count"], stats.changes.at("order_confirmed").count);
  EXPECT_EQ(told["snapshot"]["orders"], stats.orders);
  EXPECT_GT(told["snapshot"]["compression"], 1.0);
  EXPECT_DOUBLE_EQ(told["bytes_an_order"],
                   static_cast<double>(stats.block_bytes()) / static_cast<double>(stats.orders_placed));
}

// Which need not be UTF-8, as JSON is.
TEST_F(StatsTest, ShowsAnyPath) {
  Stats stats;
  stats.path = "bad\xff\"name";
  EXPECT_THAT(TableOf(stats), testing::StartsWith(stats.path + ": "));
  EXPECT_EQ(nlohmann::json::parse(JsonOf(stats))["path"], "bad\xEF\xBF\xBD\"name");
}

}  // namespace
}  // namespace flexstock::journal_tool
