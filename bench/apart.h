// Apart: work in a process of its own, so that what it takes of memory is its alone and no allocator has anything left
// over from before; it ends with this one, however that ends.
//
// Forks: before any thread is started.
#pragma once

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <type_traits>

#include "bench/die.h"

namespace flexstock::bench {

// What `work()` gives, there. A child that fails says why itself; then this process is over as well.
template <typename Work>
auto Apart(Work work) -> decltype(work()) {
  using Result = decltype(work());
  static_assert(std::is_trivially_copyable_v<Result>, "it is sent through a pipe");
  int ends[2];
  if (::pipe(ends) != 0) Die("the system refuses a pipe");
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) Die("the system refuses a process");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends[0]);
    const Result result = work();
    ::_exit(::write(ends[1], &result, sizeof(result)) == sizeof(result) ? 0 : 1);
  }
  ::close(ends[1]);
  Result result{};
  const bool told = ::read(ends[0], &result, sizeof(result)) == sizeof(result);
  ::close(ends[0]);
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0 || !told) Die("a process that measures apart has failed");
  return result;
}

}  // namespace flexstock::bench
