// Tally: what one thread was answered and told, counted by kind.
//
// One thread writes, the progress line reads meanwhile: relaxed atomics, each an ordinary load, add and store. Relaxed
// is enough because a count says nothing about any other memory; the final sum is read after the writers were joined.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "flexstock/engine.h"

namespace flexstock::loadgen {

// What came of a placed order: a state that it entered, its duplicate, or the refusal's code.
enum class Outcome : std::uint8_t { kConfirmed, kAwaitingPayment, kAwaitingAcceptance, kDuplicate, kRefusals };

inline constexpr std::size_t kCodes = static_cast<std::size_t>(Code::kReadOnly) + 1;
inline constexpr std::size_t kOutcomes = static_cast<std::size_t>(Outcome::kRefusals) + kCodes;
inline constexpr std::size_t kEventTypes = static_cast<std::size_t>(EventType::kProductMode) + 1;

[[nodiscard]] std::size_t OutcomeOf(const PlaceResult& result);
[[nodiscard]] std::string_view OutcomeName(std::size_t outcome);
constexpr std::size_t IndexOf(Outcome outcome) { return static_cast<std::size_t>(outcome); }

// The calls that are timed and, from kAccept on, counted by answer.
enum class Call : std::uint8_t {
  kPlaceTaken,    // placed, and units were taken: confirmed or awaiting payment
  kPlacePending,  // placed, and the member is asked
  kPlaceRefused,
  kPlaceDuplicate,  // a key sent again
  kPlaceBatch,      // one PlaceMany, however many orders it carries
  kAccept,
  kAcceptPart,
  kDecline,
  kPay,
  kCancel,
  kPickUp,
  kRefund,
  kRestock,
};
inline constexpr std::size_t kCalls = static_cast<std::size_t>(Call::kRestock) + 1;
[[nodiscard]] std::string_view Name(Call call);
constexpr std::size_t IndexOf(Call call) { return static_cast<std::size_t>(call); }

// The sums of all tallies at one moment.
struct Totals {
  std::array<std::uint64_t, kOutcomes> orders{};
  std::array<std::array<std::uint64_t, kCodes>, kCalls> answers{};  // [kOk]: what changed something
  std::array<std::uint64_t, kCalls> duplicates{};                   // answered ok, but the effect already stood
  std::array<std::array<std::uint64_t, kEventTypes>, kAudiences> events{};
  std::uint64_t overloaded = 0;  // calls that had to be made again

  [[nodiscard]] std::uint64_t all_orders() const;  // every order that got an answer
  [[nodiscard]] std::uint64_t of(Outcome outcome) const { return orders[IndexOf(outcome)]; }
  [[nodiscard]] std::uint64_t done(Call call) const { return answers[IndexOf(call)][0]; }
  [[nodiscard]] std::uint64_t told(Audience audience, EventType type) const {
    return events[static_cast<std::size_t>(audience)][static_cast<std::size_t>(type)];
  }
};

class alignas(64) Tally {
 public:
  void Placed(std::size_t outcome) { Add(orders_[outcome]); }
  void Answered(Call call, const CommandResult& result) {
    Add(result.ok() && result.duplicate ? duplicates_[IndexOf(call)]
                                        : answers_[IndexOf(call)][static_cast<std::size_t>(result.code)]);
  }
  void Told(Audience audience, EventType type) {
    Add(events_[static_cast<std::size_t>(audience)][static_cast<std::size_t>(type)]);
  }
  void Overloaded() { Add(overloaded_); }

  // Adds what has been counted so far. Any thread.
  void AddTo(Totals* totals) const;

 private:
  using Counter = std::atomic<std::uint64_t>;
  static void Add(Counter& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  std::array<Counter, kOutcomes> orders_{};
  std::array<std::array<Counter, kCodes>, kCalls> answers_{};
  std::array<Counter, kCalls> duplicates_{};
  std::array<std::array<Counter, kEventTypes>, kAudiences> events_{};
  Counter overloaded_{0};
};

}  // namespace flexstock::loadgen
