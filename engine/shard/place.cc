// Placing orders: the steps of docs/semantics.md, in their order.
#include "engine/base/yield_point.h"
#include "engine/shard/hot_path.h"

namespace flexstock::shard {
namespace {

PlaceResult Refused(Code code, Epoch epoch) { return {.code = code, .epoch = epoch}; }

}  // namespace

// The order is taken: from here on nothing can fail but for want of memory, which is found out first. One copy for each
// state, inside its caller: this is what every order costs.
template <OrderState kState>
[[gnu::always_inline]] inline PlaceResult Shard::Remember(const Asked& asked, const Policy& policy, Millis when_ms) {
  const bool keyed = asked.key.given();
  if (keyed && !around_.keys->MakeRoom(asked.hash, 1)) return Refused(Code::kOrdersFull, epoch_);
  const std::uint32_t slot = TakeSlot();
  if (slot == kNil) [[unlikely]]
    return Refused(Code::kOrdersFull, epoch_);

  constexpr bool kPending = kState == OrderState::kAwaitingAcceptance;
  constexpr bool kConfirmed = kState == OrderState::kConfirmed;
  Product& product = products_[asked.product];
  if constexpr (!kPending) {
    product.available -= asked.qty;
    (kConfirmed ? product.sold : product.held) += asked.qty;
  }

  placed_ = NextPlaced(placed_, now_);

  const bool counted = policy.customer_limit != 0;
  Order& order = orders_[slot];
  order.customer = asked.customer;
  order.placed = placed_;
  order.qty = asked.qty;
  order.accepted = 0;
  order.taken = kPending ? 0 : asked.qty;
  order.product = asked.product;
  order.settlings = 0;
  order.marks = static_cast<std::uint8_t>((keyed ? Order::kKeyed : 0) | (counted ? Order::kCounted : 0));
  ++orders_live_;
  if (keyed) {
    keyed_ = true;
    (*around_.order_keys)[slot] = asked.key;
    around_.keys->Insert(asked.hash, slot);
    __builtin_prefetch(around_.order_keys->data() + (free_head_ != kNil ? free_head_ : fresh_orders_.first),
                       1);  // the next
  }
  Enter(slot, kState, when_ms);
  if (counted) Count(order, +1);
  Tell(kPending     ? EventType::kAcceptanceRequested
       : kConfirmed ? EventType::kOrderConfirmed
                    : EventType::kPaymentRequested,
       slot, Change::kPlaced);
  // The last unit is gone. In a cart this is its product's last line: no line can have taken more.
  if (!kPending && product.available == 0) [[unlikely]]
    TellMode(asked.product, ProductMode::kActive);
  return {.state = kState, .order = IdOf(order), .deadline_ms = kConfirmed ? 0 : when_ms, .epoch = epoch_};
}

[[gnu::always_inline]] inline PlaceResult Shard::Take(const Asked& asked, const Policy& policy) {
  if (policy.checkout_hold_ms == 0) [[likely]]
    return Remember<OrderState::kConfirmed>(asked, policy, now_);
  return Remember<OrderState::kAwaitingPayment>(asked, policy, Later(now_, policy.checkout_hold_ms));
}

PlaceResult Shard::PlaceNew(const Asked& asked) {
  const Product& product = products_[asked.product];
  const Policy& policy = PolicyOf(product);
  const Units qty = asked.qty;
  if (product.draft != 0) return Refused(Code::kProductDraft, epoch_);
  if (policy.order_limit != 0 && qty > policy.order_limit) return Refused(Code::kOrderLimit, epoch_);
  if (policy.customer_limit != 0 && UnitsOf(asked.product, asked.customer) + qty > policy.customer_limit) {
    return Refused(Code::kCustomerLimit, epoch_);
  }
  if (qty <= product.available) return Take(asked, policy);
  if (policy.overflow == Overflow::kReject) {
    return Refused(product.available > 0 ? Code::kInsufficientStock : Code::kSoldOut, epoch_);
  }
  if (policy.pending_limit != 0 && Units{product.pending} >= policy.pending_limit) {
    return Refused(Code::kBacklogFull, epoch_);
  }
  return Remember<OrderState::kAwaitingAcceptance>(asked, policy, Later(now_, policy.acceptance_window_ms));
}

PlaceResult Shard::TakeLine(const Asked& asked) { return Take(asked, PolicyOf(products_[asked.product])); }

PlaceResult Shard::Place(const Asked& asked, std::uint32_t* foreign) {
  return asked.key.given() ? PlaceKeyed(asked, foreign) : PlaceNew(asked);
}

PlaceResult Shard::PlaceKeyed(const Asked& asked, std::uint32_t* foreign) {
  base::BeforeKeyStripes();
  // Held until the key is in the index, so that of two callers with one key one is the duplicate.
  const lock::Held stripe(around_.keys->LockOf(keys::KeyIndex::StripeOf(asked.hash)));
  // Keys are what shards share. What another shard's order has left or freed may belong to an epoch that has begun since
  // this shard arrived: what rests on it must not be durable before it.
  BelongTo(around_.epoch->load(std::memory_order_seq_cst));
  return PlaceLine(asked, foreign);
}

PlaceResult Shard::PlaceLine(const Asked& asked, std::uint32_t* foreign) {
  if (!asked.key.given()) return PlaceNew(asked);
  const keys::KeyIndex& keys = *around_.keys;
  std::uint32_t known = 0;
  if (!keys.Find(asked.key, asked.hash, &known)) return PlaceNew(asked);
  const std::uint32_t owner = around_.orders->OwnerOf(known);
  if (owner == index_) return Again(known, asked);
  *foreign = owner;
  return Refused(Code::kKeyConflict, epoch_);  // another shard's product, so another product
}

PlaceResult Shard::Again(std::uint32_t slot, const Asked& asked) const {
  const Order& order = orders_[slot];
  if (order.product != asked.product || order.customer != asked.customer || order.qty != asked.qty) {
    return Refused(Code::kKeyConflict, epoch_);
  }
  return {.state = order.state,
          .duplicate = true,
          .order = IdOf(order),
          .deadline_ms = IsWaiting(order.state) ? order.when_ms : 0,
          .epoch = epoch_};
}

// ---- all_or_nothing -----------------------------------------------------------------------------------------------

Code Shard::CheckDraft(std::uint32_t product) const {
  return products_[product].draft != 0 ? Code::kProductDraft : Code::kOk;
}

Code Shard::CheckUnits(std::uint32_t slot, std::int64_t customer, Units units) const {
  const Product& product = products_[slot];
  const Policy& policy = PolicyOf(product);
  if (policy.order_limit != 0 && units > policy.order_limit) return Code::kOrderLimit;
  if (policy.customer_limit != 0 && UnitsOf(slot, customer) + units > policy.customer_limit)
    return Code::kCustomerLimit;
  if (units <= product.available) return Code::kOk;
  return product.available > 0 ? Code::kInsufficientStock : Code::kSoldOut;
}

}  // namespace flexstock::shard
