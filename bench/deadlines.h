// Deadlines: a day of orders that wait, with nothing but the timer wheel.
//
// So many deadlines are armed all the time: a quarter of an hour to pay, ten minutes to check out, a day to answer.
// Three orders a millisecond are answered, so a million of them wait 5 1/2 minutes on average and one in twelve runs
// out of time. Whatever is answered or runs out makes room for the next order: a deadline is disarmed, another armed.
// Moving far deadlines inwards as they come near is in the time, too.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "bench/draws.h"
#include "engine/memory/slab.h"
#include "engine/shard/order.h"
#include "engine/wheel/timer_wheel.h"

namespace flexstock::bench {

class Deadlines {
 public:
  explicit Deadlines(std::uint64_t armed);

  // So many answers, each to an order anywhere (as draws say), or to the oldest first.
  void AnswerAnywhere(std::uint64_t count);
  void AnswerOldest(std::uint64_t count);

  // All that should be armed is, and the wheel is in order. Aborts if the wheel is not.
  [[nodiscard]] bool Right() const;

 private:
  void Arm(std::uint32_t node, std::uint32_t window);
  void Answer(std::uint32_t node, std::uint32_t window);
  void PassOneMs();

  static constexpr std::array<Millis, 3> kWindowsMs = {900'000, 600'000, 86'400'000};
  static constexpr std::uint64_t kAnswersAMs = 3;

  const std::uint64_t count_;
  const Draws& draws_;
  memory::Slab<shard::Order> nodes_;
  std::unique_ptr<wheel::TimerWheel<shard::Order>> wheel_;
  std::size_t at_ = 0;  // in draws_
  std::uint32_t oldest_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t placed_ = 0;
  Millis now_ms_ = 1'700'000'000'000;
  Millis wake_by_ms_ = 0;
};

}  // namespace flexstock::bench
