// Desk: a consumer that does nothing at once. What an event or a customer sets off is noted in an agenda, and done when
// its time has come, in scenario time: members sleep on a request, customers pay after a while.
//
// On threads, a call that finds no room insists, as every consumer's does: until the books are closed somebody makes
// room, also when the clock stands already. In virtual time nobody can make room meanwhile, so it is made again a
// millisecond later, but at the end of the scenario at the latest: what was due by then is done.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "tools/loadgen/consumer.h"
#include "tools/loadgen/play/agenda.h"
#include "tools/loadgen/play/scenario_clock.h"
#include "tools/loadgen/scenario/scenario.h"

namespace flexstock::loadgen {

// When it is for those who take part in a scenario, and when they do not listen: no longer than it lasts.
struct Hours {
  const ScenarioClock& clock;
  std::uint64_t end_ns;  // of the scenario
  std::span<const Stall> stalls;
};

template <class Errand>
class Desk : public Consumer {
 public:
  Desk(const Floor& floor, const Hours& hours, Audience audience, Notebook& notebook)
      : Consumer(floor, audience, notebook), hours_(hours), listener_(audience), agenda_(hours.end_ns) {}

  // Whoever plays in virtual time asks; not while others call Step.
  [[nodiscard]] std::uint64_t next_ns() const override { return agenda_.next_ns(); }

 protected:
  // kOverloaded: once more a little later, with what the errand has become.
  virtual Code Do(Errand* errand) = 0;

  void Later(std::uint64_t at_ns, const Errand& errand) { agenda_.Note(at_ns, errand); }
  // At once, if there is room.
  void Now(Errand errand) {
    if (Do(&errand) == Code::kOverloaded) Later(NextTryNs(), errand);
  }
  // Somebody makes room meanwhile.
  [[nodiscard]] bool MayWait() const { return floor_.on_threads; }
  static std::uint64_t NsOf(const Event& event) {
    return static_cast<std::uint64_t>(event.at_ms) * ScenarioClock::kNsAMs;
  }

  template <class Command>
  CommandResult Make(Call call, Command command) {
    return MayWait() ? Insist(call, command) : Try(call, command);
  }

  std::size_t Act() override {
    std::size_t done = 0;
    const std::uint64_t now = hours_.clock.NowNs();
    for (Errand errand; agenda_.TakeDue(now, &errand); ++done) {
      if (Do(&errand) == Code::kOverloaded) turned_away_.push_back(errand);
    }
    // At the end that is at once, but not in this step: nobody makes room in it. They count as done, so that whoever
    // settles the run steps again.
    for (const Errand& errand : turned_away_) Later(NextTryNs(), errand);
    turned_away_.clear();
    return done;
  }

  [[nodiscard]] bool listens() const override {
    if (hours_.clock.over()) return true;
    const double now_s = static_cast<double>(hours_.clock.NowNs()) * 1e-9;
    for (const Stall& stall : hours_.stalls) {
      if (stall.audience == listener_ && stall.at_s <= now_s && now_s < stall.at_s + stall.for_s) return false;
    }
    return true;
  }

 private:
  [[nodiscard]] std::uint64_t NextTryNs() const {
    return std::min(hours_.clock.NowNs() + ScenarioClock::kNsAMs, hours_.end_ns);
  }

  const Hours hours_;
  const Audience listener_;
  Agenda<Errand> agenda_;
  std::vector<Errand> turned_away_;  // in this step
};

}  // namespace flexstock::loadgen
