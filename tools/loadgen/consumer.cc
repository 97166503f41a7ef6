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
    : floor_(floor), notebook_(notebook), audience_(audience) {}

std::size_t Consumer::Poll() {
  // Room is only ever added: making 512 events anew for each poll would cost more than the poll.
  if (inbox_.size() < waiting_ + kPollEvents) inbox_.resize(waiting_ + kPollEvents);
  const std::size_t polled = floor_.engine.Poll(audience_, std::span(inbox_).subspan(waiting_));
  const std::span<const Event> events = std::span(inbox_).subspan(waiting_, polled);
  waiting_ += polled;
  for (const Event& event : events) notebook_.tally.Told(audience_, event.type);
  // When they are taken, not when they are answered: nobody comes after a crash of this run, and a consumer that has to
  // answer before he makes room would wait for himself. Without a journal, nothing.
  if (polled != 0) floor_.engine.Confirm(audience_, events.back().position);
  floor_.gate.MadeRoom();
  return polled;
}

Code Consumer::BookAccepted(std::uint32_t product, OrderId order, Units qty) {
  OrderView view;
  const Code code = floor_.engine.Find(order, &view);
  if (code == Code::kOverloaded) {
    notebook_.tally.Overloaded();
  } else {
    notebook_.books.Accepted(product, order, qty, view.taken);
  }
  return code;
}

void Consumer::WaitForRoom() {
  if (Poll() == 0) std::this_thread::sleep_for(kNap);
}

void Consumer::Step() {
  const std::scoped_lock lock(step_);
  waiting_ = 0;
  Prepare();
  if (listens()) Poll();
  // By index and by value: an answer that has to wait for room polls more into the inbox, and so does an act.
  std::size_t acted = 0;
  std::size_t answered = 0;
  do {
    for (; answered < waiting_; ++answered) {
      const Event event = inbox_[answered];
      Answer(event);
    }
    acted += Act();
  } while (answered < waiting_);
  const std::size_t done = waiting_ + acted;
  handled_.store(handled_.load(std::memory_order_relaxed) + done, std::memory_order_release);
}

void Consumer::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::uint64_t before = handled();
    Step();
    if (handled() == before) std::this_thread::sleep_for(kNap);
  }
}

}  // namespace flexstock::loadgen
