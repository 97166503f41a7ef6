#include "engine/journal/image.h"

#include <limits>

#include "engine/base/seeded_bugs.h"
#include "engine/journal/record.h"
#include "engine/shard/order.h"

namespace flexstock::journal {
namespace {

using shard::kSlotEnd;
using shard::Order;
using shard::ProductImage;
using shard::SlotImage;

constexpr std::size_t kImageMax = 192;

// An order's first byte: 7 takes all its units, 6 accepted, 5 refund told, 4 key, 3..0 state.
constexpr std::uint32_t kStateMask = 15, kKeyedBit = 16, kRefundToldBit = 32, kAcceptedBit = 64, kTakesAllBit = 128;

// What the images of a chunk lean on.
struct Previous {
  std::uint64_t slot = 0;
  std::int64_t when_ms = 0;
  std::uint64_t placed = 0;
};

std::byte* PutOrder(std::byte* at, const SlotImage& image, Previous* previous) {
  const Order& order = image.order;
  auto bits = static_cast<std::uint32_t>(order.state);
  if (order.state != OrderState::kNone) {
    if (order.has(Order::kKeyed)) bits |= kKeyedBit;
    if (order.has(Order::kRefundTold)) bits |= kRefundToldBit;
    if (order.accepted != 0) bits |= kAcceptedBit;
    if (order.taken == order.units()) bits |= kTakesAllBit;
  }
  *at++ = static_cast<std::byte>(bits);
  at = PutVarint(at, image.slot - previous->slot);
  previous->slot = image.slot;
  at = PutVarint(at, order.generation);
  if (order.state == OrderState::kNone) return at;
  at = PutVarint(at, order.product);
  at = PutVarint(at, static_cast<std::uint64_t>(order.customer));
  at = PutVarint(at, order.qty);
  if ((bits & kAcceptedBit) != 0) at = PutVarint(at, order.accepted);
  if ((bits & kTakesAllBit) == 0) at = PutVarint(at, order.taken);
  at = PutVarint(at, Fold(order.when_ms - previous->when_ms));
  at = PutVarint(at, Fold(static_cast<std::int64_t>(order.placed - previous->placed)));
  previous->when_ms = order.when_ms;
  previous->placed = order.placed;
  if ((bits & kKeyedBit) != 0) {
    at = PutFixed(at, image.key.hi);
    at = PutFixed(at, image.key.lo);
  }
  return at;
}

bool TakeOrder(Reader* reader, Previous* previous, SlotImage* image) {
  *image = SlotImage{};
  Order& order = image->order;
  const auto bits = reader->Fixed<std::uint8_t>();
  if ((bits & kStateMask) > static_cast<std::uint32_t>(OrderState::kRefunded)) return false;
  order.state = static_cast<OrderState>(bits & kStateMask);
  previous->slot += reader->UpTo<std::uint64_t>(kSlotEnd);
  if (previous->slot >= kSlotEnd) return false;
  image->slot = static_cast<std::uint32_t>(previous->slot);
  order.generation = reader->UpTo(shard::kGenerationMax);
  if (order.generation == 0) return false;
  if (order.state == OrderState::kNone) return bits == 0;
  order.product = reader->UpTo(kSlotEnd - 1);
  order.customer = reader->UpTo<std::int64_t>(kInt64Max);
  order.qty = reader->UpTo(kQtyMax);
  if ((bits & kAcceptedBit) != 0) order.accepted = reader->UpTo(order.qty);
  order.taken = (bits & kTakesAllBit) != 0 ? order.units() : reader->UpTo(order.units());
  std::int64_t when_ms = 0;
  if (__builtin_add_overflow(previous->when_ms, reader->Folded(), &when_ms) || when_ms < 0) return false;
  order.when_ms = previous->when_ms = when_ms;
  order.placed = previous->placed += static_cast<std::uint64_t>(reader->Folded());
  if ((bits & kRefundToldBit) != 0) order.marks |= Order::kRefundTold;
  if ((bits & kKeyedBit) != 0) {
    image->key.hi = reader->Fixed<std::uint64_t>();
    image->key.lo = reader->Fixed<std::uint64_t>();
    if (!image->key.given()) return false;
    order.marks |= Order::kKeyed;
  }
  if (base::Seeded(base::Bug::kLoseKey)) order.marks = static_cast<std::uint8_t>(order.marks & ~Order::kKeyed);
  if (base::Seeded(base::Bug::kLoseDeadline) && shard::IsWaiting(order.state)) {
    order.when_ms = std::numeric_limits<Millis>::max();
  }
  return !reader->failed() && order.qty != 0 && order.customer != 0;
}

}  // namespace

void PutImages(std::span<const SlotImage> orders, BlockWriter* block) {
  Previous previous;
  for (const SlotImage& image : orders) block->Advance(PutOrder(block->Room(kImageMax), image, &previous));
}

bool TakeImages(Reader* reader, std::uint64_t count, std::vector<SlotImage>* orders) {
  orders->clear();
  Previous previous;
  for (std::uint64_t i = 0; i < count; ++i) {
    SlotImage& image = orders->emplace_back();
    if (!TakeOrder(reader, &previous, &image)) return false;
  }
  return true;
}

void PutImages(std::span<const ProductImage> products, BlockWriter* block) {
  std::uint64_t slot = 0;
  for (const ProductImage& image : products) {
    std::byte* at = block->Room(kImageMax);
    at = PutVarint(at, image.slot - slot);
    slot = image.slot;
    for (const std::int64_t field :
         {image.product, image.member, image.available, image.held, image.sold, image.written_off, image.supplied}) {
      at = PutVarint(at, static_cast<std::uint64_t>(field));
    }
    block->Advance(PutPolicy(at, image.policy, image.draft));
  }
}

bool TakeImages(Reader* reader, std::uint64_t count, std::vector<ProductImage>* products) {
  products->clear();
  std::uint64_t slot = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    ProductImage& image = products->emplace_back();
    slot += reader->UpTo<std::uint64_t>(kSlotEnd);
    if (slot >= kSlotEnd) return false;
    image.slot = static_cast<std::uint32_t>(slot);
    for (std::int64_t* field : {&image.product, &image.member, &image.available, &image.held, &image.sold,
                                &image.written_off, &image.supplied}) {
      *field = reader->UpTo<std::int64_t>(kInt64Max);
    }
    if (image.product == 0 || image.member == 0 || !TakePolicy(reader, &image.policy, &image.draft)) return false;
  }
  return !reader->failed();
}

