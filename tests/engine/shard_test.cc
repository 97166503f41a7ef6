// One shard on its own: random commands, and every list, sum and key as it should be after each.
#include "engine/shard/shard.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/engine_impl.h"
#include "tests/model/seed.h"

namespace flexstock::shard {
namespace {

class ShardAlone {
 public:
  explicit ShardAlone(std::uint64_t seed) : random_(seed), options_(OptionsFor(seed)), engine_(options_) {}

  void Run(int steps) {
    ASSERT_EQ(engine_.Start(), "");
    Shard& shard = engine_.At(0);
    const Entered entered(shard);
    for (int step = 0; step < steps; ++step) {
      now_ += random_() % 4 == 0 ? static_cast<Millis>(random_() % 40) : 0;
      while (!shard.Arrive(now_, engine_.epoch())) TakeChanges(shard);
      Step(shard);
      shard.Verify();
      if (random_() % 16 == 0) TakeChanges(shard);
    }
    engine_.keys().Verify();
    EXPECT_LE(shard.Stats().order_slots, options_.orders_max);
  }

 private:
  static constexpr std::uint64_t kProducts = 4;

  static Options OptionsFor(std::uint64_t seed) {
    Options options;
    options.shards = 1;
    options.products_max = kProducts;
    options.orders_max = seed % 3 == 0 ? 20 : 200;  // small: full now and then
    options.retention_ms = seed % 5 == 0 ? 0 : 60;
    options.changes_max = 16;
    options.events_max = 1024;
    options.background = false;
    return options;
  }

  Policy SomePolicy() {
    Policy policy;
    policy.acceptance_window_ms = 1 + static_cast<Millis>(random_() % 100);
    policy.payment_window_ms = 1 + static_cast<Millis>(random_() % 100);
    policy.checkout_hold_ms = static_cast<Millis>(random_() % 2 * (random_() % 100));
    policy.customer_limit = static_cast<Units>(random_() % 2 * (random_() % 20));
    policy.fill_on_restock = static_cast<FillOnRestock>(random_() % 2);
    policy.late_payment = static_cast<LatePayment>(random_() % 2);
    policy.draw_on_accept = random_() % 2 == 0;
    return policy;
  }

  void Step(Shard& shard) FLEXSTOCK_REQUIRES(shard.lock) {
    const auto product = static_cast<ProductId>(1 + random_() % kProducts);
    switch (random_() % 12) {
      case 0: {
        const Policy p = SomePolicy();
        const PutProduct put{.product = product,
                             .member = MemberId{7},
                             .stock = static_cast<Units>(random_() % 30),
                             .status = static_cast<ProductStatus>(random_() % 8 == 0),
                             .policy = {.acceptance_window_ms = p.acceptance_window_ms,
                                        .payment_window_ms = p.payment_window_ms,
                                        .checkout_hold_ms = p.checkout_hold_ms,
                                        .customer_limit = p.customer_limit,
                                        .fill_on_restock = p.fill_on_restock,
                                        .late_payment = p.late_payment,
                                        .draw_on_accept = p.draw_on_accept}};
        ASSERT_TRUE(shard.Put(put).ok());
        return;
      }
      case 1:
        (void)shard.Adjust({.product = product, .by = static_cast<Units>(random_() % 11) - 5});
        return;
      case 2:
        (void)shard.SetStatus(product, static_cast<ProductStatus>(random_() % 4 == 0));
        return;
      case 3:
      case 4:
      case 5:
      case 6:
        PlaceSome(shard, product);
        return;
      default:
        if (!placed_.empty()) Treat(shard, placed_[random_() % placed_.size()]);
    }
  }

  void PlaceSome(Shard& shard, ProductId product) FLEXSTOCK_REQUIRES(shard.lock) {
    const std::uint32_t slot = shard.FindProduct(product);
    if (slot == kNil) return;
    Asked asked{.product = slot,
                .qty = static_cast<std::uint32_t>(1 + random_() % 6),
                .customer = static_cast<std::int64_t>(1 + random_() % 3),
                .key = {.hi = 0, .lo = random_() % 40},
                .hash = 0};
    if (asked.key.given()) asked.hash = engine_.keys().Hash(asked.key);
    std::uint32_t foreign = kNoShard;
    const PlaceResult result = shard.Place(asked, &foreign);
    ASSERT_EQ(foreign, kNoShard);
    ASSERT_EQ(result.ok(), result.order != kNoOrder);
    if (!result.ok() || result.duplicate) return;
    placed_.push_back(result.order);
    if (placed_.size() > 100) placed_.erase(placed_.begin());
  }

  void Treat(Shard& shard, OrderId order) FLEXSTOCK_REQUIRES(shard.lock) {
    switch (random_() % 7) {
      case 0:
        (void)shard.Accept(order, 0);
        return;
      case 1:
        (void)shard.Accept(order, 1);
        return;
      case 2:
        (void)shard.Decline(order);
        return;
      case 3:
        (void)shard.Pay(order);
        return;
      case 4:
        (void)shard.Cancel(order);
        return;
      case 5:
        (void)shard.Refund(order, random_() % 2 == 0);
        return;
      default:
        (void)shard.PickUp(order);
    }
  }

  void TakeChanges(Shard& shard) FLEXSTOCK_REQUIRES(shard.lock) {
    const std::size_t waiting = shard.changes_waiting();
    std::vector<Change> taken;
    ASSERT_EQ(shard.TakeChanges(engine_.epoch(), taken), waiting);
    ASSERT_EQ(shard.changes_waiting(), 0u);
  }

  std::mt19937_64 random_;
  const Options options_;
  Engine::Impl engine_;  // for its one shard; it commits nothing, so its epoch stays
  Millis now_ = 1'000'000;
  std::vector<OrderId> placed_;
};

TEST(ShardTest, IsInOrderAfterEveryCommand) {
  for (const std::uint64_t seed : model::Seeds(1, 60)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    model::NameSeedOnAbort(seed);
    ShardAlone(seed).Run(1000);
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace flexstock::shard
