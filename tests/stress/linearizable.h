// Linearizability: is there one order of the calls, consistent with when they ran, in which a simple sequential model
// gives the very answers that were given?
//
// The search of Wing & Gong (1993) with Lowe's memory of what was tried (2017): a call may come next if no other call
// had returned before it was invoked; the model judges its answer; a set of calls done that led to the same state
// before is not tried again. Exponential in how many calls overlap, so histories are short bursts.
//
// Call    has: std::uint64_t invoked, returned, by one clock for all threads.
// State   is copied freely and has: bool Apply(const Call&), which changes the state and says whether the answer is
//         right (if not, the state is thrown away); std::string Fingerprint() const, equal only for equal states.
#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace flexstock::stress {

inline constexpr std::size_t kCallsMax = 64;

// Accept: bool(const State&), whether the state that all calls lead to is where things were left.
template <typename State, typename Call, typename Accept>
class Linearization {
 public:
  Linearization(std::span<const Call> calls, const Accept& accept) : calls_(calls), accept_(accept) {}

  [[nodiscard]] bool Exists(const State& start) { return calls_.size() <= kCallsMax && Search(0, start); }

 private:
  using Done = std::uint64_t;  // a bit a call

  bool Search(Done done, const State& state) {
    std::uint64_t first_return = ~std::uint64_t{0};
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if ((done >> i & 1) == 0) first_return = std::min(first_return, calls_[i].returned);
    }
    if (first_return == ~std::uint64_t{0}) return accept_(state);  // all done
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if ((done >> i & 1) != 0 || calls_[i].invoked > first_return) continue;
      State next = state;
      if (!next.Apply(calls_[i])) continue;
      const Done with = done | Done{1} << i;
      if (tried_.emplace(with, next.Fingerprint()).second && Search(with, next)) return true;
    }
    return false;
  }

  std::span<const Call> calls_;
  const Accept& accept_;
  std::set<std::pair<Done, std::string>> tried_;
};

template <typename State, typename Call, typename Accept>
[[nodiscard]] bool IsLinearizable(const State& start, std::span<const Call> calls, const Accept& accept) {
  return Linearization<State, Call, Accept>(calls, accept).Exists(start);
}

template <typename State, typename Call>
[[nodiscard]] bool IsLinearizable(const State& start, std::span<const Call> calls) {
  return IsLinearizable(start, calls, [](const State&) { return true; });
}

}  // namespace flexstock::stress
