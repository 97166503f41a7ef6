// Die: what a benchmark does when it cannot measure what it says it measures: it says why, and the process ends.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace flexstock::bench {

[[noreturn]] inline void Die(const std::string& problem) {
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::exit(1);
}

}  // namespace flexstock::bench
