// Two threads who meet where it takes a scheduler's whim to bring them: one is held at a point that only this build has
// (engine/base/yield_point.h) until the other has done what must not come between.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/yield_point.h"
#include "engine/shard/order.h"
#include "flexstock/engine.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::sim {
namespace {

class NoClock final : public Clock {
 public:
  Millis NowMs() override { return 0; }
};
NoClock no_clock;

constexpr MemberId kMember{7};
constexpr CustomerId kCustomer{3};
constexpr OrderKey kKey{.hi = 1, .lo = 2};

enum class Way { kOne, kMany, kSplit, kAllOrNothing };

class KeyEpochTest : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    Open();
    // Two products of different shards.
    for (std::int64_t id = 1; id <= 2 || ShardOf(id) == ShardOf(1); ++id) {
      second_ = ProductId{id};
      const PutProduct put{.product = second_, .member = kMember, .stock = Stock(), .status = {}, .policy = {}};
      ASSERT_TRUE(engine_->Put(put, 1).ok());
    }
  }
  void Open() {
    Options options;
    options.shards = 8;
    options.products_max = options.orders_max = 1 << 10;
    options.retention_ms = 0;
    options.policy.checkout_hold_ms = 1'000'000;
    options.audiences = {Audience::kFeed};
    options.clock = &no_clock;
    options.background = false;
    options.journal_dir = "/journal";
    options.journal_segment_bytes = 64 << 10;
    options.storage = &storage_;
    auto [engine, problem] = Engine::Open(options);
    ASSERT_EQ(problem, "");
    engine_ = std::move(engine);
  }
  void PowerLoss() {
    storage_.Arm({.at = storage_.operations(), .kind = FaultKind::kCrash});
    std::vector<std::string> names;
    (void)storage_.List("/journal", &names);
    engine_.reset();
    storage_.PowerLoss(Loss::kAll);
  }
  [[nodiscard]] std::uint32_t ShardOf(std::int64_t product) const {
    ProductRef ref;
    return engine_->Resolve(ProductId{product}, &ref) ? ref.shard : ~0u;
  }
  // A cart that takes all or nothing takes from stock; all other orders here have to wait for their member.
  [[nodiscard]] static Units Stock() { return GetParam() == Way::kAllOrNothing ? 100 : 0; }

  // An order for the second product, with the key.
  PlaceResult PlaceSecond(When when) {
    const PlaceOrder order{.product = second_, .customer = kCustomer, .qty = 1, .key = kKey};
    const CartLine line{.product = second_, .qty = 1, .key = kKey};
    std::array<PlaceResult, 1> results;
    switch (GetParam()) {
      case Way::kOne:
        return engine_->Place(order, when);
      case Way::kMany:
        engine_->PlaceMany({&order, 1}, results, when.at_ms);
        return results[0];
      default:
        break;
    }
    const auto mode = GetParam() == Way::kSplit ? CartMode::kSplit : CartMode::kAllOrNothing;
    (void)engine_->Place({.customer = kCustomer, .mode = mode, .lines = {&line, 1}}, results, when);
    return results[0];
  }

  SimStorage storage_{1};
  std::unique_ptr<Engine> engine_;
  ProductId second_{};
};

// A key is looked up, and is free because its order has gone in the epoch that has begun meanwhile. The new order must
// be of that epoch, too: durable in the one before, it would be there after a crash beside the old one.
TEST_P(KeyEpochTest, AnOrderIsNoOlderThanWhatFreedItsKey) {
  const PlaceResult first = engine_->Place({.product = ProductId{1}, .customer = kCustomer, .qty = 1, .key = kKey}, 1);
  ASSERT_TRUE(first.ok());
  ASSERT_NE(first.deadline_ms, 0);  // it waits
  ASSERT_EQ(engine_->WaitDurable(first.epoch), Code::kOk);

  std::atomic<bool> is_there{false}, may_go{false};
  base::before_key_stripes = [&] {
    if (is_there.exchange(true)) return;
    while (!may_go) std::this_thread::yield();
  };
  const Position position{.stream = 1, .offset = 17};
  PlaceResult second;
  std::thread placing([&] { second = PlaceSecond({2, GetParam() == Way::kMany ? nullptr : &position}); });
  while (!is_there) std::this_thread::yield();
  // The commit ends the epoch that the second order has seen, and waits for its shard.
  const auto epoch_now = [&] { return engine_->Set({.product = ProductId{1}, .stock = 1, .expect = 99}, 2).epoch; };
  ASSERT_TRUE(engine_->Adjust({.product = ProductId{1}, .by = 1}, 2).ok());
  const Epoch seen = epoch_now();
  std::thread committing([&] { EXPECT_TRUE(engine_->Commit()); });
  while (epoch_now() == seen) std::this_thread::yield();
  const CommandResult canceled = engine_->Cancel(first.order, 3);
  ASSERT_TRUE(canceled.ok());
  OrderView view;
  ASSERT_EQ(engine_->Find(first.order, &view, 3), Code::kUnknownOrder);
  may_go = true;
  placing.join();
  committing.join();
  base::before_key_stripes = nullptr;
  EXPECT_EQ(second.code, Code::kOk);
  EXPECT_FALSE(second.duplicate);
  EXPECT_EQ(second.epoch, canceled.epoch);

  PowerLoss();
  Open();
  ASSERT_NE(engine_, nullptr);
  ASSERT_EQ(engine_->recovery().epoch, seen);
  ASSERT_EQ(engine_->Find(kKey, &view, 3), Code::kOk);
  EXPECT_EQ(view.order, first.order);
  EXPECT_EQ(engine_->Find(second.order, &view, 3), Code::kUnknownOrder);
  std::uint64_t offset = 0;
  EXPECT_FALSE(engine_->FindPosition(1, &offset));
  EXPECT_TRUE(engine_->Audit().ok());
}

INSTANTIATE_TEST_SUITE_P(Ways, KeyEpochTest, testing::Values(Way::kOne, Way::kMany, Way::kSplit, Way::kAllOrNothing));

}  // namespace
}  // namespace flexstock::sim
