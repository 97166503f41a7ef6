// Continued replays: a disk that fails at each of its operations, in every way, under a log that does everything; run
// again until the log is through. What comes of it must be what an unbroken run writes, byte for byte.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/model/seed.h"
#include "tests/replay/model_replay.h"
#include "tests/replay/random_log.h"
#include "tests/replay/replayed.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::replay {
namespace {

using sim::FaultKind;
using sim::Loss;

// What the runs leave behind, as files would.
struct Written {
  std::string results, events, state;
};

class ContinuedTest : public testing::Test {
 protected:
  // `changes_max`: 16 makes epochs end within groups, too.
  static ReplayOptions OptionsOn(sim::SimStorage* storage, std::uint32_t shards, std::uint64_t seed,
                                 std::uint32_t changes_max = 4096) {
    ReplayOptions options;
    options.shards = shards;
    options.retention_ms = seed % 2 == 0 ? 40 : 0;
    options.policy.acceptance_window_ms = 20;
    options.policy.payment_window_ms = 20;
    options.products_max = options.orders_max = 1 << 14;
    options.journal = {.dir = "/journal",
                       .snapshot_every_bytes = 24 << 10,
                       .group = 24,
                       .changes_max = changes_max,
                       .segment_bytes = 64 << 10,
                       .events_max = 1 << 14,
                       .storage = storage};
    return options;
  }

  // One run. True: the log is through; false: the disk has failed, and `why_` says how.
  bool Run(const std::string& log, const ReplayOptions& options, Written* written) {
    auto [replayer, problem] = Replayer::Open(options);
    why_ = problem;
    if (replayer == nullptr) return false;
    LogReader reader(ReadText(log, 1000));
    const ReplayEnd skipped = SkipLog(&reader, replayer.get());
    EXPECT_EQ(skipped.how, ReplayEnd::How::kRan) << skipped.problem;
    const Standing standing = replayer->standing();
    longest_standing_ = std::max(longest_standing_, standing.line);
    Cut(standing, written);
    Written now;
    bool through = false;
    {
      // What is flushed at the end of a program that was killed is not flushed: it is looked at before.
      const std::unique_ptr<Output> results = Output::ToString(&written->results);
      const std::unique_ptr<Output> events = Output::ToString(&written->events);
      replayer->WriteTo(results.get(), events.get());
      const std::array outputs = {results.get(), events.get()};
      const ReplayEnd end = ReplayLog(&reader, replayer.get(), outputs, [](const Totals&) {});
      if (end.how == ReplayEnd::How::kRan) replayer->End();
      why_ = replayer->problem();
      through = why_.empty();
      // A journal may also fail at the very end.
      EXPECT_TRUE(end.how == ReplayEnd::How::kRan || (!through && end.how == ReplayEnd::How::kJournalFailed))
          << end.problem;
      if (through) {
        written->state.clear();
        const std::unique_ptr<Output> state = Output::ToString(&written->state);
        replayer->WriteStateTo(state.get());
        EXPECT_TRUE(replayer->Audit().ok());
      }
      now = *written;
      replayer = nullptr;
    }
    *written = now;
    return through;
  }

  // As main does with files.
  static void Cut(const Standing& standing, Written* written) {
    ASSERT_GE(static_cast<std::uint64_t>(std::count(written->results.begin(), written->results.end(), '\n')),
              standing.line)
        << "the journal has commands whose answers were not on the disk before";
    std::size_t end = 0;
    for (std::uint64_t line = 0; line < standing.line; ++line) end = written->results.find('\n', end) + 1;
    written->results.resize(end);
    ASSERT_NE(standing.events_bytes, kNoFile);
    ASSERT_GE(written->events.size(), standing.events_bytes)
        << "the journal has events confirmed that were not on the disk before";
    written->events.resize(standing.events_bytes);
    if (standing.line != 0) {
      EXPECT_EQ(HashOf(written->results), standing.results_digest);
    }
    if (standing.events_bytes != 0) {
      EXPECT_EQ(HashOf(written->events), standing.events_digest);
    }
  }

  static std::uint64_t HashOf(const std::string& text) {
    RunningHash hash;
    hash.Add(text);
    return hash.value();
  }

