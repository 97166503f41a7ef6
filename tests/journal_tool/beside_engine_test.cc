// Beside a running engine, which writes, takes snapshots, removes files and uses them again: everything is always found
// whole, and nothing of it is touched.
#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>
#include <utility>

#include "tests/journal_tool/meanwhile.h"
#include "tests/journal_tool/on_disk.h"
#include "tests/sim/forwarding_storage.h"
#include "tools/journal/dump.h"
#include "tools/journal/stats.h"
#include "tools/journal/verify.h"

namespace flexstock::journal_tool {
namespace {

class BesideEngineTest : public OnDisk {
 protected:
  // Runs `look` again and again beside an engine that has no rest; at least `looks` times, and over so many snapshots.
  template <typename Look>
  void Run(Look look) {
    constexpr std::uint64_t kSnapshots = 10;
    constexpr int kLooks = 20;
    const std::unique_ptr<Engine> engine = OpenHere();
    std::atomic<bool> enough{false};
    std::thread busy([&] {
      journal::Shop shop({.seed = 11, .products = 40});
      shop.Use(engine.get());
      for (int i = 1; !enough.load(); ++i) {
        EXPECT_TRUE(shop.Run(10));
        if (i % 15 == 0) {
          EXPECT_EQ(shop.Snapshot(), "");
        }
      }
    });
    for (int i = 0; i < kLooks || engine->Journal().snapshots < kSnapshots; ++i) {
      look();
      if (HasFailure()) break;
    }
    enough.store(true);
    busy.join();
  }
};

TEST_F(BesideEngineTest, VerifyFindsItWhole) {
  int i = 0;
  Run([&] { EXPECT_EQ(Verify(SystemStorage(), path_, ++i % 2 == 0).problem, ""); });
}

// Its limits are those of what was scanned, so an engine that goes on may not get ahead of what is recovered.
TEST_F(BesideEngineTest, VerifyRecoversWhatItHasScanned) {
  const std::unique_ptr<Engine> engine = OpenHere();
  journal::Shop shop({.seed = 4});
  shop.Use(engine.get());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(shop.Run(8));
  const std::string scanned = Verify(SystemStorage(), path_, /*deep=*/true).report;
  // Its header is read, then its blocks; what comes third is to recover it.
  Meanwhile storage(SystemStorage(), path_ + "/" + FileOf("journal-"), /*opened=*/3, [&] {
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(shop.Run(8));
  });
  const Verified verified = Verify(storage, path_, /*deep=*/true);
  EXPECT_EQ(verified.problem, "");
  EXPECT_EQ(verified.report, scanned);
  EXPECT_TRUE(storage.happened());
}

// Whenever the directory has been listed, an engine fills the last segment of the list, and those behind it.
class Overtaking final : public sim::ForwardingStorage {
 public:
  explicit Overtaking(std::function<void()> run) : ForwardingStorage(SystemStorage()), run_(std::move(run)) {}
  int List(const std::string& path, std::vector<std::string>* names) override {
    const int error = ForwardingStorage::List(path, names);
    run_();
    return error;
  }

 private:
  std::unique_ptr<StorageFile> Wrap(const std::string&, OpenMode, std::unique_ptr<StorageFile> file) override {
    return file;
  }
  const std::function<void()> run_;
};

TEST_F(BesideEngineTest, WhatIsAlwaysOvertakenIsWhole) {
  const std::unique_ptr<Engine> engine = OpenHere();
  journal::Shop shop({.seed = 4});
  shop.Use(engine.get());
  int overtaken = 0;
  Overtaking storage([&] {
    const std::uint64_t segments = engine->Journal().segments;
    while (engine->Journal().segments < segments + 3) ASSERT_TRUE(shop.Run(8));
    ++overtaken;
  });
  for (const bool deep : {false, true}) EXPECT_EQ(Verify(storage, path_, deep).problem, "");
  std::string text;
  const auto output = replay::Output::ToString(&text);
  EXPECT_EQ(Dump(storage, path_, {}, output.get()), "");
  output->Close();
  EXPECT_EQ(overtaken, 3) << "one look is enough";
  // A segment that is not there is missed all the same.
  std::filesystem::remove(path_ + "/" + FileOf("journal-", -1));
  std::filesystem::remove(path_ + "/" + FileOf("journal-", -1));
  EXPECT_NE(Verify(SystemStorage(), path_, false).problem.find("it is missing"), std::string::npos);
}

TEST_F(BesideEngineTest, DumpIsOnePiece) {
  int ends = 0;
  Run([&] {
    std::string text;
    const auto output = replay::Output::ToString(&text);
    EXPECT_EQ(Dump(SystemStorage(), path_, {}, output.get()), "");
    output->Close();
    // A second beginning would have the snapshot's end twice.
    const std::size_t end = text.find(R"("type":"end")");
    if (end != std::string::npos) {
      ++ends;
      EXPECT_EQ(text.find(R"("type":"end")", end + 1), std::string::npos);
    }
  });
  EXPECT_GT(ends, 0);
}

// What has been gone through once is not there any more when it is to be written: a snapshot was taken.
TEST_F(BesideEngineTest, DumpBeginsAnewWhenFilesAreGone) {
  const std::unique_ptr<Engine> engine = OpenHere();
  journal::Shop shop({.seed = 4});
  shop.Use(engine.get());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(shop.Run(8));
  Meanwhile storage(SystemStorage(), path_ + "/" + FileOf("journal-"), /*opened=*/3, [&] {
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(shop.Run(8));
    ASSERT_EQ(shop.Snapshot(), "");
  });
  const auto text_of = [&](Storage& from) {
    std::string text;
    const auto output = replay::Output::ToString(&text);
    EXPECT_EQ(Dump(from, path_, {}, output.get()), "");
    output->Close();
    return text;
  };
  const std::string text = text_of(storage);
  EXPECT_TRUE(storage.happened());
  EXPECT_EQ(text, text_of(SystemStorage()));
}

TEST_F(BesideEngineTest, StatsCanBeTaken) {
  Run([&] {
    Stats stats;
    EXPECT_EQ(ReadStats(SystemStorage(), path_, &stats), "");
  });
}

}  // namespace
}  // namespace flexstock::journal_tool
