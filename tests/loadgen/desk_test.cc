// Desks while the engine has no room: what was due is done all the same, whether time goes on or stands.
#include "tools/loadgen/play/desk.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>

#include "tools/loadgen/play/member_desk.h"

namespace flexstock::loadgen {
namespace {

// An engine with one product, of which there is nothing, so that its member is asked.
class DeskTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kEventsMax = 1'024;

  void SetUp() override {
    Options options;
    options.shards = 1;
    options.events_max = kEventsMax;
    options.changes_max = 16;
    options.background = false;
    options.clock = &clock_;
    auto [engine, problem] = Engine::Open(options);
    ASSERT_NE(engine, nullptr) << problem;
    engine_ = std::move(engine);
    ASSERT_EQ(catalogue_.PutInto(*engine_), "");
  }

  // So many that the member is asked for, and as many steps as it takes him to do what he does about them.
  void AskFor(std::uint64_t orders, Consumer* member) {
    for (std::uint64_t i = 0; i < orders; ++i) {
      const PlaceResult placed = engine_->Place({.product = ProductId{1}, .customer = CustomerId{1}, .qty = 1});
      ASSERT_EQ(placed.state, OrderState::kAwaitingAcceptance);
    }
    for (std::uint64_t before = ~std::uint64_t{0}; member->handled() != before;) {
      before = member->handled();
      (void)engine_->Commit();
      member->Step();
    }
  }

  [[nodiscard]] Totals totals() const {
    Totals totals;
    notebook_.tally.AddTo(&totals);
    return totals;
  }

  const Stopwatch stopwatch_;
  const Catalogue catalogue_ = Catalogue::Numbered(1, 0);
  ScenarioClock clock_{stopwatch_};
  std::unique_ptr<Engine> engine_;
  Gate gate_;
  Notebook notebook_{1};
};

// The clock stands while a run's end is settled, and those who make room are still there: what is put off until a later
// that never comes would not be done at all.
TEST_F(DeskTest, OnThreadsRoomIsWaitedForThoughTheClockStands) {
  const Scenario scenario;  // every request is accepted at once
  MemberDesk member({*engine_, catalogue_, stopwatch_, gate_, nullptr, /*on_threads=*/true}, {clock_, 0, {}}, scenario,
                    1, notebook_);
  // Customers who take nothing away before the member was refused.
  const std::jthread customers([this](const std::stop_token& stop) {
    std::array<Event, 64> events;
    while (!stop.stop_requested()) {
      if (totals().overloaded != 0) (void)engine_->Poll(Audience::kCustomer, events);
      std::this_thread::yield();
    }
  });
  constexpr std::uint64_t kOrders = 1'000;  // twice as many are more than his customers have room for
  static_assert(kOrders < kEventsMax && kEventsMax < 2 * kOrders);
  AskFor(kOrders, &member);
  AskFor(kOrders, &member);
  EXPECT_GT(totals().overloaded, 0u);
  EXPECT_EQ(totals().done(Call::kAccept), 2 * kOrders);
}

}  // namespace
}  // namespace flexstock::loadgen
