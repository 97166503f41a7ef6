// Changes as the journal holds them: each kind comes back as it was, and bytes that are none are refused.
#include "engine/journal/record.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/model/seed.h"
#include "tests/sim/random.h"

namespace flexstock::journal {
namespace {

using shard::Change;
using sim::Random;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kSlotMax = shard::kSlotEnd - 1;

// Small, or near an end, or anything: 0 .. most.
std::uint64_t Some(Random* random, std::uint64_t most) {
  switch (random->Below(4)) {
    case 0:
      return std::min<std::uint64_t>(random->Below(4), most);
    case 1:
      return most - std::min<std::uint64_t>(random->Below(4), most);
    default:
      return std::min(most, random->Next() >> random->Below(64));
  }
}
std::int64_t Positive(Random* random) { return 1 + static_cast<std::int64_t>(Some(random, kMax - 1)); }

Policy RandomPolicy(Random* random) {
  Policy policy;
  policy.acceptance_window_ms = Positive(random);
  policy.payment_window_ms = Positive(random);
  policy.checkout_hold_ms = static_cast<Millis>(Some(random, kMax));
  policy.pending_limit = static_cast<Units>(Some(random, kMax));
  policy.order_limit = static_cast<Units>(Some(random, kMax));
  policy.customer_limit = static_cast<Units>(Some(random, kMax));
  policy.overflow = random->OneIn(2) ? Overflow::kReject : Overflow::kAskMember;
  policy.fill_on_restock = random->OneIn(2) ? FillOnRestock::kFifo : FillOnRestock::kOff;
  policy.late_payment = random->OneIn(2) ? LatePayment::kRereserve : LatePayment::kRefund;
  policy.draw_on_accept = random->OneIn(2);
  return policy;
}

struct Written {
  Change change{};
  Policy policy{};
  bool superseded = false;
};

Written RandomChange(Random* random) {
  Written written;
  Change& change = written.change;
  change.at_ms = static_cast<Millis>(Some(random, kMax));
  change.product = static_cast<std::uint32_t>(Some(random, kSlotMax));
  const std::uint64_t kind = random->Below(16);
  if (kind == 0) {
    written.superseded = true;
    return written;
  }
  if (kind == 1) {
    const auto mode = static_cast<ProductMode>(random->Below(3));
    change.told = Change::Told(EventType::kProductMode, 0, 0, mode);
    return written;
  }
  if (kind <= 4) {
    written.policy = RandomPolicy(random);
    change.order = shard::MakeOrderId({3, 12}, random->OneIn(2) ? 1 : 0);  // draft
    change.key.hi = static_cast<std::uint64_t>(Positive(random));
    change.key.lo = static_cast<std::uint64_t>(Positive(random));
    change.customer = static_cast<std::int64_t>(Some(random, kMax));
    change.deadline_ms = static_cast<Millis>(Some(random, kMax));
    change.image = Some(random, kMax);
    change.told = Change::Told(shard::kProductImage, 0, 0, ProductMode{});
    return written;
  }
  constexpr EventType kTypes[] = {EventType::kOrderConfirmed,    EventType::kAcceptanceRequested,
                                  EventType::kPaymentRequested,  EventType::kOrderDeclined,
                                  EventType::kAcceptanceExpired, EventType::kPaymentExpired,
                                  EventType::kOrderCanceled,     EventType::kOrderRefunded,
                                  EventType::kOrderPickedUp,     EventType::kRefundDue};
  const EventType type = kTypes[random->Below(std::size(kTypes))];
  const auto slot = static_cast<std::uint32_t>(Some(random, kSlotMax));
  const auto generation = static_cast<std::uint32_t>(1 + Some(random, shard::kGenerationMax - 1));
  change.order = shard::MakeOrderId({3, slot}, generation);
  std::uint32_t flags = 0;
  const auto units = static_cast<std::uint32_t>(1 + Some(random, kQtyMax - 1));
  if (type <= EventType::kPaymentRequested && random->OneIn(2)) {
    flags |= Change::kPlaced;
    change.customer = Positive(random);
    if (random->OneIn(2)) change.key = {.hi = random->Next(), .lo = random->Next() | 1};
    change.image = Change::Image(units, 0, type == EventType::kAcceptanceRequested ? 0 : units);
  } else {
    const auto accepted = static_cast<std::uint32_t>(Some(random, units));
    change.image = Change::Image(units, accepted, static_cast<std::uint32_t>(Some(random, units)));
  }
  if (type == EventType::kOrderRefunded && random->OneIn(2)) flags |= Change::kWrittenOff;
  if (shard::IsWaiting(shard::StateOf(type))) {
    change.deadline_ms =
        change.at_ms + static_cast<Millis>(Some(random, static_cast<std::uint64_t>(kMax - change.at_ms)));
  }
  change.told = Change::Told(type, units, flags, ProductMode{});
  return written;
}

void ExpectSame(const Written& written, const Record& record) {
  if (written.superseded) {
    EXPECT_EQ(record.type, kSuperseded);
    return;
  }
  const Change& change = written.change;
  ASSERT_EQ(record.type, change.type());
  EXPECT_EQ(record.at_ms, change.at_ms);
  if (change.type() == EventType::kProductMode) {
    EXPECT_EQ(record.product, change.product);
    EXPECT_EQ(record.mode, change.mode());
    return;
  }
  if (change.type() == shard::kProductImage) {
    EXPECT_EQ(record.product, change.product);
    EXPECT_EQ(static_cast<std::uint64_t>(record.product_id), change.key.hi);
    EXPECT_EQ(static_cast<std::uint64_t>(record.member), change.key.lo);
    EXPECT_EQ(record.supplied, change.customer);
    EXPECT_EQ(record.written_off_units, change.deadline_ms);
    EXPECT_EQ(static_cast<std::uint64_t>(record.available), change.image);
    EXPECT_EQ(record.draft, shard::GenerationOf(change.order) != 0);
    EXPECT_EQ(record.policy, written.policy);
    return;
  }
  EXPECT_EQ(record.slot, shard::PlaceOf(change.order).slot);
  EXPECT_EQ(record.generation, shard::GenerationOf(change.order));
  EXPECT_EQ(record.written_off, (change.flags() & Change::kWrittenOff) != 0);
  EXPECT_EQ(record.placed, (change.flags() & Change::kPlaced) != 0);
  if (change.type() == EventType::kRefundDue) return;
  EXPECT_EQ(record.taken, change.taken());
  EXPECT_EQ(record.accepted, change.accepted());
  EXPECT_EQ(record.deadline_ms, change.deadline_ms);
  if (!record.placed) return;
  EXPECT_EQ(record.product, change.product);
  EXPECT_EQ(record.qty, change.qty());
  EXPECT_EQ(record.customer, change.customer);
  EXPECT_EQ(record.key, change.key);
}

// The bytes of all of them; where each begins.
std::vector<std::byte> BytesOf(const std::vector<Written>& all, std::vector<std::size_t>* begins) {
  std::vector<std::byte> bytes;
  Before before;
  for (const Written& written : all) {
    begins->push_back(bytes.size());
    bytes.resize(bytes.size() + kRecordMax);
    std::byte* const at = bytes.data() + begins->back();
    const std::byte* const end =
        written.superseded ? PutSuperseded(at) : PutChange(at, written.change, &written.policy, &before);
    EXPECT_LE(end, at + kRecordMax);
    bytes.resize(static_cast<std::size_t>(end - bytes.data()));
  }
  bytes.shrink_to_fit();
  return bytes;
}

TEST(RecordTest, EveryKindComesBackAndACutOneDoesNot) {
  for (const std::uint64_t seed : model::Seeds(6'000'000, 2'000)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    Random random(seed);
    std::vector<Written> all;
    for (int i = 0; i < 12; ++i) {
      all.push_back(RandomChange(&random));
      if (i != 0 && random.OneIn(2)) {  // at one time with the one before it
        Change& change = all.back().change;
        const Millis length = change.deadline_ms - change.at_ms;
        if (change.type() != shard::kProductImage && change.deadline_ms != 0 && length > 1'000) continue;
        change.at_ms = std::min(all[all.size() - 2].change.at_ms, kMax - 1'000);
        if (change.type() != shard::kProductImage && change.deadline_ms != 0)
          change.deadline_ms = change.at_ms + length;
      }
    }
    std::vector<std::size_t> begins;
    const std::vector<std::byte> bytes = BytesOf(all, &begins);
    Reader reader(bytes);
    Before before;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Before start = before;
      Record record;
      ASSERT_TRUE(TakeRecord(&reader, &before, &record))
          << "record " << i << " of type " << static_cast<int>(all[i].change.type());
      ExpectSame(all[i], record);
      if (HasFailure()) return;
      // Cut anywhere, it is none.
      const std::size_t end = i + 1 == all.size() ? bytes.size() : begins[i + 1];
      for (std::size_t size = 0; begins[i] + size < end; ++size) {
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(begins[i]);
        const std::vector<std::byte> cut(at, at + static_cast<std::ptrdiff_t>(size));
        Reader short_reader(cut);
        Before before_cut = start;
        EXPECT_FALSE(TakeRecord(&short_reader, &before_cut, &record)) << "record " << i << " cut to " << size;
      }
    }
    EXPECT_EQ(reader.left(), 0u);
  }
}

// What is taken from any bytes is in its range.
TEST(RecordTest, GarbageIsRefusedOrInRange) {
  std::uint64_t taken = 0, refused = 0;
  for (const std::uint64_t seed : model::Seeds(6'100'000, 10'000)) {
    SCOPED_TRACE("FLEXSTOCK_SEED=" + std::to_string(seed));
    Random random(seed);
    std::vector<std::byte> bytes(random.Below(120));
    for (std::byte& byte : bytes) {
      byte = static_cast<std::byte>(random.OneIn(2) ? random.Below(8) : random.Next());
    }
    Reader reader(bytes);
    Before before;
    for (Record record; reader.left() != 0;) {
      if (!TakeRecord(&reader, &before, &record)) {
        ++refused;
        break;
      }
      ++taken;
      EXPECT_GE(record.at_ms, 0);
      if (record.type == kSuperseded) continue;
      EXPECT_LE(record.product, kSlotMax);
      EXPECT_LE(record.mode, ProductMode::kDraft);
      if (record.type == shard::kProductImage) {
        EXPECT_TRUE(IsValid(record.policy));
        EXPECT_GT(record.product_id, 0);
        EXPECT_GT(record.member, 0);
        EXPECT_GE(record.supplied, 0);
        EXPECT_GE(record.written_off_units, 0);
        EXPECT_GE(record.available, 0);
        continue;
      }
      EXPECT_TRUE(record.is_order() || record.type == EventType::kProductMode);
      EXPECT_NE(record.type, EventType::kPickupRequested);
      if (!record.is_order()) continue;
      EXPECT_LE(record.slot, kSlotMax);
      EXPECT_GE(record.generation, 1u);
      EXPECT_LE(record.generation, shard::kGenerationMax);
      EXPECT_LE(record.taken, kQtyMax);
      EXPECT_LE(record.accepted, kQtyMax);
      EXPECT_GE(record.deadline_ms, 0);
      if (record.placed) {
        EXPECT_GT(record.customer, 0);
        EXPECT_GT(record.qty, 0u);
      }
    }
  }
  EXPECT_GT(taken, 500u);
  EXPECT_GT(refused, 500u);
}

// ---- One wrong thing at a time --------------------------------------------------------------------------------------

// A record that is written by hand: its first byte, then varints.
bool IsTaken(std::uint8_t head, const std::vector<std::uint64_t>& varints, Before before = {}) {
  std::vector<std::byte> bytes = {std::byte{head}};
  for (const std::uint64_t varint : varints) {
    std::byte some[kVarintMax];
    bytes.insert(bytes.end(), some, PutVarint(some, varint));
  }
  Reader reader(bytes);
  Record record;
  return TakeRecord(&reader, &before, &record) && reader.left() == 0;
}

constexpr std::uint8_t kPlaced = 16, kWrittenOff = 32, kKeyed = 64, kSameTime = 128;
constexpr auto Head(EventType type, int bits = kSameTime) {
  return static_cast<std::uint8_t>(static_cast<int>(type) | bits);
}

TEST(RecordTest, FlagsThatDoNotFitTheirTypeAreRefused) {
  EXPECT_TRUE(IsTaken(Head(EventType::kOrderConfirmed, kSameTime | kPlaced), {0, 1, 2, 3, 4}));
  EXPECT_FALSE(IsTaken(Head(EventType::kOrderDeclined, kSameTime | kPlaced), {0, 1, 2, 3, 4}));
  EXPECT_FALSE(IsTaken(Head(EventType::kProductMode, kSameTime | kPlaced), {0, 1}));
  EXPECT_TRUE(IsTaken(Head(EventType::kOrderRefunded, kSameTime | kWrittenOff), {0, 1, 2, 3}));
  EXPECT_FALSE(IsTaken(Head(EventType::kOrderCanceled, kSameTime | kWrittenOff), {0, 1, 2, 3}));
  EXPECT_FALSE(IsTaken(Head(EventType::kOrderCanceled, kSameTime | kKeyed), {0, 1, 2, 3}));
  EXPECT_FALSE(IsTaken(Head(EventType::kPickupRequested), {0, 1, 2, 3}));
  EXPECT_FALSE(IsTaken(12 | kSameTime, {0, 1, 2, 3}));
  EXPECT_FALSE(IsTaken(13 | kSameTime, {0, 1, 2, 3}));
  EXPECT_TRUE(IsTaken(static_cast<std::uint8_t>(kSuperseded), {}));
  EXPECT_FALSE(IsTaken(Head(kSuperseded), {}));
}

TEST(RecordTest, ValuesOutOfTheirRangeAreRefused) {
  const std::uint8_t canceled = Head(EventType::kOrderCanceled);
  EXPECT_TRUE(IsTaken(canceled, {0, 1, 0, 0}));
  EXPECT_FALSE(IsTaken(canceled, {0, 0, 0, 0}));  // no generation
  EXPECT_TRUE(IsTaken(canceled, {0, shard::kGenerationMax, 0, 0}));
  EXPECT_FALSE(IsTaken(canceled, {0, shard::kGenerationMax + 1, 0, 0}));
  EXPECT_TRUE(IsTaken(canceled, {Fold(kSlotMax), 1, kQtyMax, kQtyMax}));
  EXPECT_FALSE(IsTaken(canceled, {Fold(kSlotMax + 1), 1, 0, 0}));
  EXPECT_FALSE(IsTaken(canceled, {Fold(-1), 1, 0, 0}));
  EXPECT_FALSE(IsTaken(canceled, {Fold(kMax), 1, 0, 0}, {.at_ms = 0, .slot = 5}));
  EXPECT_FALSE(IsTaken(canceled, {Fold(-kMax - 1), 1, 0, 0}, {.at_ms = 0, .slot = 5}));
  EXPECT_FALSE(IsTaken(canceled, {Fold(1), 1, 0, 0}, {.at_ms = 0, .slot = kSlotMax}));
  EXPECT_FALSE(IsTaken(canceled, {0, 1, kQtyMax + 1, 0}));
  EXPECT_FALSE(IsTaken(canceled, {0, 1, 0, kQtyMax + 1}));
  EXPECT_TRUE(IsTaken(Head(EventType::kRefundDue), {0, 1}));
  EXPECT_FALSE(IsTaken(Head(EventType::kRefundDue), {0, 0}));

  const std::uint8_t placed = Head(EventType::kAcceptanceRequested, kSameTime | kPlaced);
  EXPECT_TRUE(IsTaken(placed, {0, 1, kSlotMax, kQtyMax, kMax, kMax}));
  EXPECT_FALSE(IsTaken(placed, {0, 1, kSlotMax + 1, 1, 1, 1}));
  EXPECT_FALSE(IsTaken(placed, {0, 1, 0, 0, 1, 1}));            // no units
  EXPECT_FALSE(IsTaken(placed, {0, 1, 0, kQtyMax + 1, 1, 1}));  // too many
  EXPECT_FALSE(IsTaken(placed, {0, 1, 0, 1, 0, 1}));            // no customer
  EXPECT_FALSE(IsTaken(placed, {0, 1, 0, 1, std::uint64_t{1} << 63, 1}));
  EXPECT_FALSE(IsTaken(placed, {0, 1, 0, 1, 1, std::uint64_t{1} << 63}));
  EXPECT_TRUE(IsTaken(placed, {0, 1, 0, 1, 1, kMax - 9}, {.at_ms = 9, .slot = 0}));
  EXPECT_FALSE(IsTaken(placed, {0, 1, 0, 1, 1, kMax - 8}, {.at_ms = 9, .slot = 0}));  // a deadline beyond time
}

TEST(RecordTest, TimeNeitherRunsOutNorBelowZero) {
  constexpr std::uint8_t kOther = static_cast<std::uint8_t>(EventType::kRefundDue);
  EXPECT_TRUE(IsTaken(kOther, {Fold(kMax), 0, 1}));
  EXPECT_FALSE(IsTaken(kOther, {Fold(kMax), 0, 1}, {.at_ms = 1, .slot = 0}));
  EXPECT_TRUE(IsTaken(kOther, {Fold(-5), 0, 1}, {.at_ms = 5, .slot = 0}));
  EXPECT_FALSE(IsTaken(kOther, {Fold(-6), 0, 1}, {.at_ms = 5, .slot = 0}));
}

TEST(RecordTest, ModesAndProductsOutOfRangeAreRefused) {
  const std::uint8_t mode = Head(EventType::kProductMode);
  EXPECT_TRUE(IsTaken(mode, {kSlotMax, 2}));
  EXPECT_FALSE(IsTaken(mode, {kSlotMax, 3}));
  EXPECT_FALSE(IsTaken(mode, {kSlotMax + 1, 1}));

  const std::uint8_t image = Head(shard::kProductImage);
  const std::vector<std::uint64_t> good = {1, 2, 3, 4, 5, 6, /*policy: bits*/ 8, 1, 1, 0, 0, 0, 0};
  EXPECT_TRUE(IsTaken(image, good));
  const auto with = [&](std::size_t at, std::uint64_t value) {
    std::vector<std::uint64_t> changed = good;
    changed[at] = value;
    return IsTaken(image, changed);
  };
  EXPECT_FALSE(with(0, kSlotMax + 1));
  EXPECT_FALSE(with(1, 0));  // no product
  EXPECT_FALSE(with(2, 0));  // no member
  for (std::size_t field = 1; field < 6; ++field) EXPECT_FALSE(with(field, std::uint64_t{1} << 63)) << field;
  EXPECT_TRUE(with(6, 31));
  EXPECT_FALSE(with(6, 32));
  EXPECT_FALSE(with(7, 0));  // windows have a length
  EXPECT_FALSE(with(8, 0));
  for (std::size_t field = 7; field < 13; ++field) EXPECT_FALSE(with(field, std::uint64_t{1} << 63)) << field;
}

}  // namespace
}  // namespace flexstock::journal