void PutTold(const shard::Change& told, BlockWriter* block) {
  shard::Change change = told;
  if (change.type() == shard::kProductImage) {
    // It is told to nobody and keeps its position only: what else it has is of this life, such as a policy's index.
    change.order = shard::MakeOrderId({shard::PlaceOf(change.order).shard, 0}, 0);
    change.key = {};
    change.customer = change.deadline_ms = 0;
  }
  for (const std::uint64_t word :
       {static_cast<std::uint64_t>(change.order), change.key.hi, change.key.lo,
        static_cast<std::uint64_t>(change.customer), static_cast<std::uint64_t>(change.at_ms),
        static_cast<std::uint64_t>(change.deadline_ms), change.image,
        std::uint64_t{change.told} << 32 | change.product}) {
    block->Fixed(word);
  }
}

bool TakeTold(Reader* reader, shard::Change* change) {
  change->order = static_cast<OrderId>(reader->Fixed<std::uint64_t>());
  change->key.hi = reader->Fixed<std::uint64_t>();
  change->key.lo = reader->Fixed<std::uint64_t>();
  change->customer = reader->Fixed<std::int64_t>();
  change->at_ms = reader->Fixed<Millis>();
  change->deadline_ms = reader->Fixed<Millis>();
  change->image = reader->Fixed<std::uint64_t>();
  const auto word = reader->Fixed<std::uint64_t>();
  change->told = static_cast<std::uint32_t>(word >> 32);
  change->product = static_cast<std::uint32_t>(word);
  const bool known = change->type() <= EventType::kProductMode || change->type() == shard::kProductImage;
  return !reader->failed() && known && change->mode() <= ProductMode::kDraft && change->product < kSlotEnd;
}

}  // namespace flexstock::journal
