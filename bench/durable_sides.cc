#include "bench/durable_sides.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "bench/size.h"
#include "engine/journal/format.h"
#include "tools/loadgen/durable_timings.h"
#include "tools/loadgen/stopwatch.h"

namespace flexstock::bench {
namespace {

constexpr std::uint32_t kP99 = 990'000;

// One caller on a stage.
class CallerSide : public Side {
 public:
  CallerSide(std::uint64_t epochs, std::shared_ptr<Stage> stage)
      : epochs_(epochs),
        stage_(std::move(stage)),
        caller_(*stage_, Draws::Of(Spread::kZipf, stage_->setting().products), {}, 0, 1) {
    caller_.WarmUp();
  }
  std::string Leave() override { return caller_.Leave(); }

 protected:
  [[nodiscard]] std::uint64_t orders() const { return epochs_ * kEpochOrders; }

  const std::uint64_t epochs_;
  const std::shared_ptr<Stage> stage_;
  Caller caller_;
};

class PlacingSide final : public CallerSide {
 public:
  using CallerSide::CallerSide;

  double Run() override {
    const auto from = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < epochs_; ++i) caller_.Epoch();
    // The last of all: with it, everything before is durable.
    const PlaceResult last = caller_.One();
    lost_ = lost_ || stage_->engine().WaitDurable(last.epoch) != Code::kOk;
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - from;
    return took.count() / static_cast<double>(orders() + 1);
  }
  std::string Leave() override { return (lost_ ? "the journal failed; " : "") + CallerSide::Leave(); }

 private:
  bool lost_ = false;
};

class DiskSide final : public Side {
 public:
  DiskSide(std::uint64_t orders, std::shared_ptr<Stage> stage, std::shared_ptr<Disk> disk)
      : orders_(orders), stage_(std::move(stage)), disk_(std::move(disk)) {}

  double Run() override {
    const JournalStats now = stage_->engine().Journal();
    const std::uint64_t blocks = now.blocks - std::exchange(blocks_, now.blocks);
    const std::uint64_t bytes = now.bytes - std::exchange(bytes_, now.bytes);
    std::uint64_t ns = 0;
    if (blocks == 0) return 0;
    for (std::uint64_t i = 0; i < blocks; ++i) ns += disk_->Overwrite(journal::PageUp(bytes / blocks));
    return static_cast<double>(ns) / static_cast<double>(orders_);
  }
  std::string Leave() override { return {}; }

 private:
  const std::uint64_t orders_;
  const std::shared_ptr<Stage> stage_;
  const std::shared_ptr<Disk> disk_;
  std::uint64_t blocks_ = stage_->engine().Journal().blocks, bytes_ = stage_->engine().Journal().bytes;
};

// Arrivals at even intervals, from when it is made on. A late caller does not shift those that come after: what they wait
// counts from when they meant to come.
class Arrivals {
 public:
  Arrivals(const loadgen::Stopwatch& stopwatch, double interval_ns)
      : stopwatch_(stopwatch),
        interval_ticks_(interval_ns * kSecond /
                        static_cast<double>(stopwatch_.Nanos(static_cast<std::uint64_t>(kSecond)))) {}

  // The ticks at which the i-th arrives, when it has.
  [[nodiscard]] std::uint64_t Await(std::uint64_t i) const {
    const std::uint64_t arrival = begin_ + static_cast<std::uint64_t>(static_cast<double>(i) * interval_ticks_);
    // Gives way while it waits: who only turns round and round would keep the engine's threads from their CPU for a
    // whole time slice whenever the system puts one of them on this one.
    while (stopwatch_.Ticks() < arrival) std::this_thread::yield();
    return arrival;
  }

 private:
  static constexpr double kSecond = 1e9;

  const loadgen::Stopwatch& stopwatch_;
  const double interval_ticks_;
  const std::uint64_t begin_ = stopwatch_.Ticks();
};

class WaitingSide final : public CallerSide {
 public:
  WaitingSide(std::uint64_t epochs, std::shared_ptr<Stage> stage, double interval_ns)
      : CallerSide(epochs, std::move(stage)), interval_ns_(interval_ns) {}

  double Run() override {
    loadgen::DurableTimings timings(stopwatch_);
    const Arrivals arrivals(stopwatch_, interval_ns_);
    for (std::uint64_t i = 0; i < orders(); ++i) {
      const std::uint64_t arrival = arrivals.Await(i);
      timings.Watch(stage_->engine(), caller_.One().epoch, arrival);
    }
    return static_cast<double>(timings.Close(stage_->engine()).ValueAt(kP99));
  }

 private:
  const loadgen::Stopwatch stopwatch_;
  const double interval_ns_;
};

class NoticingSide final : public Side {
 public:
  NoticingSide(std::uint64_t arrivals, std::shared_ptr<Disk> disk, double interval_ns)
      : arrivals_(arrivals), disk_(std::move(disk)), interval_ns_(interval_ns) {}

  double Run() override {
    std::atomic<bool> ends{false};
    std::thread syncing([&] {
      while (!ends.load(std::memory_order_relaxed)) (void)disk_->Overwrite(journal::kPage);
    });
    loadgen::Histogram late;
    const Arrivals arrivals(stopwatch_, interval_ns_);
    for (std::uint64_t i = 0; i < arrivals_; ++i) {
      const std::uint64_t arrival = arrivals.Await(i);
      late.Record(stopwatch_.Nanos(stopwatch_.Ticks() - arrival));
    }
    ends.store(true, std::memory_order_relaxed);
    syncing.join();
    return static_cast<double>(late.ValueAt(kP99));
  }
  std::string Leave() override { return {}; }

 private:
  const std::uint64_t arrivals_;
  const std::shared_ptr<Disk> disk_;
  const double interval_ns_;
  const loadgen::Stopwatch stopwatch_;
};

class LimitSide final : public Side {
 public:
  explicit LimitSide(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

  double Run() override {
    constexpr double kTimes = 3, kMoreNs = 2e6;
    loadgen::Histogram histogram;
    for (std::uint64_t i = 0; i < Sized(4000); ++i) histogram.Record(disk_->Overwrite(journal::kPage));
    return kTimes * static_cast<double>(histogram.ValueAt(kP99)) + kMoreNs;
  }
  std::string Leave() override { return {}; }

 private:
  const std::shared_ptr<Disk> disk_;
};

}  // namespace

std::unique_ptr<Side> DurableSides::Placing(std::shared_ptr<Stage> stage) const {
  return std::make_unique<PlacingSide>(epochs_, std::move(stage));
}

std::unique_ptr<Side> DurableSides::OnDiskAlone(std::shared_ptr<Stage> stage, std::shared_ptr<Disk> disk) const {
  return std::make_unique<DiskSide>(epochs_ * kEpochOrders, std::move(stage), std::move(disk));
}

std::unique_ptr<Side> DurableSides::Waiting(std::shared_ptr<Stage> stage, double interval_ns) const {
  return std::make_unique<WaitingSide>(epochs_, std::move(stage), interval_ns);
}

std::unique_ptr<Side> DurableSides::Noticing(std::shared_ptr<Disk> disk, double interval_ns) const {
  return std::make_unique<NoticingSide>(epochs_ * kEpochOrders, std::move(disk), interval_ns);
}

std::unique_ptr<Side> DurableSides::Limit(std::shared_ptr<Disk> disk) const {
  return std::make_unique<LimitSide>(std::move(disk));
}

}  // namespace flexstock::bench
