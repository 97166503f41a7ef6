// Positions of the callers' logs: each becomes durable with its epoch, never earlier, whatever is noted meanwhile.
#include "engine/journal/position_book.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <thread>

#include "tests/model/seed.h"
#include "tests/sim/random.h"

namespace flexstock::journal {
namespace {

std::vector<Position> Taken(PositionBook* book, Epoch through) {
  std::vector<Position> positions = {{.stream = 99, .offset = 99}};  // what was in it is gone
  book->Take(through, &positions);
  std::sort(positions.begin(), positions.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
  return positions;
}

class PositionBookTest : public testing::Test {
 protected:
  // Large: not on the stack.
  const std::unique_ptr<PositionBook> book_ = std::make_unique<PositionBook>();
};

TEST_F(PositionBookTest, IsEmptyAtFirst) {
  std::uint64_t offset = 5;
  EXPECT_FALSE(book_->Find(0, &offset));
  EXPECT_FALSE(book_->Find(kStreamsMax, &offset));
  EXPECT_EQ(offset, 5u);
  EXPECT_FALSE(book_->untaken());
  EXPECT_TRUE(Taken(book_.get(), 100).empty());
  EXPECT_TRUE(book_->All().empty());
}

TEST_F(PositionBookTest, TheLatestOfAnEpochIsTakenWithIt) {
  book_->Note({.stream = 3, .offset = 10}, 1);
  book_->Note({.stream = 3, .offset = 11}, 1);
  book_->NoteNow({.stream = kStreamsMax - 1, .offset = 0}, [] { return Epoch{1}; });
  EXPECT_TRUE(book_->untaken());
  std::uint64_t offset = 0;
  EXPECT_TRUE(book_->Find(3, &offset));
  EXPECT_EQ(offset, 11u);
  EXPECT_TRUE(book_->Find(kStreamsMax - 1, &offset));
  EXPECT_EQ(offset, 0u);
  EXPECT_EQ(Taken(book_.get(), 1), (std::vector<Position>{{3, 11}, {kStreamsMax - 1, 0}}));
  EXPECT_FALSE(book_->untaken());
  EXPECT_TRUE(Taken(book_.get(), 1).empty());
}

// While an epoch is on its way out, the next has begun.
TEST_F(PositionBookTest, WhatBelongsToTheNextEpochStays) {
  book_->Note({.stream = 1, .offset = 10}, 1);
  book_->Note({.stream = 1, .offset = 12}, 2);
  book_->Note({.stream = 2, .offset = 7}, 2);
  EXPECT_EQ(Taken(book_.get(), 1), (std::vector<Position>{{1, 10}}));
  EXPECT_TRUE(book_->untaken());
  book_->Note({.stream = 1, .offset = 13}, 2);
  EXPECT_EQ(Taken(book_.get(), 2), (std::vector<Position>{{1, 13}, {2, 7}}));
  EXPECT_FALSE(book_->untaken());
}

// A thread that arrived in the epoch before may come to note it after another has noted in the next.
TEST_F(PositionBookTest, WhatIsNotedLateStaysInItsEpoch) {
  book_->Note({.stream = 1, .offset = 12}, 2);
  book_->Note({.stream = 1, .offset = 10}, 1);
  std::uint64_t offset = 0;
  EXPECT_TRUE(book_->Find(1, &offset));
  EXPECT_EQ(offset, 12u);
  EXPECT_EQ(Taken(book_.get(), 1), (std::vector<Position>{{1, 10}}));
  EXPECT_EQ(Taken(book_.get(), 2), (std::vector<Position>{{1, 12}}));
  EXPECT_FALSE(book_->untaken());
}

// A snapshot has what is durable, not what is under way.
TEST_F(PositionBookTest, OnlyWhatIsDurableIsInASnapshot) {
  book_->Note({.stream = 4, .offset = 10}, 1);
  const std::vector<Position> first = Taken(book_.get(), 1);
  EXPECT_TRUE(book_->All().empty());
  book_->Durable(first);
  EXPECT_EQ(book_->All(), (std::vector<Position>{{4, 10}}));
  book_->Note({.stream = 4, .offset = 20}, 2);
  EXPECT_EQ(book_->All(), (std::vector<Position>{{4, 10}}));
}

TEST_F(PositionBookTest, WhatIsRestoredIsDurableAndNotNew) {
  book_->Restore({.stream = 4, .offset = 10});
  std::uint64_t offset = 0;
  EXPECT_TRUE(book_->Find(4, &offset));
  EXPECT_EQ(offset, 10u);
  EXPECT_EQ(book_->All(), (std::vector<Position>{{4, 10}}));
  EXPECT_FALSE(book_->untaken());
  EXPECT_TRUE(Taken(book_.get(), 9).empty());
}

// Against the obvious: all notes in a list, with their epochs; two epochs open at a time, as in an engine.
TEST_F(PositionBookTest, IsWhatAListWouldSay) {
  for (const std::uint64_t seed : model::Seeds(6'400'000, 200)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    sim::Random random(seed);
    const auto book = std::make_unique<PositionBook>();
    std::map<std::uint32_t, std::map<Epoch, std::uint64_t>> untaken;  // the latest of each epoch
    std::map<std::uint32_t, std::uint64_t> newest, durable;
    Epoch open = 1;
    std::uint64_t offset = 0;
    for (int i = 0; i < 300; ++i) {
      switch (random.Below(4)) {
        case 0: {
          const std::vector<Position> taken = Taken(book.get(), open);
          std::vector<Position> expected;
          for (auto& [stream, epochs] : untaken) {
            if (const auto found = epochs.find(open); found != epochs.end())
              expected.push_back({stream, found->second});
            epochs.erase(open);
          }
          ASSERT_EQ(taken, expected);
          ++open;
          if (random.OneIn(4)) break;  // the write is not done yet, or has failed
          book->Durable(taken);
          for (const Position& position : expected) durable[position.stream] = position.offset;
          break;
        }
        default: {
          const auto stream = static_cast<std::uint32_t>(random.Below(3));
          // What was said in the next epoch is not followed by something of this one: one thread a stream.
          const auto& epochs = untaken[stream];
          const bool next = !epochs.empty() && epochs.rbegin()->first == open + 1;
          const Epoch epoch = next || random.OneIn(3) ? open + 1 : open;
          book->Note({.stream = stream, .offset = ++offset}, epoch);
          untaken[stream][epoch] = newest[stream] = offset;
        }
      }
      for (const auto& [stream, at] : newest) {
        std::uint64_t found = 0;
        ASSERT_TRUE(book->Find(stream, &found));
        ASSERT_EQ(found, at);
      }
      std::vector<Position> all;
      for (const auto& [stream, at] : durable) all.push_back({stream, at});
      ASSERT_EQ(book->All(), all);
      const bool waits = std::any_of(untaken.begin(), untaken.end(), [](const auto& of) { return !of.second.empty(); });
      ASSERT_EQ(book->untaken(), waits);
    }
  }
}

TEST_F(PositionBookTest, TakesFromManyThreads) {
  constexpr std::uint64_t kOffsets = 2'000;
  std::vector<std::thread> threads;
  for (std::uint32_t stream = 0; stream < 3; ++stream) {
    threads.emplace_back([this, stream] {
      for (std::uint64_t offset = 1; offset <= kOffsets; ++offset) book_->Note({stream, offset}, 1);
    });
  }
  std::map<std::uint32_t, std::uint64_t> taken;
  const auto take = [&] {
    for (const Position& position : Taken(book_.get(), 1)) {
      EXPECT_GT(position.offset, taken[position.stream]);
      taken[position.stream] = position.offset;
    }
  };
  for (int i = 0; i < 100; ++i) take();
  for (std::thread& thread : threads) thread.join();
  take();
  for (std::uint32_t stream = 0; stream < 3; ++stream) EXPECT_EQ(taken[stream], kOffsets);
}

}  // namespace
}  // namespace flexstock::journal