  // What survived is told without the log: the state behind the last line of it.
  static void ExpectTellsItsState(const std::string& log, const ReplayOptions& options) {
    auto [replayer, problem] = Replayer::Open(options);
    ASSERT_NE(replayer, nullptr) << problem;
    const std::uint64_t line = replayer->standing().line;
    if (line == 0) return;
    ASSERT_EQ(replayer->Recall(), "");
    ExpectState(replayer.get(), log, options, line);
  }

  // It is that of a run of the log, in memory, up to this line.
  static void ExpectState(Replayer* replayer, const std::string& log, const ReplayOptions& options,
                          std::uint64_t line) {
    std::string told;
    replayer->WriteStateTo(Output::ToString(&told).get());
    std::size_t end = 0;
    for (std::uint64_t i = 0; i < line; ++i) end = log.find('\n', end) + 1;
    ReplayOptions in_memory = options;
    in_memory.journal = {};
    EXPECT_EQ(told, Replay(log.substr(0, end), in_memory).state) << "behind line " << line;
  }

  std::string why_;
  std::uint64_t longest_standing_ = 0;
};

// Epochs that end within groups may bring events of different products in another order.
enum class Events { kSameBytes, kSameByProduct };

void ExpectSame(const Written& continued, const Written& unbroken, Events events = Events::kSameBytes) {
  EXPECT_EQ(continued.state, unbroken.state);
  EXPECT_EQ(continued.results, unbroken.results);
  if (events == Events::kSameBytes) {
    EXPECT_EQ(continued.events, unbroken.events);
  } else {
    EXPECT_EQ(EventsByProduct(continued.events), EventsByProduct(unbroken.events));
  }
}

constexpr int kLines = 160;

TEST_F(ContinuedTest, AnUnbrokenRunWritesWhatItWritesWithoutAJournal) {
  for (const std::uint64_t seed : model::Seeds(1, 12)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    const std::string log = RandomLog(seed, 10 * kLines);
    for (const std::uint32_t shards : {1u, 7u, 64u}) {
      sim::SimStorage storage(seed);
      const ReplayOptions options = OptionsOn(&storage, shards, seed);
      Written journaled;
      ASSERT_TRUE(Run(log, options, &journaled)) << why_;
      ReplayOptions in_memory = options;
      in_memory.journal = {};
      const Replayed expected = Replay(log, in_memory);
      EXPECT_EQ(journaled.results, expected.results);
      EXPECT_EQ(journaled.state, expected.state);
      EXPECT_EQ(EventsByProduct(journaled.events), EventsByProduct(expected.events));
      if (shards == 1) {
        EXPECT_EQ(journaled.events, expected.events);
      }
      // Once more: there is nothing left to do, and nothing changes.
      Written again = journaled;
      ASSERT_TRUE(Run(log, options, &again)) << why_;
      EXPECT_EQ(longest_standing_, static_cast<std::uint64_t>(10 * kLines));
      ExpectSame(again, journaled);
    }
  }
}

TEST_F(ContinuedTest, ACrashAtEachOperationOfTheDiskLeavesNoTrace) {
  struct Case {
    std::uint32_t shards, changes_max;
  };
  for (const std::uint64_t seed : model::Seeds(1, 1)) {
    for (const auto [shards, changes_max] : {Case{1, 16}, Case{7, 4096}, Case{7, 16}, Case{64, 4096}}) {
      SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed << ", " << shards << " shards, " << changes_max
                                      << " changes");
      const std::string log = RandomLog(seed, kLines);
      Written unbroken;
      std::uint64_t operations = 0;
      {
        sim::SimStorage storage(seed);
        ASSERT_TRUE(Run(log, OptionsOn(&storage, shards, seed, changes_max), &unbroken)) << why_;
        operations = storage.operations();
      }
      ASSERT_GT(operations, 40u);
      std::uint64_t crashes = 0;
      // Many shards cost time, and show no more than some.
      const std::uint64_t step = (shards == 64 ? 5 : 1) * FLEXSTOCK_CRASH_STRIDE;
      for (std::uint64_t at = 0; at < operations; at += step) {
        SCOPED_TRACE(testing::Message() << "crash at operation " << at);
        Events events = shards == 1 || changes_max == 4096 ? Events::kSameBytes : Events::kSameByProduct;
        sim::SimStorage storage(seed + at);
        storage.Arm({.at = at, .kind = FaultKind::kCrash});
        Written written;
        int runs = 0;
        while (!Run(log, OptionsOn(&storage, shards, seed, changes_max), &written)) {
          ASSERT_TRUE(storage.crashed()) << why_;
          ASSERT_LT(++runs, 4);
          ++crashes;
          if (at % 3 == 0) {
            storage.Kill();
          } else {
            storage.PowerLoss(at % 3 == 1 ? Loss::kSome : Loss::kTorn);
          }
          // Who asks for the state ends a group.
          const bool asked = at % 2 == 0;
          if (asked) ExpectTellsItsState(log, OptionsOn(&storage, shards, seed, changes_max));
          if (asked && shards != 1) events = Events::kSameByProduct;
          // The second run crashes, too, somewhat later.
          if (runs == 1) storage.Arm({.at = storage.operations() + at % 37, .kind = FaultKind::kCrash});
        }
        storage.DisarmAll();
        ExpectSame(written, unbroken, events);
        if (HasFailure()) return;
      }
      EXPECT_GE(crashes, operations / step - 2);  // closing comes last, and fails unseen
    }
  }
}

