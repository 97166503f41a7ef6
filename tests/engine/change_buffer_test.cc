#include "engine/shard/change_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "tests/model/seed.h"

namespace flexstock::shard {
namespace {

// Changes are told apart by a number in `customer`.
using Told = std::vector<std::int64_t>;

void Append(ChangeBuffer& buffer, Epoch epoch, std::int64_t number) { buffer.Append(epoch).customer = number; }

Told TakeThrough(ChangeBuffer& buffer, Epoch through) {
  std::vector<Change> taken;
  const std::size_t count = buffer.TakeThrough(through, taken);
  Told numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(taken[i].customer);
  return numbers;
}

TEST(ChangeBufferTest, TakesWhatIsThereInOrder) {
  ChangeBuffer buffer(16);
  EXPECT_TRUE(buffer.empty());
  for (std::int64_t i = 1; i <= 3; ++i) Append(buffer, 1, i);
  EXPECT_EQ(buffer.size(), 3u);
  EXPECT_EQ(TakeThrough(buffer, 1), (Told{1, 2, 3}));
  EXPECT_TRUE(buffer.empty());
}

TEST(ChangeBufferTest, LeavesALaterEpoch) {
  ChangeBuffer buffer(16);
  Append(buffer, 4, 1);
  Append(buffer, 4, 2);
  Append(buffer, 5, 3);
  EXPECT_EQ(TakeThrough(buffer, 4), (Told{1, 2}));
  EXPECT_EQ(buffer.size(), 1u);
  Append(buffer, 5, 4);
  EXPECT_EQ(TakeThrough(buffer, 5), (Told{3, 4}));
}

TEST(ChangeBufferTest, LeavesEverythingOfALaterEpoch) {
  ChangeBuffer buffer(16);
  Append(buffer, 7, 1);
  EXPECT_TRUE(TakeThrough(buffer, 6).empty());
  EXPECT_EQ(buffer.size(), 1u);
}

TEST(ChangeBufferTest, FullAtItsBoundAndNotBefore) {
  ChangeBuffer buffer(16);
  for (std::int64_t i = 1; i <= 15; ++i) Append(buffer, 1, i);
  EXPECT_FALSE(buffer.full());
  Append(buffer, 1, 16);
  EXPECT_TRUE(buffer.full());
  EXPECT_EQ(TakeThrough(buffer, 1).size(), 16u);
  EXPECT_FALSE(buffer.full());
}

// One command may pass the bound by what it sets off.
TEST(ChangeBufferTest, KeepsWhatPassesTheBound) {
  ChangeBuffer buffer(16);
  for (std::int64_t i = 1; i <= 1000; ++i) Append(buffer, 1, i);
  EXPECT_EQ(TakeThrough(buffer, 1).size(), 1000u);
}

// As the committer does: the epoch is ended, some callers go on with the next, then the buffer is taken.
TEST(ChangeBufferTest, EveryChangeLeavesOnceWithItsEpochOrEarlier) {
  for (const std::uint64_t seed : model::Seeds(1, 50)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    ChangeBuffer buffer(64);
    Epoch epoch = 1;
    std::int64_t appended = 0, left = 0;
    std::vector<Epoch> epoch_of{0};
    const auto append_some = [&] {
      for (std::uint64_t n = random() % 6; n > 0; --n) {
        Append(buffer, epoch, ++appended);
        epoch_of.push_back(epoch);
      }
    };
    for (int commit = 0; commit < 200; ++commit) {
      append_some();
      const Epoch ended = epoch++;
      append_some();
      for (const std::int64_t number : TakeThrough(buffer, ended)) {
        ASSERT_EQ(number, ++left);
        ASSERT_LE(epoch_of[static_cast<std::size_t>(number)], ended);
      }
      // What stays is of the epoch that has begun.
      ASSERT_EQ(buffer.size(), static_cast<std::size_t>(appended - left));
      if (left < appended) {
        ASSERT_EQ(epoch_of[static_cast<std::size_t>(left) + 1], epoch);
      }
    }
  }
}

// A restock fills a million pending orders, once; the memory of that is in one place at a time.
TEST(ChangeBufferTest, OneLargeBurstMakesNoOtherBufferLarge) {
  constexpr std::size_t kBuffers = 4, kBurst = 10'000;
  std::deque<ChangeBuffer> buffers;
  for (std::size_t i = 0; i < kBuffers; ++i) buffers.emplace_back(16);
  std::vector<std::vector<Change>> taken(kBuffers);
  for (std::size_t i = 0; i < kBurst; ++i) Append(buffers[0], 1, 1);
  for (Epoch epoch = 1; epoch < 50; ++epoch) {
    for (std::size_t i = 0; i < kBuffers; ++i) {
      Append(buffers[i], epoch, 1);
      (void)buffers[i].TakeThrough(epoch, taken[(i + epoch) % kBuffers]);
    }
    const auto large = std::count_if(taken.begin(), taken.end(), [](const auto& one) { return one.size() >= kBurst; });
    ASSERT_LE(large, 1) << "epoch " << epoch;
  }
}

}  // namespace
}  // namespace flexstock::shard
