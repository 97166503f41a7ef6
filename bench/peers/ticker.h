// Ticker: one line on a terminal that says what goes on; nothing where there is no terminal.
#pragma once

#include <string_view>

namespace flexstock::bench::peers {

class Ticker {
 public:
  // On standard error.
  Ticker();
  // Takes the line away.
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  void Show(std::string_view sale, std::string_view what, std::string_view who);
  void ShowRound(std::string_view sale, int round, int rounds, std::string_view who);

 private:
  const bool terminal_;
};

}  // namespace flexstock::bench::peers
