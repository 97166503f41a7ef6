// RunningHash: a hash of all bytes so far, however they were cut into pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct XXH3_state_s;

namespace flexstock::replay {

class RunningHash {
 public:
  RunningHash();

  void Add(std::string_view bytes);
  // 1 .. 2^63-1, so that it is a position's offset and a number of JSON; 0 is left for "unknown".
  [[nodiscard]] std::uint64_t value() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace flexstock::replay
