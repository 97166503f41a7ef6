#include "tools/loadgen/play/play.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "tools/loadgen/crowd.h"
#include "tools/loadgen/figures.h"
#include "tools/loadgen/play/stage.h"
#include "tools/loadgen/progress.h"
#include "tools/loadgen/scenario/arrivals.h"

namespace flexstock::loadgen {
namespace {

using std::chrono::steady_clock;

double SecondsSince(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

std::string Headline(Stage& stage) {
  const Scenario& scenario = stage.scenario();
  const PlayOptions& options = stage.options();
  const std::string pace =
      options.mode == PlayMode::kVirtual
          ? "virtual time"
          : fmt::format("{}, {} {}, {:g} s at {:g} times its speed",
                        options.mode == PlayMode::kMax ? "closed loop" : "open loop", stage.gateways(),
                        stage.gateways() == 1 ? "gateway thread" : "gateway threads",
                        scenario.seconds() / stage.clock().speed(), stage.clock().speed());
  return fmt::format("{}: {} {}, {:g} s; {}; {} shards, seed {}", scenario.name,
                     Grouped(stage.market().floor().catalogue.products().size()),
                     stage.market().floor().catalogue.products().size() == 1 ? "product" : "products",
                     scenario.seconds(), pace, scenario.engine.shards, options.seed);
}

// What the live view shows besides, as of the last interval.
Outlook OutlookOf(Stage& stage, std::uint64_t p99_ns) {
  const std::optional<Levels>& levels = stage.recorder().levels();
  return {.p99_ns = p99_ns,
          .stock = levels ? std::optional(levels->available) : std::nullopt,
          .pending = levels ? std::optional(levels->pending) : std::nullopt};
}

// ---- Virtual time -------------------------------------------------------------------------------------------------

// One instant after another at which something happens. Whoever polls does so at every multiple of a resolution at
// most: what he sets off is timed from the event, so it is late only if it was to come sooner than that.
class VirtualPlay {
 public:
  explicit VirtualPlay(Stage& stage)
      : stage_(stage),
        resolution_ns_(std::clamp(stage.end_ns() / 250'000, ScenarioClock::kNsAMs, 1000 * ScenarioClock::kNsAMs)),
        arrivals_(stage.scenario(), stage.options().seed) {}

  std::string Run(Progress* progress) {
    const auto begin = steady_clock::now();
    Gateway& gateway = stage_.gateway(0);
    std::uint64_t came_ns = Next();
    for (std::uint64_t now = 0;; now = stage_.clock().NowNs()) {
      const std::uint64_t quiet_end = now + (stirred_ ? resolution_ns_ : std::max(resolution_ns_, kQuietNs));
      const std::uint64_t interval_end = stage_.intervals().EndNs(stage_.recorder().closed());
      const std::uint64_t next = std::max(
          now, std::min({came_ns, gateway.next_retry_ns(), stage_.market().next_ns(), quiet_end, interval_end}));
      if (next >= stage_.end_ns()) break;
      stage_.clock().Set(next);
      if (next >= polled_ns_ + resolution_ns_ || next == quiet_end || next == interval_end) {
        Poll(next);
      } else if (stage_.market().next_ns() <= next) {
        stage_.market().Step();
        stirred_ = true;
      }
      if (next == interval_end) {
        stage_.recorder().Close(stage_.intervals().IndexOf(next));
        if (std::string failure = stage_.market().failure(); !failure.empty()) return failure;
        const double seconds = SecondsSince(begin);
        if (progress->Due(seconds)) progress->Show(seconds, stage_.market().totals(), OutlookOf(stage_, 0));
      }
      for (; came_ns <= next; came_ns = Next()) {
        gateway.Serve(came_ns);
        stirred_ = true;
      }
      if (gateway.next_retry_ns() <= next) {
        gateway.SendAgain(next);
        stirred_ = true;
      }
    }
    stage_.clock().Set(stage_.end_ns());
    return {};
  }

 private:
  static constexpr std::uint64_t kQuietNs = 100 * ScenarioClock::kNsAMs;

  std::uint64_t Next() {
    std::uint64_t at_ns = 0;
    return arrivals_.Next(&at_ns) ? at_ns : Consumer::kNever;
  }

  // What is due happens, and is told; whoever is told does what that sets off.
  void Poll(std::uint64_t now) {
    (void)stage_.market().floor().engine.Advance();  // no room: some of it happens at the next
    stage_.market().Step();
    polled_ns_ = now;
    stirred_ = false;
  }

  Stage& stage_;
  const std::uint64_t resolution_ns_;
  Arrivals arrivals_;
  std::uint64_t polled_ns_ = 0;
  bool stirred_ = true;  // something was done since, that may be told
};

// ---- Played -------------------------------------------------------------------------------------------------------

// Sleeps until the scenario reaches `at_ns`; the last bit of it without sleeping, because waking takes a while.
void WaitUntil(const ScenarioClock& clock, std::uint64_t at_ns) {
  constexpr std::uint64_t kWakingNs = 60'000;
  for (std::uint64_t left = clock.RealNsUntil(at_ns); left != 0; left = clock.RealNsUntil(at_ns)) {
    if (left > kWakingNs) {
      const std::uint64_t nap = left - kWakingNs;
      const timespec time{.tv_sec = static_cast<time_t>(nap / 1'000'000'000),
                          .tv_nsec = static_cast<long>(nap % 1'000'000'000)};
      ::nanosleep(&time, nullptr);
    } else {
      std::this_thread::yield();
    }
  }
}

// Customers come when they come. All threads draw the same arrivals, and each serves its part of them.
std::uint64_t ServeArrivals(Stage& stage, std::uint32_t index, double rate_scale, const std::atomic<bool>& stop) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // of this thread: naps end when they should
  Gateway& gateway = stage.gateway(index);
  Arrivals arrivals(stage.scenario(), stage.options().seed, rate_scale);
  std::uint64_t unserved = 0;
  std::uint64_t came_ns = 0;
  for (std::uint64_t number = 0; arrivals.Next(&came_ns); ++number) {
    if (number % stage.gateways() != index) continue;
    // Relaxed: the flag carries no other memory with it.
    if (stop.load(std::memory_order_relaxed)) {
      ++unserved;
      continue;
    }
    while (gateway.next_retry_ns() <= came_ns) {
      WaitUntil(stage.clock(), gateway.next_retry_ns());
      gateway.SendAgain(stage.clock().NowNs());
    }
    WaitUntil(stage.clock(), came_ns);
    gateway.Serve(came_ns);
  }
  return unserved;
}

// Whoever was answered comes again.
void ServeAsFastAsItGoes(Stage& stage, std::uint32_t index, const std::atomic<bool>& stop) {
  Gateway& gateway = stage.gateway(index);
  const std::uint32_t batch = stage.scenario().gateway.batch;
  while (!stop.load(std::memory_order_relaxed)) {
    const std::uint64_t now = stage.clock().NowNs();
    if (gateway.next_retry_ns() <= now) gateway.SendAgain(now);
    if (batch > 1) {
      gateway.ServeBatch(batch);
    } else {
      gateway.Serve(now);
    }
  }
}

// The p99 of the interval before the one that runs, in nanoseconds; 0: nothing was recorded.
std::uint64_t RecentP99(const Stage& stage, std::size_t interval) {
  if (interval == 0) return 0;
  LiveHistogram::Counters counters{};
  std::uint64_t max = 0;
  stage.AddLatency(interval - 1, &counters, &max);
  return LiveHistogram::ValueAt(counters, max, 990'000);
}

void PlayLive(Stage& stage, double seconds, double rate_scale, Progress* progress, double* wall_seconds,
              std::uint64_t* all_unserved) {
  constexpr auto kWatchEvery = std::chrono::milliseconds(2);
  const std::uint32_t threads = stage.gateways();
  std::atomic<bool> stop = false;
  std::vector<std::uint64_t> unserved(threads);
  const double speed = stage.scenario().seconds() / seconds;
  // Whoever came in the last moment is served; a queue that has built up is not.
  constexpr double kGraceNs = 5e8;
  const bool is_rate = stage.options().mode == PlayMode::kRate;
  const std::uint64_t end_ns = stage.end_ns() + (is_rate ? static_cast<std::uint64_t>(kGraceNs * speed) : 0);
  stage.clock().Start(speed);
  const auto body = [&](unsigned i) {
    if (is_rate) {
      unserved[i] = ServeArrivals(stage, i, rate_scale, stop);
    } else {
      ServeAsFastAsItGoes(stage, i, stop);
    }
  };
  const auto watch = [&](double elapsed) {
    const std::uint64_t now = stage.clock().NowNs();
    const bool over = now >= end_ns || !stage.market().failure().empty();
    if (over) stop.store(true, std::memory_order_relaxed);
    const std::size_t interval = stage.intervals().IndexOf(now);
    stage.recorder().Close(interval);
    if (!progress->Due(elapsed)) return;
    progress->Show(elapsed, stage.market().totals(), OutlookOf(stage, RecentP99(stage, interval)));
  };
  *wall_seconds = RunCrowd(threads, body, kWatchEvery, watch);
  *all_unserved = std::accumulate(unserved.begin(), unserved.end(), std::uint64_t{0});
}

}  // namespace

std::string_view Name(PlayMode mode) {
  constexpr std::array<std::string_view, 3> kNames = {"max", "rate", "virtual"};
  return kNames[static_cast<std::size_t>(mode)];
}

std::string Play(const Scenario& scenario, const PlayOptions& options, Played* played) {
  const bool is_virtual = options.mode == PlayMode::kVirtual;
  const std::uint32_t threads = options.threads != 0 ? options.threads : scenario.gateway.threads;
  Stage stage(scenario, options, is_virtual ? 1 : threads);
  if (std::string problem = stage.Open(); !problem.empty()) return problem;
  std::uint64_t unserved = 0;
  {
    Progress progress(stderr, options.progress);
    if (is_virtual) {
      const auto begin = steady_clock::now();
      if (std::string failure = VirtualPlay(stage).Run(&progress); !failure.empty()) return failure;
      played->wall_seconds = SecondsSince(begin);
    } else {
      const double most = options.mode == PlayMode::kMax ? 5 : 10;
      const double seconds = options.seconds > 0 ? options.seconds : std::min(scenario.seconds(), most);
      const double rate_scale = options.rate > 0 ? options.rate * seconds / ExpectedArrivals(scenario) : 1;
      PlayLive(stage, seconds, rate_scale, &progress, &played->wall_seconds, &unserved);
    }
  }
  if (std::string failure = stage.Close(played); !failure.empty()) return failure;
  played->result.unserved = unserved;
  played->result.is_virtual = is_virtual;
  played->result.headline = Headline(stage);
  played->result.seconds = is_virtual ? scenario.seconds() : played->wall_seconds;
  return {};
}

}  // namespace flexstock::loadgen
