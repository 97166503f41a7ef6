// What tests put into a wheel.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "engine/wheel/timer_wheel.h"

namespace flexstock::wheel {

struct Node {
  Millis when_ms = 0;
  std::uint64_t placed = 0;
  std::uint32_t prev = 0, next = 0;
};

// Counts how often anybody looks at a deadline: what a wheel costs, whatever the machine.
class CountedMillis {
 public:
  CountedMillis() = default;
  explicit CountedMillis(Millis value) : value_(value) {}
  operator Millis() const {
    ++looks;
    return value_;
  }
  static inline int looks = 0;

 private:
  Millis value_ = 0;
};

struct CountingNode {
  CountedMillis when_ms;
  std::uint64_t placed = 0;
  std::uint32_t prev = 0, next = 0;
};

// `count` deadlines over two days; every second one is disarmed; the others come out in order.
inline void ArmAndPop(std::uint32_t count) {
  constexpr Millis kTwoDays = 2 * 86'400'000;
  std::vector<Node> nodes(count);
  TimerWheel<Node> wheel(nodes.data());
  std::mt19937_64 random(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    nodes[i].when_ms = static_cast<Millis>(random() % kTwoDays);
    nodes[i].placed = i;
    wheel.Arm(i);
  }
  wheel.Verify();
  for (std::uint32_t i = 0; i < count; i += 2) wheel.Disarm(i);
  wheel.Verify();
  ASSERT_EQ(wheel.armed(), count / 2);
  const Node* last = nullptr;
  std::uint32_t popped = 0;
  for (;;) {
    const std::uint32_t index = wheel.PopDue(kTwoDays);
    if (index == kNil) break;
    const Node& node = nodes[index];
    ASSERT_EQ(index % 2, 1u);
    if (last != nullptr) {
      ASSERT_TRUE(last->when_ms < node.when_ms || (last->when_ms == node.when_ms && last->placed < node.placed));
    }
    last = &node;
    ++popped;
  }
  EXPECT_EQ(popped, count / 2);
  wheel.Verify();
}

}  // namespace flexstock::wheel
