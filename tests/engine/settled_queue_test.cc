#include "engine/shard/settled_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "tests/model/seed.h"

namespace flexstock::shard {
namespace {

TEST(SettledQueueTest, DoesWhatADequeDoes) {
  for (const std::uint64_t seed : model::Seeds(1, 20)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    std::mt19937_64 random(seed);
    SettledQueue queue;
    std::deque<std::uint32_t> twin;
    for (int run = 0; run < 200; ++run) {
      // Runs of about a block, so that its ends are met from both sides.
      for (std::uint64_t n = random() % 3000; n > 0; --n) {
        const auto slot = static_cast<std::uint32_t>(random() % (1u << 30));
        queue.Push({.slot = slot & 0x3fff'ffffu, .nth = slot & 3u});
        twin.push_back(slot);
      }
      for (std::uint64_t n = random() % 3000; n > 0 && !twin.empty(); --n) {
        const std::uint64_t ahead = random() % twin.size();
        ASSERT_EQ(queue.Ahead(ahead).slot, twin[ahead]);
        ASSERT_EQ(queue.front().slot, twin.front());
        ASSERT_EQ(queue.front().nth, twin.front() & 3u);
        queue.Pop();
        twin.pop_front();
      }
      ASSERT_EQ(queue.size(), twin.size());
      ASSERT_EQ(queue.empty(), twin.empty());
    }
  }
}

TEST(SettledQueueTest, EmptiedAtTheEndOfABlockGoesOn) {
  SettledQueue queue;
  for (std::uint32_t round = 0; round < 10; ++round) {
    for (std::uint32_t slot = 0; slot < 1024; ++slot) queue.Push({.slot = slot & 0x3fff'ffffu, .nth = 0});
    for (std::uint32_t slot = 0; slot < 1024; ++slot) {
      ASSERT_EQ(queue.front().slot, slot);
      queue.Pop();
    }
    ASSERT_TRUE(queue.empty());
  }
}

}  // namespace
}  // namespace flexstock::shard