TEST_F(ContinuedTest, StoppedBehindEachLineItGoesOnThere) {
  const std::uint64_t seed = 3;
  constexpr int kFew = 75;  // three groups, and then some
  const std::string log = RandomLog(seed, kFew);
  for (const std::uint32_t shards : {1u, 7u, 64u}) {
    Written unbroken;
    sim::SimStorage roomy(seed);
    ASSERT_TRUE(Run(log, OptionsOn(&roomy, shards, seed), &unbroken)) << why_;
    std::size_t end = 0;
    // More shards show no more with each line.
    for (int lines = 0; lines <= kFew; ++lines, end = log.find('\n', end) + 1) {
      if (lines % FLEXSTOCK_CRASH_STRIDE != 0) continue;
      if (shards == 64 && lines % 8 != 0) continue;
      SCOPED_TRACE(testing::Message() << shards << " shards, stopped behind line " << lines);
      sim::SimStorage storage(seed);
      Written written;
      ASSERT_TRUE(Run(log.substr(0, end), OptionsOn(&storage, shards, seed), &written)) << why_;
      longest_standing_ = 0;
      ASSERT_TRUE(Run(log, OptionsOn(&storage, shards, seed), &written)) << why_;
      EXPECT_EQ(longest_standing_, static_cast<std::uint64_t>(lines));
      // To stop in order ends a group, which in an unbroken run goes on.
      ExpectSame(written, unbroken, shards == 1 ? Events::kSameBytes : Events::kSameByProduct);
      if (HasFailure()) return;
    }
  }
}

TEST_F(ContinuedTest, AFullDiskEndsTheRunAndTheNextGoesOn) {
  const std::uint64_t seed = 5;
  const std::string log = RandomLog(seed, 10 * kLines);
  for (const std::uint32_t shards : {1u, 7u}) {
    Written unbroken;
    sim::SimStorage roomy(seed);
    ASSERT_TRUE(Run(log, OptionsOn(&roomy, shards, seed), &unbroken)) << why_;
    sim::SimStorage storage(seed);
    // Each time there is a little more room, for segments of 64 KiB.
    std::uint64_t space = 80 << 10;
    Written written;
    int full = 0;
    storage.SetSpace(space);
    ReplayOptions options = OptionsOn(&storage, shards, seed);
    options.journal.snapshot_every_bytes = 0;
    while (!Run(log, options, &written)) {
      EXPECT_NE(why_.find("No space left on device"), std::string::npos) << why_;
      ASSERT_LT(++full, 100);
      storage.SetSpace(space += 40 << 10);
    }
    EXPECT_GT(full, 4);
    ExpectSame(written, unbroken);
  }
}

