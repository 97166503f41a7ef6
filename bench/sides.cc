#include "bench/sides.h"

#include <utility>

#include "bench/floor.h"

namespace flexstock::bench {
namespace {

double NsAnOrder(double seconds, std::uint64_t epochs) {
  return seconds * 1e9 / static_cast<double>(epochs * kEpochOrders);
}

class PlacingSide final : public Side {
 public:
  PlacingSide(std::uint64_t epochs, std::shared_ptr<Stage> stage, Crowd<Caller> crowd, void (Caller::*epoch)())
      : epochs_(epochs), stage_(std::move(stage)), crowd_(std::move(crowd)), epoch_(epoch) {}

  double Run() override {
    const double seconds = crowd_.Run(epochs_, epoch_);
    // Of what was placed at one instant, as many as were placed are forgotten, the oldest, before the next time.
    if (epoch_ == &Caller::EpochOfOneInstant) stage_->Elapse(static_cast<Millis>(epochs_));
    return NsAnOrder(seconds, epochs_);
  }
  std::string Leave() override { return crowd_.Leave(); }

 private:
  const std::uint64_t epochs_;
  const std::shared_ptr<Stage> stage_;
  Crowd<Caller> crowd_;
  void (Caller::*const epoch_)();
};

class FloorSide final : public Side {
 public:
  FloorSide(std::uint64_t epochs, std::uint64_t products, Spread spread, std::uint32_t callers)
      : epochs_(epochs), floor_(products), crowd_(FloorCallers(floor_, spread, callers)) {}

  double Run() override { return NsAnOrder(crowd_.Run(epochs_, &FloorCaller::Epoch), epochs_); }
  std::string Leave() override { return crowd_.Leave(); }

 private:
  const std::uint64_t epochs_;
  Floor floor_;
  Crowd<FloorCaller> crowd_;
};

class DeadlinesSide final : public Side {
 public:
  DeadlinesSide(std::uint64_t epochs, std::uint64_t armed, void (Deadlines::*answer)(std::uint64_t))
      : epochs_(epochs), deadlines_(armed), answer_(answer) {}

  double Run() override {
    const auto from = std::chrono::steady_clock::now();
    (deadlines_.*answer_)(epochs_ * kEpochOrders);
    return NsAnOrder(std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count(), epochs_);
  }
  std::string Leave() override { return deadlines_.Right() ? "" : "deadlines are missing"; }

 private:
  const std::uint64_t epochs_;
  Deadlines deadlines_;
  void (Deadlines::*const answer_)(std::uint64_t);
};

}  // namespace

std::unique_ptr<Side> Sides::Placing(std::shared_ptr<Stage> stage, Spread spread, const Way& way,
                                     std::uint32_t callers) const {
  auto crowd = Callers(*stage, spread, way, callers);
  return std::make_unique<PlacingSide>(epochs_, std::move(stage), std::move(crowd), &Caller::Epoch);
}

std::unique_ptr<Side> Sides::PlacingOnly(std::shared_ptr<Stage> stage, const Way& way) const {
  auto crowd = Callers(*stage, Spread::kZipf, way, 1);
  return std::make_unique<PlacingSide>(epochs_, std::move(stage), std::move(crowd), &Caller::EpochOfOneInstant);
}

std::unique_ptr<Side> Sides::AtFloor(std::uint64_t products, Spread spread, std::uint32_t callers) const {
  return std::make_unique<FloorSide>(epochs_, products, spread, callers);
}

std::unique_ptr<Side> Sides::Answering(std::uint64_t armed, void (Deadlines::*answer)(std::uint64_t)) const {
  return std::make_unique<DeadlinesSide>(epochs_, armed, answer);
}

}  // namespace flexstock::bench
