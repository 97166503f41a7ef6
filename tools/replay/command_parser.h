// CommandParser: is this line a command, and which?
//
// Strict, because a log is evidence: an unknown, repeated or missing key, a number that is not a signed 64-bit integer,
// a word that is not in its list, a value of another type are all errors, and problem() says what was found and what
// was expected. Values out of their range are not: they make a command that the engine refuses.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tools/replay/command.h"
#include "tools/replay/name_arena.h"

namespace flexstock::replay {

inline constexpr std::size_t kOrderKeyMax =
    NameArena::kNameMax;  // bytes of an `order` or `cart`, unescaped; at least one

class CommandParser {
 public:
  CommandParser();
  ~CommandParser();

  // `line` must have kLinePadding readable bytes behind it. False: not a command; problem() says why. What `command`
  // holds is good until the next call.
  [[nodiscard]] bool Parse(std::string_view line, Command* command);

  [[nodiscard]] const std::string& problem() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flexstock::replay
