// ExitAsNobody: ends the child of a death test by what work says, done as a user who may not do everything.
#pragma once

#include <unistd.h>

#include <cstdlib>

// Of a build that counts what is run (./dev coverage); no other has it.
extern "C" void __gcov_dump() __attribute__((weak));

namespace flexstock::program {

inline constexpr uid_t kNobody = 65'534;

// Root becomes nobody. Exit code 0: work() was true.
template <typename Work>
[[noreturn]] void ExitAsNobody(Work work) {
  const bool is_root = ::getuid() == 0;
  if (is_root && ::setresuid(kNobody, kNobody, 0) != 0) std::_Exit(9);
  const bool right = work();
  // Whoever began writes the counts: they are in the build's directory.
  if (is_root && ::setresuid(0, 0, 0) != 0) std::_Exit(9);
  if (__gcov_dump != nullptr) __gcov_dump();
  std::_Exit(right ? 0 : 1);
}

}  // namespace flexstock::program
