// Changes that somebody has not confirmed: each is found by its position, and what a snapshot holds never changes.
#include "engine/outbox/unconfirmed.h"

#include <gtest/gtest.h>

#include "tests/model/seed.h"
#include "tests/sim/random.h"

namespace flexstock::outbox {
namespace {

// The change at a position says so itself.
std::vector<shard::Change> Changes(std::uint64_t from, std::size_t count) {
  std::vector<shard::Change> changes(count);
  for (shard::Change& change : changes) change.image = from++;
  return changes;
}

// That the runs are first .. next-1, in order, none empty.
void ExpectAre(const std::vector<Unconfirmed::Run>& runs, std::uint64_t first, std::uint64_t next) {
  std::uint64_t at = first;
  for (const Unconfirmed::Run& run : runs) {
    EXPECT_FALSE(run.changes().empty());
    for (const shard::Change& change : run.changes()) ASSERT_EQ(change.image, at++);
  }
  EXPECT_EQ(at, next);
}

TEST(UnconfirmedTest, IsEmptyWhereverItStarts) {
  Unconfirmed unconfirmed;
  EXPECT_EQ(unconfirmed.first(), 1u);
  EXPECT_EQ(unconfirmed.next(), 1u);
  EXPECT_TRUE(unconfirmed.Runs().empty());
  unconfirmed.StartAt(12'345);
  unconfirmed.DropThrough(99);
  EXPECT_EQ(unconfirmed.first(), 12'345u);
  EXPECT_TRUE(unconfirmed.Runs().empty());
  unconfirmed.Append({});
  EXPECT_TRUE(unconfirmed.Runs().empty());
}

TEST(UnconfirmedTest, FillsAndEmptiesBlocksExactly) {
  constexpr std::uint64_t kBlock = Unconfirmed::kBlock;
  Unconfirmed unconfirmed;
  unconfirmed.StartAt(7);
  unconfirmed.Append(Changes(7, kBlock));
  EXPECT_EQ(unconfirmed.Runs().size(), 1u);
  unconfirmed.Append(Changes(7 + kBlock, 1));
  EXPECT_EQ(unconfirmed.Runs().size(), 2u);
  ExpectAre(unconfirmed.Runs(), 7, 8 + kBlock);
  unconfirmed.DropThrough(6 + kBlock);  // the first block
  EXPECT_EQ(unconfirmed.Runs().size(), 1u);
  ExpectAre(unconfirmed.Runs(), 7 + kBlock, 8 + kBlock);
  unconfirmed.DropThrough(1'000'000);  // what is not there yet stays to come
  EXPECT_EQ(unconfirmed.first(), 8 + kBlock);
  EXPECT_TRUE(unconfirmed.Runs().empty());
  unconfirmed.DropThrough(3);  // never back
  EXPECT_EQ(unconfirmed.first(), 8 + kBlock);
  unconfirmed.Append(Changes(8 + kBlock, 3 * kBlock));
  ExpectAre(unconfirmed.Runs(), 8 + kBlock, 8 + 4 * kBlock);
}

TEST(UnconfirmedTest, WhatASnapshotHoldsNeverChanges) {
  for (const std::uint64_t seed : model::Seeds(6'500'000, 30)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    sim::Random random(seed);
    Unconfirmed unconfirmed;
    std::uint64_t first = 1 + random.Below(10'000), next = first;
    unconfirmed.StartAt(first);
    struct Held {
      std::vector<Unconfirmed::Run> runs;
      std::uint64_t first, next;
    };
    std::vector<Held> snapshots;
    for (int i = 0; i < 60; ++i) {
      switch (random.Below(5)) {
        case 0:
        case 1: {
          const std::size_t count = random.Below(random.OneIn(4) ? 3 * Unconfirmed::kBlock : 500);
          unconfirmed.Append(Changes(next, count));
          next += count;
          break;
        }
        case 2:
          first = std::max(first, first + random.Below(next - first + 1));
          if (first > 0) unconfirmed.DropThrough(first - 1);
          break;
        case 3:
          if (random.OneIn(3)) snapshots.push_back({unconfirmed.Runs(), first, next});
          break;
        default:
          if (!snapshots.empty()) snapshots.erase(snapshots.begin());
      }
      ASSERT_EQ(unconfirmed.first(), first);
      ASSERT_EQ(unconfirmed.next(), next);
      ExpectAre(unconfirmed.Runs(), first, next);
      for (const Held& held : snapshots) ExpectAre(held.runs, held.first, held.next);
      ASSERT_FALSE(HasFatalFailure());
    }
  }
}

}  // namespace
}  // namespace flexstock::outbox
