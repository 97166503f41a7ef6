// Note: what the loaded process has told the outside, and can never take back: the language of the pipe to its parent.
//
// Fixed size, so that a process killed between two of them leaves whole ones; a write of up to PIPE_BUF bytes is whole
// or not there at all.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <span>
#include <type_traits>

#include "flexstock/engine.h"

namespace flexstock::crash {

struct Note {
  enum class Kind : std::uint8_t {
    kReady,       // the engine is open, the load begins
    kDurable,     // WaitDurable or NotifyDurable said so: the order, in a state that it had in `epoch`
    kCarried,     // likewise: a command with `position`
    kTold,        // a consumer was told `event`
    kConfirming,  // he will now confirm up to position.offset
    kConfirmed,   // and that is durable
  };
  Kind kind{};
  Audience audience{};
  OrderState state = OrderState::kNone;
  OrderId order = kNoOrder;
  OrderKey key{};
  ProductId product{};
  CustomerId customer{};
  Units qty = 0;
  Epoch epoch = 0;
  Millis before_ms = 0;  // kDurable: a time not after the order was placed
  Position position{};
  Event event{};
};
static_assert(std::is_trivially_copyable_v<Note>);

inline constexpr std::size_t kNotesAtOnce = PIPE_BUF / sizeof(Note);

// Writes the notes, in order; any thread, each run of kNotesAtOnce whole. Ends the process if nobody reads any more.
inline void Say(int pipe, std::span<const Note> notes) {
  while (!notes.empty()) {
    const std::span<const Note> run = notes.first(std::min(notes.size(), kNotesAtOnce));
    if (::write(pipe, run.data(), run.size_bytes()) != static_cast<ssize_t>(run.size_bytes())) std::_Exit(3);
    notes = notes.subspan(run.size());
  }
}

}  // namespace flexstock::crash
