#include "tools/loadgen/crowd.h"

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace flexstock::loadgen {
namespace {

using Clock = std::chrono::steady_clock;

// A latch that can be waited for with a time limit.
class Countdown {
 public:
  explicit Countdown(unsigned count) : left_(count) {}

  void Arrive() {
    const std::scoped_lock lock(mutex_);
    if (--left_ == 0) zero_.notify_all();
  }

  bool WaitFor(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return zero_.wait_for(lock, time, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  unsigned left_;
};

}  // namespace

double RunCrowd(unsigned threads, const std::function<void(unsigned)>& body, std::chrono::milliseconds every,
                const std::function<void(double)>& watch) {
  std::latch release(static_cast<std::ptrdiff_t>(threads) + 1);
  Countdown done(threads);
  std::vector<Clock::time_point> starts(threads), ends(threads);
  std::vector<std::jthread> crowd;
  crowd.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    crowd.emplace_back([&, i] {
      release.arrive_and_wait();
      starts[i] = Clock::now();
      body(i);
      ends[i] = Clock::now();
      done.Arrive();
    });
  }
  release.arrive_and_wait();
  const auto seconds = [](Clock::duration time) { return std::chrono::duration<double>(time).count(); };
  const Clock::time_point start = Clock::now();
  while (!done.WaitFor(every)) watch(seconds(Clock::now() - start));
  // By the threads' own clocks: this thread may have been woken late.
  return seconds(*std::max_element(ends.begin(), ends.end()) - *std::min_element(starts.begin(), starts.end()));
}

}  // namespace flexstock::loadgen
