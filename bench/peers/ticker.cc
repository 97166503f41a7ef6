#include "bench/peers/ticker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace flexstock::bench::peers {
namespace {

constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

Ticker::Ticker() : terminal_(::isatty(STDERR_FILENO) != 0) {}

Ticker::~Ticker() {
  if (terminal_) fmt::print(stderr, "{}", kClearLine);
}

void Ticker::Show(std::string_view sale, std::string_view what, std::string_view who) {
  if (!terminal_) return;
  fmt::print(stderr, "{}{} sale, {}: {}", kClearLine, sale, what, who);
  std::fflush(stderr);
}

void Ticker::ShowRound(std::string_view sale, int round, int rounds, std::string_view who) {
  Show(sale, fmt::format("round {} of {}", round, rounds), who);
}

}  // namespace flexstock::bench::peers
