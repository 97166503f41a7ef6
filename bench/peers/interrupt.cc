#include "bench/peers/interrupt.h"

#include <atomic>
#include <csignal>

namespace flexstock::bench::peers {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal's handler may write it

}  // namespace

void CatchInterrupts() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, [](int) { interrupted.store(true, std::memory_order_relaxed); });
  }
}

void ThrowIfInterrupted() {
  // relaxed: the flag carries no other memory with it.
  if (interrupted.load(std::memory_order_relaxed)) throw Interrupted();
}

}  // namespace flexstock::bench::peers
