// EpochWriter: what no block can hold is not written.
#include "engine/journal/epoch_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/journal/segments.h"
#include "engine/shard/change.h"
#include "engine/shard/order.h"
#include "engine/shard/policy_table.h"
#include "tests/sim/sim_storage.h"

namespace flexstock::journal {
namespace {

using shard::Change;

TEST(EpochWriterTest, AnEpochThatIsTooLongForABlockIsRefused) {
  sim::SimStorage storage(1);
  ASSERT_EQ(storage.MakeDirectory("/j"), 0);
  const FileHeader like{.engine = {.hi = 5, .lo = 6}, .shards = 1};
  auto segments = std::make_unique<Segments>(storage, "/j", like, 64 << 10);
  ASSERT_EQ(segments->Open(1, kPage), "");
  shard::PolicyTable policies(8);
  ASSERT_TRUE(policies.Open(Policy{}));
  EpochWriter writer(std::move(segments), like.engine, {}, {}, policies, /*payload_max=*/1'000);
  Change change{};
  change.order = shard::MakeOrderId({0, 1}, 1);
  change.told = Change::Told(EventType::kOrderDeclined, 0, 0, ProductMode{});
  const auto write = [&](Epoch epoch, std::size_t count) {
    writer.Begin();
    writer.Add(0, count, std::vector<Change>(count, change));
    return writer.End(epoch, 1, {}, nullptr);
  };
  EXPECT_EQ(write(1, 150), "");
  const std::uint64_t bytes = writer.bytes;
  const std::string problem = write(2, 1'500);
  EXPECT_EQ(problem.find("epoch 2 has "), 0u) << problem;
  EXPECT_NE(problem.find(" bytes of changes, and a block holds 1000: "), std::string::npos) << problem;
  EXPECT_EQ(writer.bytes, bytes);
  EXPECT_EQ(write(2, 150), "");
}

}  // namespace
}  // namespace flexstock::journal
