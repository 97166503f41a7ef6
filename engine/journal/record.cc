#include "engine/journal/record.h"

#include <limits>

#include "engine/base/seeded_bugs.h"

namespace flexstock::journal {
namespace {

using shard::Change;
using shard::StateOf;

constexpr std::uint64_t kSlotMax = shard::kSlotEnd - 1;

// The first byte: 7 same time, 6 key, 5 written off, 4 placed, 3..0 type.
constexpr std::uint32_t kTypeMask = 15, kPlacedBit = 16, kWrittenOffBit = 32, kKeyBit = 64, kSameTimeBit = 128;

// The policy's first byte.
constexpr std::uint32_t kRejectBit = 1, kFillBit = 2, kRereserveBit = 4, kDrawBit = 8, kDraftBit = 16;

// What an order that is placed has taken follows from the state it enters.
std::uint32_t TakenWhenPlaced(EventType type, std::uint32_t qty) {
  return type == EventType::kAcceptanceRequested ? 0 : qty;
}
bool IsPlacing(EventType type) {
  return type == EventType::kAcceptanceRequested || type == EventType::kOrderConfirmed ||
         type == EventType::kPaymentRequested;
}

std::byte* PutOrder(std::byte* at, const Change& change, Before* before) {
  const std::uint32_t slot = shard::PlaceOf(change.order).slot;
  at = PutVarint(at, Fold(std::int64_t{slot} - before->slot));
  before->slot = slot;
  at = PutVarint(at, shard::GenerationOf(change.order));
  if (change.type() == EventType::kRefundDue) return at;
  if ((change.flags() & Change::kPlaced) != 0) {
    at = PutVarint(at, change.product);
    at = PutVarint(at, change.qty());
    at = PutVarint(at, static_cast<std::uint64_t>(change.customer));
    if (change.key.given()) {
      at = PutFixed(at, change.key.hi);
      at = PutFixed(at, change.key.lo);
    }
  } else {
    at = PutVarint(at, change.accepted());
    at = PutVarint(at, change.taken());
  }
  if (shard::IsWaiting(StateOf(change.type()))) {
    at = PutVarint(at, static_cast<std::uint64_t>(change.deadline_ms - change.at_ms));
  }
  return at;
}

std::byte* PutProduct(std::byte* at, const Change& change, const Policy& policy) {
  at = PutVarint(at, change.product);
  at = PutVarint(at, change.key.hi);
  at = PutVarint(at, change.key.lo);
  at = PutVarint(at, static_cast<std::uint64_t>(change.customer));
  at = PutVarint(at, static_cast<std::uint64_t>(change.deadline_ms));
  at = PutVarint(at, change.image);
  return PutPolicy(at, policy, shard::GenerationOf(change.order) != 0);
}

void TakeOrder(Reader* reader, Before* before, bool keyed, Record* record) {
  const std::int64_t slot = reader->Folded();
  // Both small or the sum is out of range: no overflow.
  if (slot < -std::int64_t{kSlotMax} || slot > std::int64_t{kSlotMax}) return reader->Refuse();
  const std::int64_t sum = slot + before->slot;
  if (sum < 0 || sum > std::int64_t{kSlotMax}) return reader->Refuse();
  record->slot = before->slot = static_cast<std::uint32_t>(sum);
  record->generation = reader->UpTo(shard::kGenerationMax);
  if (record->generation == 0) return reader->Refuse();
  if (record->type == EventType::kRefundDue) return;
  if (record->placed) {
    record->product = reader->UpTo(kSlotMax);
    record->qty = reader->UpTo(kQtyMax);
    record->customer = reader->UpTo<std::int64_t>(kInt64Max);
    if (record->qty == 0 || record->customer == 0) return reader->Refuse();
    if (keyed) {
      record->key.hi = reader->Fixed<std::uint64_t>();
      record->key.lo = reader->Fixed<std::uint64_t>();
    }
    record->taken = TakenWhenPlaced(record->type, record->qty);
  } else {
    record->accepted = reader->UpTo(kQtyMax);
    record->taken = reader->UpTo(kQtyMax);
  }
  if (shard::IsWaiting(StateOf(record->type))) {
    record->deadline_ms =
        record->at_ms + reader->UpTo<std::int64_t>(kInt64Max - static_cast<std::uint64_t>(record->at_ms));
    if (base::Seeded(base::Bug::kLoseDeadline)) record->deadline_ms = std::numeric_limits<Millis>::max();
  }
}

void TakeProduct(Reader* reader, Record* record) {
  record->product = reader->UpTo(kSlotMax);
  record->product_id = reader->UpTo<std::int64_t>(kInt64Max);
  record->member = reader->UpTo<std::int64_t>(kInt64Max);
  record->supplied = reader->UpTo<std::int64_t>(kInt64Max);
  record->written_off_units = reader->UpTo<std::int64_t>(kInt64Max);
  record->available = reader->UpTo<std::int64_t>(kInt64Max);
  if (record->product_id == 0 || record->member == 0 || !TakePolicy(reader, &record->policy, &record->draft)) {
    reader->Refuse();
  }
}

}  // namespace

std::byte* PutPolicy(std::byte* at, const Policy& policy, bool draft) {
  std::uint32_t bits = draft ? kDraftBit : 0;
  if (policy.overflow == Overflow::kReject) bits |= kRejectBit;
  if (policy.fill_on_restock == FillOnRestock::kFifo) bits |= kFillBit;
  if (policy.late_payment == LatePayment::kRereserve) bits |= kRereserveBit;
  if (policy.draw_on_accept) bits |= kDrawBit;
  *at++ = static_cast<std::byte>(bits);
  for (const std::int64_t field : {policy.acceptance_window_ms, policy.payment_window_ms, policy.checkout_hold_ms,
                                   policy.pending_limit, policy.order_limit, policy.customer_limit}) {
    at = PutVarint(at, static_cast<std::uint64_t>(field));
  }
  return at;
}

bool TakePolicy(Reader* reader, Policy* policy, bool* draft) {
  const auto bits = reader->Fixed<std::uint8_t>();
  *draft = (bits & kDraftBit) != 0;
  policy->overflow = (bits & kRejectBit) != 0 ? Overflow::kReject : Overflow::kAskMember;
  policy->fill_on_restock = (bits & kFillBit) != 0 ? FillOnRestock::kFifo : FillOnRestock::kOff;
  policy->late_payment = (bits & kRereserveBit) != 0 ? LatePayment::kRereserve : LatePayment::kRefund;
  policy->draw_on_accept = (bits & kDrawBit) != 0;
  for (std::int64_t* field : {&policy->acceptance_window_ms, &policy->payment_window_ms, &policy->checkout_hold_ms,
                              &policy->pending_limit, &policy->order_limit, &policy->customer_limit}) {
    *field = reader->UpTo<std::int64_t>(kInt64Max);
  }
  return !reader->failed() && bits < 2 * kDraftBit && IsValid(*policy);
}

std::byte* PutChange(std::byte* at, const Change& change, const Policy* policy, Before* before) {
  std::byte* const head = at++;
  auto bits = static_cast<std::uint32_t>(change.type());
  if (change.at_ms == before->at_ms) {
    bits |= kSameTimeBit;
  } else {
    at = PutVarint(at, Fold(change.at_ms - before->at_ms));
    before->at_ms = change.at_ms;
  }
  if (change.type() == EventType::kProductMode) {
    at = PutVarint(at, change.product);
    *at++ = static_cast<std::byte>(change.mode());
  } else if (change.type() == shard::kProductImage) {
    at = PutProduct(at, change, *policy);
  } else {
    if ((change.flags() & Change::kPlaced) != 0) bits |= change.key.given() ? kPlacedBit | kKeyBit : kPlacedBit;
    if ((change.flags() & Change::kWrittenOff) != 0) bits |= kWrittenOffBit;
    at = PutOrder(at, change, before);
  }
  *head = static_cast<std::byte>(bits);
  return at;
}

std::byte* PutSuperseded(std::byte* at) {
  *at = static_cast<std::byte>(kSuperseded);
  return at + 1;
}

bool TakeRecord(Reader* reader, Before* before, Record* record) {
  *record = Record{};
  const auto head = reader->Fixed<std::uint8_t>();
  record->type = static_cast<EventType>(head & kTypeMask);
  if (record->type == kSuperseded) return !reader->failed() && head == static_cast<std::uint8_t>(kSuperseded);
  const bool keyed = (head & kKeyBit) != 0;
  record->placed = (head & kPlacedBit) != 0;
  record->written_off = (head & kWrittenOffBit) != 0;
  if ((head & kSameTimeBit) == 0) {
    // A shard's time starts at 0 and only rises, but within a block an expiry has its own, earlier time.
    const std::int64_t by = reader->Folded();
    if (__builtin_add_overflow(before->at_ms, by, &before->at_ms) || before->at_ms < 0) return false;
  }
  record->at_ms = before->at_ms;
  if (record->placed && !IsPlacing(record->type)) return false;
  if (keyed && !record->placed) return false;
  if (record->written_off && record->type != EventType::kOrderRefunded) return false;
  if (record->type == EventType::kProductMode) {
    record->product = reader->UpTo(kSlotMax);
    const auto mode = reader->Fixed<std::uint8_t>();
    record->mode = static_cast<ProductMode>(mode);
    return !reader->failed() && mode <= static_cast<std::uint8_t>(ProductMode::kDraft);
  }
  if (record->type == shard::kProductImage) {
    TakeProduct(reader, record);
  } else if (record->is_order() && record->type != EventType::kPickupRequested) {
    TakeOrder(reader, before, keyed, record);
  } else {
    return false;
  }
  return !reader->failed();
}

}  // namespace flexstock::journal
