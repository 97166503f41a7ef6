// Books: everything that a loaded process said before it was killed, over all the processes of one directory, and
// whether what recovers agrees with it.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/crash/note.h"
#include "tests/crash/script.h"

namespace flexstock::crash {

class Books {
 public:
  explicit Books(const Script& script) : script_(&script) {}

  // The directory is opened again: whoever is told goes on behind what he confirmed.
  void BeginProcess();
  void Add(const Note& note);

  // `engine` has recovered after a kill at killed_ms; its clock stands still, so that it is as it came back. Takes all
  // events, confirms none.
  void Check(Engine& engine, Millis killed_ms);
  // The owner of the directory goes on as if nothing had been: time passes, he takes events and confirms them.
  void GoOn(Engine& engine, Millis now_ms);

  // What was found; empty: everything is as it was said to be.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_.size(); }
  [[nodiscard]] std::size_t told() const { return told_to(Audience::kFeed).events.size(); }

 private:
  struct Acknowledged {
    Note order;                // as first noted: it was not settled before
    std::uint32_t states = 0;  // bits: states in which it was said to be durable
  };
  struct Told {
    std::vector<Event> events;                // all, from the first position on
    bool fresh = false;                       // nothing has come since the directory was opened
    std::size_t next = 0;                     // of events: what comes again next
    std::vector<std::uint64_t> confirmed{0};  // positions: durable, then those asked for since; rising
  };

  void Problem(std::string what);
  void Hear(Audience audience, const Event& event);
  void Poll(Engine& engine);
  void CheckAcknowledged(Engine& engine, Millis killed_ms);
  void CheckScript(Engine& engine);
  void CheckEvents(Engine& engine);
  [[nodiscard]] Told& told_to(Audience audience) { return told_[static_cast<std::size_t>(audience)]; }
  [[nodiscard]] const Told& told_to(Audience audience) const { return told_[static_cast<std::size_t>(audience)]; }

  const Script* script_;
  std::map<OrderKey, Acknowledged> acknowledged_;
  std::unordered_map<std::uint64_t, OrderKey> key_of_;  // by order id
  std::array<std::uint64_t, kStreams> carried_{};       // durable offsets
  std::array<Told, kAudiences> told_;
  std::vector<std::string> problems_;
};

// True if an order that was in state `from` may be in `to` later, or still.
[[nodiscard]] bool Reaches(OrderState from, OrderState to);

}  // namespace flexstock::crash
