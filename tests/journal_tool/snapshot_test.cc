// A snapshot from outside: the journal holds the same afterwards, in fewer bytes, and never beside an engine.
#include "tools/journal/snapshot.h"

#include <gmock/gmock.h>

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
  RunADay(&shop, OpenHere().get());
  std::string report;
  ASSERT_EQ(TakeSnapshot(SystemStorage(), path_, {.retention_ms = 0, .audiences = {{}}}, &report), "");
  const std::unique_ptr<Engine> engine = OpenHere();
  for (const OrderId id : shop.orders()) {
    OrderView view;
    if (engine->Find(id, &view, 0) != Code::kOk) continue;
    EXPECT_NE(view.deadline_ms, 0) << "only who waits is remembered";
  }
  EXPECT_EQ(engine->recovery().events_waiting, 0u);
}

}  // namespace
}  // namespace flexstock::journal_tool