// Orders that expire in the advance of a single line, over many epochs: so many at an instant.
std::string StormLog(int at_once = 400) {
  std::string log;
  for (int product = 1; product <= 5; ++product) {
    log += fmt::format("{{\"at\":0,\"op\":\"put_product\",\"product\":{},\"member\":7}}\n", product);
  }
  for (int i = 0; i < 400; ++i) {
    log += fmt::format("{{\"at\":{},\"op\":\"place\",\"order\":\"{}\",\"product\":{},\"customer\":9,\"qty\":1}}\n",
                       1 + i / at_once, i, 1 + i * 3 % 5);
  }
  return log +
         "{\"at\":100,\"op\":\"advance\"}\n{\"at\":101,\"op\":\"pay\",\"order\":\"3\"}\n{\"at\":300,\"op\":\"advance\"}"
         "\n";
}

TEST_F(ContinuedTest, AStormIsCutAnywhere) {
  const std::string log = StormLog();
  for (const std::uint32_t shards : {1u, 7u}) {
    Written unbroken;
    std::uint64_t operations = 0;
    {
      sim::SimStorage storage(1);
      ASSERT_TRUE(Run(log, OptionsOn(&storage, shards, 0, 16), &unbroken)) << why_;
      operations = storage.operations();
    }
    int crashes = 0, unseen = 0;
    for (std::uint64_t at = operations / 2; at < operations; at += 3 * FLEXSTOCK_CRASH_STRIDE) {
      SCOPED_TRACE(testing::Message() << shards << " shards, crash at operation " << at);
      sim::SimStorage storage(at);
      storage.Arm({.at = at, .kind = FaultKind::kCrash});
      Written written;
      bool crashed = false;
      while (!Run(log, OptionsOn(&storage, shards, 0, 16), &written)) {
        ASSERT_TRUE(crashed = storage.crashed()) << why_;
        storage.PowerLoss(Loss::kSome);
      }
      ExpectSame(written, unbroken, shards == 1 ? Events::kSameBytes : Events::kSameByProduct);
      (crashed ? ++crashes : ++unseen);
      if (HasFailure()) return;
    }
    EXPECT_GT(crashes, 2 * unseen);  // closing comes last, and fails unseen
  }
}

// What is due by the line where the journal stands happens before its state is told; if the disk does not let it, that
// is said, and no state is told.
TEST_F(ContinuedTest, AStateThatTheDiskDoesNotLetComeIsNotTold) {
  const std::string log = StormLog(/*at_once=*/20);
  std::uint64_t operations = 0;
  {
    sim::SimStorage storage(1);
    Written unbroken;
    ASSERT_TRUE(Run(log, OptionsOn(&storage, 1, 0, 16), &unbroken)) << why_;
    operations = storage.operations();
  }
  int refused = 0, told = 0;
  for (std::uint64_t at = operations / 2; at + 16 < operations; at += 7 * FLEXSTOCK_CRASH_STRIDE) {
    sim::SimStorage crashed(at);
    crashed.Arm({.at = at, .kind = FaultKind::kCrash});
    Written written;
    ASSERT_FALSE(Run(log, OptionsOn(&crashed, 1, 0, 16), &written));
    crashed.PowerLoss(Loss::kSome);
    bool reached = true;
    for (std::uint64_t n = 0; reached; ++n) {
      SCOPED_TRACE(testing::Message() << "crash at operation " << at << ", a fault " << n << " behind");
      const std::unique_ptr<sim::SimStorage> disk = crashed.Copy();
      const ReplayOptions options = OptionsOn(disk.get(), 1, 0, 16);
      const std::uint64_t full_at = disk->operations() + n;
      disk->Arm({.at = full_at, .kind = FaultKind::kNoSpace});
      auto [replayer, problem] = Replayer::Open(options);
      if (replayer == nullptr) continue;
      const std::uint64_t line = replayer->standing().line;
      if (line == 0) break;
      const std::string wrong = replayer->Recall();
      reached = disk->operations() > full_at;
      if (!wrong.empty()) {
        EXPECT_TRUE(wrong.starts_with("cannot ")) << wrong;
        refused += wrong.find("replay-names") == std::string::npos ? 1 : 0;
        continue;
      }
      ++told;
      ExpectState(replayer.get(), log, options, line);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_GT(told, 0);
}

}  // namespace
}  // namespace flexstock::replay
