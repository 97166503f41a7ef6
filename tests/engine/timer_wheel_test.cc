// The wheel against a sorted set: whatever is armed, disarmed and popped, however far time jumps.
#include "engine/wheel/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "tests/engine/wheel_nodes.h"
#include "tests/model/seed.h"

namespace flexstock::wheel {
namespace {

// Lengths of time at and around the ends of every ring, and some in between.
std::vector<Millis> Lengths() {
  std::vector<Millis> lengths = {0, 1, 2, 100, 1000, 86'400'000, 31'536'000'000, kNever};
  for (int ring = 1; ring < 8; ++ring) {
    const Millis turn = Millis{1} << (8 * ring);
    for (const Millis around : {-1, 0, 1}) lengths.push_back(turn + around);
    lengths.push_back(turn / 2 + 3);
  }
  lengths.push_back(Millis{1} << 40);
  lengths.push_back(Millis{1} << 62);
  return lengths;
}

Millis Sum(Millis a, Millis b) { return a > kNever - b ? kNever : a + b; }

// A wheel and what it should hold, earliest first.
class Twins {
 public:
  explicit Twins(std::uint64_t seed) : random_(seed), nodes_(kNodes), wheel_(nodes_.data()), lengths_(Lengths()) {
    for (std::uint32_t i = 0; i < kNodes; ++i) free_.push_back(i);
    // Placement in order, as in a shard; or in any order, so that every instant has to be sorted.
    in_order_ = seed % 2 == 0;
  }

  void Step() {
    switch (random_() % 8) {
      case 0:
      case 1:
      case 2:
      case 3:
        if (!free_.empty()) ArmOne();
        break;
      case 4:
      case 5:
        if (!armed_.empty()) DisarmOne();
        break;
      default:
        PopUntil(Sum(wheel_.now(), SomeLength()));
    }
    wheel_.Verify();
    ASSERT_EQ(wheel_.armed(), armed_.size());
    const Millis next = armed_.empty() ? kNever : std::get<0>(*armed_.begin());
    ASSERT_LE(wheel_.WakeBy(), next);
    if (armed_.empty()) {
      ASSERT_EQ(wheel_.WakeBy(), kNever);
    }
  }

 private:
  static constexpr std::uint32_t kNodes = 300;

  // Mostly short: nodes then meet at one instant.
  Millis SomeLength() {
    if (random_() % 3 != 0) return static_cast<Millis>(random_() % 8);
    return lengths_[random_() % lengths_.size()];
  }

  void ArmOne() {
    const std::uint32_t index = free_.back();
    free_.pop_back();
    nodes_[index].when_ms = Sum(wheel_.now(), SomeLength());
    nodes_[index].placed = in_order_ ? ++placed_ : random_();
    wheel_.Arm(index);
    armed_.emplace(nodes_[index].when_ms, nodes_[index].placed, index);
  }

  void DisarmOne() {
    auto victim = armed_.begin();
    std::advance(victim, random_() % std::min<std::size_t>(armed_.size(), 20));
    const std::uint32_t index = std::get<2>(*victim);
    wheel_.Disarm(index);
    free_.push_back(index);
    armed_.erase(victim);
  }

  // Some come back while others of that instant are still waiting, for the same instant or a later one.
  void PopUntil(Millis until) {
    int again = 5;
    for (;;) {
      const std::uint32_t index = wheel_.PopDue(until);
      const bool due = !armed_.empty() && std::get<0>(*armed_.begin()) <= until;
      ASSERT_EQ(index != kNil, due);
      if (!due) break;
      ASSERT_EQ(index, std::get<2>(*armed_.begin()));
      ASSERT_EQ(wheel_.now(), std::get<0>(*armed_.begin()));
      armed_.erase(armed_.begin());
      free_.push_back(index);
      if (again > 0 && random_() % 4 == 0) {
        --again;
        ArmOne();
      }
      if (!armed_.empty() && random_() % 8 == 0) DisarmOne();
    }
    ASSERT_EQ(wheel_.now(), until);
  }

  std::mt19937_64 random_;
  std::vector<Node> nodes_;
  TimerWheel<Node> wheel_;
  std::vector<Millis> lengths_;
  std::vector<std::uint32_t> free_;
  std::set<std::tuple<Millis, std::uint64_t, std::uint32_t>> armed_;
  bool in_order_ = true;
  std::uint64_t placed_ = 0;
};

TEST(TimerWheelTest, DoesWhatASortedSetDoes) {
  for (const std::uint64_t seed : model::Seeds(1, 300)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    Twins twins(seed);
    for (int step = 0; step < 200; ++step) {
      twins.Step();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(TimerWheelTest, FiresOnItsMillisecondFromEveryPosition) {
  std::vector<Millis> starts = Lengths();
  for (const Millis length : Lengths()) starts.push_back(Sum(1'700'000'000'123, length));
  for (const Millis start : starts) {
    for (const Millis length : Lengths()) {
      const Millis when_ms = Sum(start, length);
      std::vector<Node> nodes(1);
      TimerWheel<Node> wheel(nodes.data());
      ASSERT_EQ(wheel.PopDue(start), kNil);
      nodes[0].when_ms = when_ms;
      wheel.Arm(0);
      if (when_ms > start) {
        ASSERT_EQ(wheel.PopDue(when_ms - 1), kNil) << start << " + " << length;
      }
      wheel.Verify();
      ASSERT_EQ(wheel.PopDue(when_ms), 0u) << start << " + " << length;
      ASSERT_EQ(wheel.now(), when_ms);
      ASSERT_EQ(wheel.armed(), 0u);
      wheel.Verify();
    }
  }
}

// One below, at and one above the end of each ring, armed together and fired by one jump or step by step.
TEST(TimerWheelTest, KeepsNeighboursApart) {
  for (const Millis start : {Millis{0}, Millis{1}, Millis{254}, Millis{255}, Millis{256}, Millis{65'535},
                             Millis{16'777'215}, Millis{1'700'000'000'123}}) {
    for (int ring = 1; ring < 8; ++ring) {
      const Millis turn = Millis{1} << (8 * ring);
      std::vector<Node> nodes(3);
      TimerWheel<Node> wheel(nodes.data());
      ASSERT_EQ(wheel.PopDue(start), kNil);
      for (const std::uint32_t i : {2u, 0u, 1u}) {
        nodes[i].when_ms = start + turn - 1 + i;
        wheel.Arm(i);
      }
      for (const std::uint32_t i : {0u, 1u, 2u}) {
        const Millis when_ms = start + turn - 1 + i;
        ASSERT_EQ(wheel.PopDue(when_ms), i) << start << " ring " << ring;
        ASSERT_EQ(wheel.PopDue(when_ms), kNil);
        wheel.Verify();
      }
    }
  }
}

TEST(TimerWheelTest, StormComesOutInOrderOfPlacement) {
  for (const std::uint32_t count : {1u, 2u, 3u, 31u, 32u, 33u, 1000u, 4096u}) {
    for (const Millis when_ms : {Millis{0}, Millis{7}, Millis{300}, Millis{70'000}, kNever}) {
      std::vector<std::uint64_t> placed(count);
      for (std::uint32_t i = 0; i < count; ++i) placed[i] = i + 1;
      std::mt19937_64 random(count);
      std::shuffle(placed.begin(), placed.end(), random);
      std::vector<Node> nodes(count);
      TimerWheel<Node> wheel(nodes.data());
      for (std::uint32_t i = 0; i < count; ++i) {
        nodes[i].when_ms = when_ms;
        nodes[i].placed = placed[i];
        wheel.Arm(i);
      }
      for (std::uint64_t i = 1; i <= count; ++i) {
        const std::uint32_t index = wheel.PopDue(when_ms);
        ASSERT_NE(index, kNil);
        ASSERT_EQ(nodes[index].placed, i);
      }
      ASSERT_EQ(wheel.PopDue(when_ms), kNil);
      wheel.Verify();
    }
  }
}

// A deadline that is armed for the very instant that is being popped takes its place among those still to come.
TEST(TimerWheelTest, ArmedForNowWhilePoppingKeepsOrder) {
  std::vector<Node> nodes(4);
  TimerWheel<Node> wheel(nodes.data());
  for (std::uint32_t i = 0; i < 4; ++i) {
    nodes[i].when_ms = 1000;
    nodes[i].placed = 10 * (i + 1);
  }
  wheel.Arm(3);
  wheel.Arm(0);
  ASSERT_EQ(wheel.PopDue(1000), 0u);
  wheel.Arm(2);
  wheel.Arm(1);
  EXPECT_EQ(wheel.PopDue(1000), 1u);
  EXPECT_EQ(wheel.PopDue(1000), 2u);
  EXPECT_EQ(wheel.PopDue(1000), 3u);
  EXPECT_EQ(wheel.PopDue(kNever), kNil);
}

TEST(TimerWheelTest, TimeNeverRunsBack) {
  std::vector<Node> nodes(1);
  TimerWheel<Node> wheel(nodes.data());
  ASSERT_EQ(wheel.PopDue(5000), kNil);
  nodes[0].when_ms = 5001;
  wheel.Arm(0);
  EXPECT_EQ(wheel.PopDue(10), kNil);
  EXPECT_EQ(wheel.now(), 5000);
  EXPECT_EQ(wheel.PopDue(5001), 0u);
}

TEST(TimerWheelTest, WakesAtTheEndOfItsBlockOrBefore) {
  std::vector<Node> nodes(1);
  TimerWheel<Node> wheel(nodes.data());
  EXPECT_EQ(wheel.WakeBy(), kNever);
  nodes[0].when_ms = 100'000;
  wheel.Arm(0);
  EXPECT_EQ(wheel.WakeBy(), 256);
  EXPECT_EQ(wheel.WakeBy(3), 3);
  EXPECT_EQ(wheel.WakeBy(300), 256);
  ASSERT_EQ(wheel.PopDue(99'999), kNil);
  EXPECT_EQ(wheel.WakeBy(), 100'000);
}

// Moves a node inwards once a ring at most, however many milliseconds the jump passes.
TEST(TimerWheelTest, FarJumpTouchesANodeOnceARing) {
  for (const Millis length : Lengths()) {
    std::vector<CountingNode> nodes(1);
    TimerWheel<CountingNode> wheel(nodes.data());
    nodes[0].when_ms = CountedMillis(length);
    wheel.Arm(0);
    CountedMillis::looks = 0;
    ASSERT_EQ(wheel.PopDue(kNever), 0u);
    EXPECT_LE(CountedMillis::looks, 8) << length;
  }
}

TEST(TimerWheelTest, FarJumpTakesNoTime) {
  constexpr Millis kYear = 31'536'000'000;
  std::vector<Node> nodes(1);
  TimerWheel<Node> wheel(nodes.data());
  const auto begin = std::chrono::steady_clock::now();
  for (int year = 0; year < 10'000; ++year) {
    nodes[0].when_ms = wheel.now() + kYear;
    wheel.Arm(0);
    ASSERT_EQ(wheel.PopDue(wheel.now() + kYear - 1), kNil);
    ASSERT_EQ(wheel.PopDue(wheel.now() + 1), 0u);
  }
  // A walk over the milliseconds of so many years would take days.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(TimerWheelTest, HoldsAMillion) { ArmAndPop(1'000'000); }

}  // namespace
}  // namespace flexstock::wheel
