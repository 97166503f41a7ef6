// Images of a snapshot: orders, products and events come back as they were, and bytes that are none are refused.
#include "engine/journal/image.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "tests/model/seed.h"
#include "tests/sim/random.h"

namespace flexstock::journal {
namespace {

using shard::Change;
using shard::kSlotEnd;
using shard::Order;
using shard::ProductImage;
using shard::SlotImage;
using sim::Random;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

std::uint64_t Some(Random* random, std::uint64_t most) {
  if (random->OneIn(4)) return most;
  return std::min(most, random->Next() >> random->Below(64));
}

// Rising slots, up to the last one.
std::vector<std::uint32_t> Slots(Random* random, std::size_t count) {
  std::vector<std::uint32_t> slots;
  std::uint64_t slot = random->Below(10);
  for (std::size_t i = 0; i < count && slot < kSlotEnd; ++i) {
    slots.push_back(static_cast<std::uint32_t>(slot));
    slot += 1 + (random->OneIn(5) ? random->Below(kSlotEnd / 4) : random->Below(3));
  }
  if (random->OneIn(3)) slots.push_back(kSlotEnd - 1);
  return slots;
}

std::vector<SlotImage> Orders(Random* random) {
  std::vector<SlotImage> images;
  for (const std::uint32_t slot : Slots(random, random->Below(20))) {
    SlotImage& image = images.emplace_back();
    image.slot = slot;
    Order& order = image.order;
    order.generation = static_cast<std::uint32_t>(1 + Some(random, shard::kGenerationMax - 1));
    order.state = static_cast<OrderState>(random->Below(10));
    if (order.state == OrderState::kNone) continue;
    order.product = static_cast<std::uint32_t>(Some(random, kSlotEnd - 1));
    order.customer = 1 + static_cast<std::int64_t>(Some(random, kMax - 1));
    order.qty = static_cast<std::uint32_t>(1 + Some(random, kQtyMax - 1));
    order.accepted = random->OneIn(2) ? static_cast<std::uint32_t>(Some(random, order.qty)) : 0;
    order.taken = static_cast<std::uint32_t>(random->OneIn(2) ? Some(random, order.units()) : order.units());
    order.when_ms = static_cast<Millis>(Some(random, kMax));
    order.placed = random->OneIn(2) ? random->Next() : Some(random, std::uint64_t{1} << 60);
    if (random->OneIn(3)) order.marks |= Order::kRefundTold;
    if (random->OneIn(3)) {
      order.marks |= Order::kKeyed;
      image.key = {.hi = random->Next(), .lo = random->Next() | 1};
    }
  }
  return images;
}

std::vector<ProductImage> Products(Random* random) {
  std::vector<ProductImage> images;
  for (const std::uint32_t slot : Slots(random, random->Below(20))) {
    ProductImage& image = images.emplace_back();
    image.slot = slot;
    image.product = 1 + static_cast<std::int64_t>(Some(random, kMax - 1));
    image.member = 1 + static_cast<std::int64_t>(Some(random, kMax - 1));
    for (Units* units : {&image.available, &image.held, &image.sold, &image.written_off, &image.supplied}) {
      *units = static_cast<Units>(Some(random, kMax));
    }
    image.draft = random->OneIn(2);
    image.policy.customer_limit = static_cast<Units>(Some(random, kMax));
    image.policy.draw_on_accept = random->OneIn(2);
  }
  return images;
}

bool Same(const SlotImage& a, const SlotImage& b) {
  const Order &one = a.order, &other = b.order;
  return a.slot == b.slot && a.key == b.key && one.generation == other.generation && one.state == other.state &&
         one.product == other.product && one.customer == other.customer && one.qty == other.qty &&
         one.accepted == other.accepted && one.taken == other.taken && one.when_ms == other.when_ms &&
         one.placed == other.placed && one.marks == other.marks;
}
bool Same(const ProductImage& a, const ProductImage& b) {
  return a.slot == b.slot && a.product == b.product && a.member == b.member && a.available == b.available &&
         a.held == b.held && a.sold == b.sold && a.written_off == b.written_off && a.supplied == b.supplied &&
         a.draft == b.draft && a.policy == b.policy;
}

template <typename Image>
void ExpectThereAndBack(const std::vector<Image>& images) {
  BlockWriter block;
  block.Begin();
  PutImages(std::span<const Image>(images), &block);
  const std::vector<std::byte> bytes(block.payload().begin(), block.payload().end());
  std::vector<Image> back;
  {
    Reader reader(bytes);
    ASSERT_TRUE(TakeImages(&reader, images.size(), &back));
    EXPECT_EQ(reader.left(), 0u);
  }
  ASSERT_EQ(back.size(), images.size());
  for (std::size_t i = 0; i < images.size(); ++i) EXPECT_TRUE(Same(back[i], images[i])) << "image " << i;
  // Nothing is there that is not.
  {
    Reader reader(bytes);
    EXPECT_FALSE(TakeImages(&reader, images.size() + 1, &back));
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    Reader reader(cut);
    EXPECT_FALSE(TakeImages(&reader, images.size(), &back)) << "cut to " << size;
  }
}

TEST(ImageTest, ImagesComeBackAndCutOnesDoNot) {
  for (const std::uint64_t seed : model::Seeds(6'200'000, 500)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    Random random(seed);
    ExpectThereAndBack(Orders(&random));
    ExpectThereAndBack(Products(&random));
    if (HasFailure()) return;
  }
}

TEST(ImageTest, GarbageIsRefusedOrInRange) {
  std::uint64_t orders_taken = 0, products_taken = 0;
  for (const std::uint64_t seed : model::Seeds(6'300'000, 20'000)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    Random random(seed);
    std::vector<std::byte> bytes(random.Below(60));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.OneIn(2) ? random.Below(8) : random.Next());
    {
      Reader reader(bytes);
      std::vector<SlotImage> images;
      if (TakeImages(&reader, 1, &images)) {
        ++orders_taken;
        const Order& order = images.front().order;
        EXPECT_LT(images.front().slot, kSlotEnd);
        EXPECT_GE(order.generation, 1u);
        EXPECT_LE(order.accepted, order.qty);
        EXPECT_LE(order.taken, order.units());
        EXPECT_GE(order.when_ms, 0);
        EXPECT_EQ(order.has(Order::kKeyed), images.front().key.given());
      }
    }
    Reader reader(bytes);
    std::vector<ProductImage> images;
    if (TakeImages(&reader, 1, &images)) {
      ++products_taken;
      const ProductImage& image = images.front();
      EXPECT_LT(image.slot, kSlotEnd);
      EXPECT_GT(image.product, 0);
      EXPECT_GT(image.member, 0);
      EXPECT_GE(std::min({image.available, image.held, image.sold, image.written_off, image.supplied}), 0);
      EXPECT_TRUE(IsValid(image.policy));
    }
  }
  if (std::getenv("FLEXSTOCK_SEED") != nullptr) return;  // one seed need not have either
  EXPECT_GT(orders_taken, 100u);
  EXPECT_GT(products_taken, 10u);
}

// ---- One wrong thing at a time --------------------------------------------------------------------------------------

// An order's image by hand: its first byte, then varints.
bool IsTaken(std::uint8_t head, const std::vector<std::uint64_t>& varints) {
  std::vector<std::byte> bytes = {std::byte{head}};
  for (const std::uint64_t varint : varints) {
    std::byte some[kVarintMax];
    bytes.insert(bytes.end(), some, PutVarint(some, varint));
  }
  Reader reader(bytes);
  std::vector<SlotImage> images;
  return TakeImages(&reader, 1, &images) && reader.left() == 0;
}

TEST(ImageTest, OrdersOutOfRangeAreRefused) {
  constexpr std::uint8_t kConfirmed = 3, kTakesAll = 128, kAccepted = 64, kKey = 16;
  constexpr std::uint64_t kBeyond = std::uint64_t{1} << 63;
  const std::vector<std::uint64_t> good = {/*slot*/ 1, /*generation*/ 1, /*product*/ 1, /*customer*/ 1,
                                           /*qty*/ 5,  /*taken*/ 5,      /*when*/ 0,    /*placed*/ 0};
  EXPECT_TRUE(IsTaken(kConfirmed, good));
  const auto with = [&](std::size_t at, std::uint64_t value) {
    std::vector<std::uint64_t> changed = good;
    changed[at] = value;
    return IsTaken(kConfirmed, changed);
  };
  EXPECT_TRUE(with(0, kSlotEnd - 1));
  EXPECT_FALSE(with(0, kSlotEnd));
  EXPECT_FALSE(with(0, kSlotEnd + 1));
  EXPECT_FALSE(with(1, 0));
  EXPECT_FALSE(with(1, shard::kGenerationMax + 1));
  EXPECT_FALSE(with(2, kSlotEnd));
  EXPECT_FALSE(with(3, 0));
  EXPECT_FALSE(with(3, kBeyond));
  EXPECT_FALSE(with(4, 0));
  EXPECT_FALSE(with(4, kQtyMax + 1));
  EXPECT_FALSE(with(5, 6));
  EXPECT_FALSE(with(6, Fold(-1)));
  EXPECT_TRUE(with(6, Fold(kMax)));
  EXPECT_FALSE(IsTaken(10, good));  // no state
  EXPECT_FALSE(IsTaken(15, good));
  EXPECT_TRUE(IsTaken(0, {1, 1}));
  EXPECT_FALSE(IsTaken(kKey, {1, 1}));  // a free slot has no key
  EXPECT_TRUE(IsTaken(kConfirmed | kTakesAll | kAccepted, {1, 1, 1, 1, 5, 5, 0, 0}));
  EXPECT_FALSE(IsTaken(kConfirmed | kTakesAll | kAccepted, {1, 1, 1, 1, 5, 6, 0, 0}));  // more than was ordered
  // A key of zeros is none: sixteen bytes of them.
  std::vector<std::uint64_t> keyed = good;
  keyed.insert(keyed.end(), 16, 0);
  EXPECT_FALSE(IsTaken(kConfirmed | kKey, keyed));
  keyed.back() = 1;
  EXPECT_TRUE(IsTaken(kConfirmed | kKey, keyed));
}

TEST(ImageTest, TimesThatRunOutAreRefused) {
  BlockWriter block;
  block.Begin();
  for (const std::uint64_t by : {Fold(kMax), Fold(1)}) {
    block.Fixed<std::uint8_t>(3);
    for (const std::uint64_t field : {std::uint64_t{1}, std::uint64_t{1}, std::uint64_t{1}, std::uint64_t{1},
                                      std::uint64_t{5}, std::uint64_t{5}, by, std::uint64_t{0}}) {
      block.Varint(field);
    }
  }
  Reader reader(block.payload());
  std::vector<SlotImage> images;
  EXPECT_FALSE(TakeImages(&reader, 2, &images));
}

TEST(ImageTest, ProductSlotsBeyondTheLastAreRefused) {
  std::vector<ProductImage> images(2);
  images[0] = {.slot = kSlotEnd - 1, .product = 1, .member = 1, .policy = {}};
  images[1] = {.slot = 0, .product = 2, .member = 1, .policy = {}};  // below the one before: the difference wraps
  BlockWriter block;
  block.Begin();
  PutImages(std::span<const ProductImage>(images), &block);
  Reader reader(block.payload());
  EXPECT_FALSE(TakeImages(&reader, 2, &images));
}

// ---- Events ---------------------------------------------------------------------------------------------------------

TEST(ImageTest, EventsComeBackAndCutOnesDoNot) {
  const std::uint64_t seed = model::Seeds(1, 1).front();
  SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
  Random random(seed);
  for (int i = 0; i < 2'000; ++i) {
    Change change{};
    change.order = static_cast<OrderId>(random.Next());
    change.key = {.hi = random.Next(), .lo = random.Next()};
    change.customer = static_cast<std::int64_t>(random.Next() >> 1);
    change.at_ms = static_cast<Millis>(random.Next() >> 1);
    change.deadline_ms = static_cast<Millis>(random.Next() >> 1);
    change.image = random.Next();
    change.product = static_cast<std::uint32_t>(random.Below(kSlotEnd));
    const auto type = static_cast<EventType>(random.Below(16));
    const auto mode = static_cast<ProductMode>(random.Below(4));
    change.told = Change::Told(type, static_cast<std::uint32_t>(random.Below(kQtyMax + 1)), 3, mode);
    const bool good = (type <= EventType::kProductMode || type == shard::kProductImage) && mode <= ProductMode::kDraft;
    BlockWriter block;
    block.Begin();
    PutTold(change, &block);
    const std::vector<std::byte> bytes(block.payload().begin(), block.payload().end());
    Change back{};
    Reader reader(bytes);
    ASSERT_EQ(TakeTold(&reader, &back), good);
    if (!good) continue;
    if (type == shard::kProductImage) {  // only its position is of use to anybody
      change.order = shard::MakeOrderId({shard::PlaceOf(change.order).shard, 0}, 0);
      change.key = {};
      change.customer = change.deadline_ms = 0;
    }
    EXPECT_TRUE(back.order == change.order && back.key == change.key && back.customer == change.customer &&
                back.at_ms == change.at_ms && back.deadline_ms == change.deadline_ms && back.image == change.image &&
                back.product == change.product && back.told == change.told);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      Reader short_reader(cut);
      EXPECT_FALSE(TakeTold(&short_reader, &back));
    }
  }
  Change beyond{};
  beyond.product = kSlotEnd;
  BlockWriter block;
  block.Begin();
  PutTold(beyond, &block);
  Reader reader(block.payload());
  EXPECT_FALSE(TakeTold(&reader, &beyond));
}

}  // namespace
}  // namespace flexstock::journal
