// A snapshot that is read in several batches, whose memory is used again from one to the next: orders, then products,
// then orders of another shard.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <tuple>
#include <vector>

#include "engine/journal/snapshot_reader.h"
#include "tests/journal/shop.h"
#include "tests/model/seed.h"
#include "tests/program/program.h"
#include "tests/sim/random.h"

namespace flexstock::journal {
namespace {

constexpr std::int64_t kProducts = 300;
constexpr int kOrders = 150'000;
constexpr Units kUnits = 2 * kOrders / kProducts - 20;  // of a product: of some, the last orders have to wait
constexpr Millis kNow = 5;

class LargeSnapshotTest : public testing::Test {
 protected:
  LargeSnapshotTest() {
    options_ = OptionsOn(nullptr, 64);
    options_.journal_dir = directory_.path() / "journal";
    options_.products_max = 1 << 14;
    options_.orders_max = 1 << 18;
    options_.audiences = {};
    options_.recovery_threads = 2;
    options_.journal_segment_bytes = 1 << 20;
  }

  [[nodiscard]] std::unique_ptr<Engine> Open() const {
    auto [engine, problem] = Engine::Open(options_);
    EXPECT_EQ(problem, "");
    return std::move(engine);
  }

  static OrderView Look(Engine* engine, OrderId order) {
    OrderView view;
    EXPECT_EQ(engine->Find(order, &view, kNow), Code::kOk);
    return view;
  }

  const program::Directory directory_;
  Options options_;
};

TEST_F(LargeSnapshotTest, ComesBackFromItsBatches) {
  const std::uint64_t seed = model::Seeds(1, 1).front();
  SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
  sim::Random random(seed);
  std::unique_ptr<Engine> engine = Open();
  ASSERT_NE(engine, nullptr);
  for (std::int64_t id = 1; id <= kProducts; ++id) {
    const PutProduct put{.product = ProductId{id}, .member = MemberId{1 + id % 7}, .stock = kUnits};
    ASSERT_TRUE(engine->Put(put, 1).ok());
  }
  std::vector<OrderId> orders;
  for (int i = 0; i < kOrders; ++i) {
    const PlaceOrder order{.product = ProductId{static_cast<std::int64_t>(1 + random.Below(kProducts))},
                           .customer = CustomerId{static_cast<std::int64_t>(1 + random.Below(1'000'000))},
                           .qty = static_cast<Units>(1 + random.Below(3)),
                           .key = {.hi = random.Next() | 1, .lo = random.Next()}};
    const PlaceResult placed = engine->Place(order, 2 + i % 3);
    if (placed.ok()) orders.push_back(placed.order);
  }
  ASSERT_GT(orders.size(), std::size_t{kOrders} / 2);
  ASSERT_EQ(engine->Snapshot(), "");
  std::vector<OrderView> before;
  for (const OrderId order : orders) before.push_back(Look(engine.get(), order));
  const AuditReport audit = engine->Audit();
  ASSERT_GT(audit.pending, std::size_t{kProducts});
  const Epoch epoch = engine->Journal().snapshot_epoch;
  engine.reset();

  SnapshotReader reader(SystemStorage(), options_.journal_dir, epoch);
  ASSERT_EQ(reader.Open(), "");
  int batches = 0;
  for (std::vector<Block> blocks; reader.Next(&blocks).empty() && !blocks.empty();) ++batches;
  EXPECT_GE(batches, 2) << "it is too small to show anything";

  engine = Open();
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(engine->recovery().snapshot_epoch, epoch);
  const auto all = [](const OrderView& view) {
    return std::tuple(view.order, view.key.hi, view.key.lo, view.product, view.member, view.customer, view.qty,
                      view.accepted, view.taken, view.state, view.deadline_ms);
  };
  for (std::size_t i = 0; i < orders.size(); ++i) {
    ASSERT_EQ(all(Look(engine.get(), orders[i])), all(before[i])) << "order " << i;
    OrderView by_key;
    ASSERT_EQ(engine->Find(before[i].key, &by_key, kNow), Code::kOk);
    ASSERT_EQ(by_key.order, orders[i]);
  }
  const AuditReport again = engine->Audit();
  EXPECT_TRUE(again.ok());
  EXPECT_EQ(again.orders, audit.orders);
  EXPECT_EQ(again.pending, audit.pending);
  EXPECT_EQ(again.available, audit.available);
  EXPECT_EQ(again.sold, audit.sold);
}

}  // namespace
}  // namespace flexstock::journal
