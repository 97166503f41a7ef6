#include "tools/loadgen/crowd.h"

#include <latch>
#include <semaphore>
#include <thread>
#include <vector>

namespace flexstock::loadgen {

double RunCrowd(unsigned threads, const std::function<void(unsigned)>& body, std::chrono::milliseconds every,
                const std::function<void(double)>& watch) {
  using Clock = std::chrono::steady_clock;
  std::latch release(static_cast<std::ptrdiff_t>(threads) + 1);
  std::counting_semaphore<> done(0);
  std::vector<std::jthread> crowd;
  crowd.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    crowd.emplace_back([&body, &release, &done, i] {
      release.arrive_and_wait();
      body(i);
      done.release();
    });
  }
  release.arrive_and_wait();
  const Clock::time_point start = Clock::now();
  const auto seconds = [start] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  for (unsigned left = threads; left > 0;) {
    if (done.try_acquire_for(every)) {
      --left;
    } else {
      watch(seconds());
    }
  }
  return seconds();
}

}  // namespace flexstock::loadgen
