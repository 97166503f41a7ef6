#include "tools/journal/looking_again.h"

#include <chrono>
#include <thread>
#include <utility>

namespace flexstock::journal_tool {

std::string LookAgain(const std::function<std::string()>& look) {
  constexpr int kLooks = 12;
  std::string found = look();
  auto pause = std::chrono::milliseconds(5);
  for (int i = 1; i < kLooks && !found.empty(); ++i, pause = pause * 3 / 2) {
    std::this_thread::sleep_for(pause);
    std::string before = std::exchange(found, look());
    if (found == before) break;
  }
  return found;
}

}  // namespace flexstock::journal_tool
