// A snapshot from outside: the journal holds the same afterwards, in fewer bytes, and never beside an engine.
#include "tools/journal/snapshot.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "tests/journal_tool/on_disk.h"
#include "tests/model/seed.h"
#include "tools/journal/stats.h"
#include "tools/journal/verify.h"

namespace flexstock::journal_tool {
namespace {

using SnapshotTest = OnDisk;

TEST_F(SnapshotTest, EverythingStaysAsItWas) {
  for (const std::uint64_t seed : model::Seeds(1, 10)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    std::filesystem::remove_all(path_);
    // A long day with short memory: keys and slots are given again.
    journal::Shop shop({.seed = seed, .day_ms = seed % 2 == 0 ? 4'000 : 40'000});
    RunADay(&shop, OpenHere().get(), 120);
    Stats before;
    ASSERT_EQ(ReadStats(SystemStorage(), path_, &before), "");
    std::string report;
    ASSERT_EQ(TakeSnapshot(SystemStorage(), path_, {}, &report), "");
    EXPECT_THAT(report, testing::HasSubstr("snapshot of epoch " + std::to_string(before.last_epoch) + ", "));

    const Verified verified = Verify(SystemStorage(), path_, /*deep=*/true);
    EXPECT_EQ(verified.problem, "");
    Stats after;
    ASSERT_EQ(ReadStats(SystemStorage(), path_, &after), "");
    EXPECT_EQ(after.snapshot_epoch, before.last_epoch);
    EXPECT_EQ(after.last_epoch, before.last_epoch);
    EXPECT_LE(after.files.segments.count, before.files.segments.count);

    const std::unique_ptr<Engine> engine = OpenHere();
    EXPECT_EQ(shop.Compare(*engine), "");
  }
}

// The snapshot, where the journal goes on, and what is made ahead.
TEST_F(SnapshotTest, LeavesNothingThatIsSuperfluous) {
  journal::Shop shop({.seed = 3});
  RunADay(&shop, OpenHere().get(), 120);
  Stats before;
  ASSERT_EQ(ReadStats(SystemStorage(), path_, &before), "");
  EXPECT_GT(before.files.segments.count, 4u) << "some of which an engine keeps to use again";
  std::string report;
  ASSERT_EQ(TakeSnapshot(SystemStorage(), path_, {}, &report), "");
  Stats stats;
  ASSERT_EQ(ReadStats(SystemStorage(), path_, &stats), "");
  EXPECT_EQ(stats.files.leftovers.count, 0u);
  EXPECT_EQ(stats.files.superseded.count, 0u);
  EXPECT_EQ(stats.files.snapshot.count, 1u);
  EXPECT_LE(stats.files.segments.count, 3u);
}

// Whom the engine had is in no file: nobody's are left out, but it is said.
TEST_F(SnapshotTest, SaysForWhomEventsAreKept) {
  {
    const std::unique_ptr<Engine> engine = OpenHere();
    journal::Shop shop({.seed = 3});
    shop.Use(engine.get());  // it confirms now and then, as the feed
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(shop.Run(6));
  }
  std::string report;
  ASSERT_EQ(TakeSnapshot(SystemStorage(), path_, {}, &report), "");
  EXPECT_THAT(report, testing::HasSubstr("; member, customer, logistics never confirmed any"));
  Stats all;
  ASSERT_EQ(ReadStats(SystemStorage(), path_, &all), "");
  EXPECT_GT(all.events, 100u);

  ASSERT_EQ(TakeSnapshot(SystemStorage(), path_, {.audiences = {{Audience::kFeed}}}, &report), "");
  EXPECT_EQ(report.find("note"), std::string::npos) << report;
  Stats feed;
  ASSERT_EQ(ReadStats(SystemStorage(), path_, &feed), "");
  EXPECT_LT(feed.events, all.events);
}

TEST_F(SnapshotTest, NotBesideAnEngine) {
  const std::unique_ptr<Engine> engine = OpenHere();
  journal::Shop shop({.seed = 1});
  RunADay(&shop, engine.get());
  const auto before = Files();
  std::string report;
  EXPECT_THAT(TakeSnapshot(SystemStorage(), path_, {}, &report),
              testing::HasSubstr(path_ + "/LOCK: another engine has this journal open"));
  EXPECT_EQ(report, "");
  EXPECT_TRUE(Files() == before);
}

TEST_F(SnapshotTest, NotOfWhatIsNoJournal) {
  std::string report;
  EXPECT_THAT(TakeSnapshot(SystemStorage(), path_, {}, &report), testing::HasSubstr("No such file"));
  EXPECT_FALSE(std::filesystem::exists(path_)) << "and none is made";
}

TEST_F(SnapshotTest, ForgetsWhatItIsToldToForget) {
  journal::Shop shop({.seed = 6});
  const auto waiting = [&](Engine& engine) {
    return std::count_if(shop.orders().begin(), shop.orders().end(), [&](OrderId id) {
      OrderView view;
      return engine.Find(id, &view, 0) == Code::kOk && view.deadline_ms != 0;
    });
  };
  std::ptrdiff_t waited = 0;
  {
    const std::unique_ptr<Engine> before = OpenHere();
    RunADay(&shop, before.get());
    waited = waiting(*before);
    ASSERT_GT(waited, 0);
  }
  std::string report;
  ASSERT_EQ(TakeSnapshot(SystemStorage(), path_, {.retention_ms = 0, .audiences = {{}}}, &report), "");
  const std::unique_ptr<Engine> engine = OpenHere();
  for (const OrderId id : shop.orders()) {
    OrderView view;
    if (engine->Find(id, &view, 0) != Code::kOk) continue;
    EXPECT_NE(view.deadline_ms, 0) << "only who waits is remembered";
  }
  EXPECT_EQ(waiting(*engine), waited);
  EXPECT_EQ(engine->recovery().events_waiting, 0u);
}

}  // namespace
}  // namespace flexstock::journal_tool
