// Consumer: one audience's end of the queue, over all the lives of an engine that crashes.
//
// It hears events and confirms them, and holds what it is told against what it was told before: in order, the same at
// the same position, and after a crash from right behind what was confirmed for certain, or later.
//
// Threads  One.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "flexstock/engine.h"

namespace flexstock::sim {

// Whether events of the type are told to the audience: the table in docs/semantics.md.
[[nodiscard]] bool IsTold(EventType type, Audience audience);

class Consumer {
 public:
  using Place = std::pair<std::uint64_t, int>;  // position, type: two events may share one

  // `each`, if given, is shown every event that is heard.
  explicit Consumer(Audience audience, std::function<void(const Event&)> each = nullptr)
      : audience_(audience), each_(std::move(each)) {}

  [[nodiscard]] Audience audience() const { return audience_; }

  // As it is now, and whatever it hears from now on is shown to nobody.
  [[nodiscard]] Consumer Aside() const {
    Consumer aside = *this;
    aside.each_ = nullptr;
    return aside;
  }

  // Takes about `most` events away. Empty, or what is wrong with them.
  [[nodiscard]] std::string Hear(Engine& engine, std::size_t most);
  // All there is.
  [[nodiscard]] std::string HearAll(Engine& engine);
  // Whatever was heard in this life need not be told again.
  void Confirm(Engine& engine);
  // All that was confirmed is durable: a commit that began after it has ended well.
  void Committed() { confirmed_durable_ = confirmed_; }

  // The engine is gone; in order: all that was confirmed is durable.
  void EngineEnded(bool orderly);
  // A new one has recovered and committed: hears all there is. Nothing that was not confirmed may be missing of it.
  [[nodiscard]] std::string HearAgain(Engine& engine);

  // How many positions there are from the first event that it has heard in this life and not confirmed to the last.
  [[nodiscard]] std::uint64_t unconfirmed() const;

  // Ever.
  [[nodiscard]] const std::map<Place, Event>& told() const { return told_; }
  // Of the feed's events, those that it should have been told have been. Empty, or what is wrong.
  [[nodiscard]] std::string CompareWith(const Consumer& feed) const;

 private:
  const Audience audience_;
  std::function<void(const Event&)> each_;
  std::map<Place, Event> told_;
  std::set<Place> heard_;                // in this life
  std::uint64_t said_ = 0;               // was confirmed, ever; it may have been lost
  std::uint64_t confirmed_ = 0;          // in this life, or known to be durable
  std::uint64_t confirmed_durable_ = 0;  // and durable
};

}  // namespace flexstock::sim
