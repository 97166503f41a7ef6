#include "tools/loadgen/consumer.h"

#include <chrono>
#include <span>

namespace flexstock::loadgen {
namespace {

constexpr std::size_t kPollEvents =
    512;  // a bulk: enough to make the queue's own cost vanish, little enough to stay in L2
constexpr auto kNap = std::chrono::microseconds(50);

}  // namespace

Consumer::Consumer(const Floor& floor, Audience audience, Notebook& notebook)
    : floor_(floor), notebook_(notebook), audience_(audience) {
  inbox_.reserve(kPollEvents);
}

std::size_t Consumer::Poll() {
  const std::size_t before = inbox_.size();
  inbox_.resize(before + kPollEvents);
  const std::size_t polled = floor_.engine.Poll(audience_, std::span(inbox_).subspan(before));
  inbox_.resize(before + polled);
  for (const Event& event : std::span(inbox_).subspan(before)) notebook_.tally.Told(audience_, event.type);
  // When they are taken, not when they are answered: nobody comes after a crash of this run, and a consumer that has to
  // answer before he makes room would wait for himself. Without a journal, nothing.
  if (polled != 0) floor_.engine.Confirm(audience_, inbox_.back().position);
  floor_.gate.MadeRoom();
  return polled;
}

void Consumer::WaitForRoom() {
  notebook_.tally.Overloaded();
  if (Poll() == 0) std::this_thread::sleep_for(kNap);
}

void Consumer::Step() {
  const std::scoped_lock lock(step_);
  inbox_.clear();
  Poll();
  // By index and by value: an answer that has to wait for room polls more into the inbox.
  for (std::size_t i = 0; i < inbox_.size(); ++i) {
    const Event event = inbox_[i];
    Answer(event);
  }
  handled_.store(handled_.load(std::memory_order_relaxed) + inbox_.size(), std::memory_order_release);
}

void Consumer::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::uint64_t before = handled();
    Step();
    if (handled() == before) std::this_thread::sleep_for(kNap);
  }
}

}  // namespace flexstock::loadgen
