#include "engine/shard/restorer.h"

#include <algorithm>

#include "engine/base/seeded_bugs.h"
#include "engine/shard/hot_path.h"

namespace flexstock::shard {
namespace {

constexpr std::uint32_t kPolicyMask = 0x7fff'ffffu;

}  // namespace

void Restorer::Begin(std::uint64_t newest, std::uint64_t placed, Millis now_ms) {
  newest_ = newest;
  placed_ = placed;
  now_ = now_ms;
}

// ---- From a snapshot ----------------------------------------------------------------------------------------------

bool Restorer::Put(std::uint32_t slot, const Order& order, OrderKey key) {
  if (!shard_.around_.orders->Claim(slot, shard_.index_)) return false;
  Order& back = shard_.orders_[slot];
  if (back.generation != 0) return false;  // twice
  back = order;
  if (base::Seeded(base::Bug::kReuseOrderId) && order.state == OrderState::kNone) back.generation = 1;
  if (order.has(Order::kKeyed)) (*shard_.around_.order_keys)[slot] = key;
  return true;
}

bool Restorer::Put(const ProductImage& image) FLEXSTOCK_UNCHECKED_LOCKS {
  if (!shard_.around_.products->Claim(image.slot, shard_.index_)) return false;
  if (shard_.names()[image.slot].product != 0 || shard_.FindProduct(ProductId{image.product}) != kNil) return false;
  Units sum = 0;
  for (const Units part : {image.available, image.held, image.sold, image.written_off}) {
    if (part < 0 || __builtin_add_overflow(sum, part, &sum)) return false;
  }
  if (sum != image.supplied) return false;
  SetPolicy(image.slot, image.policy);
  shard_.AddProduct(image.slot, image.product, image.member);
  Product& product = shard_.products_[image.slot];
  product.available = image.available;
  product.held = image.held;
  product.sold = image.sold;
  product.draft = image.draft ? 1 : 0;
  ProductAside& aside = shard_.asides()[image.slot];
  aside.written_off = image.written_off;
  aside.supplied = image.supplied;
  return true;
}

// A product that is not there yet has no policy either.
void Restorer::SetPolicy(std::uint32_t slot, const Policy& policy) {
  PolicyTable& policies = *shard_.around_.policies;
  Product& product = shard_.products_[slot];
  const bool is_new = shard_.names()[slot].product == 0;
  if (!is_new && policies[product.policy] == policy) return;
  const std::uint32_t old = product.policy;
  product.policy = policies.Acquire(policy) & kPolicyMask;
  if (!is_new) policies.Release(old);
}

// ---- From the journal ---------------------------------------------------------------------------------------------

bool Restorer::Has(const std::vector<Chunk>& chunks, std::uint64_t newest_of_all, std::uint32_t slot,
                   std::uint64_t number) {
  if (number > newest_of_all) [[likely]]
    return false;
  const auto behind = std::upper_bound(chunks.begin(), chunks.end(), slot,
                                       [](std::uint32_t at, const Chunk& chunk) { return at < chunk.slots.first; });
  if (behind == chunks.begin()) return false;
  const Chunk& chunk = *std::prev(behind);
  return slot < chunk.slots.end && (number <= chunk.newest || base::Seeded(base::Bug::kIgnoreChunkNumber));
}

bool Restorer::StartAt(std::uint64_t number) {
  if (number == 0 || number > newest_ + 1) return false;
  if (!sorted_) {
    sorted_ = true;
    for (std::vector<Chunk>* chunks : {&order_chunks_, &product_chunks_}) {
      std::sort(chunks->begin(), chunks->end(),
                [](const Chunk& a, const Chunk& b) { return a.slots.first < b.slots.first; });
      for (const Chunk& chunk : *chunks) chunks_newest_ = std::max(chunks_newest_, chunk.newest);
    }
    begun_ = newest_;
  }
  number_ = number - 1;
  return true;
}

bool Restorer::Take(const Record& record) FLEXSTOCK_UNCHECKED_LOCKS {
  ++number_;
  if (number_ <= begun_) return true;  // older than the snapshot
  newest_ = number_;
  if (record.type == kSuperseded) return true;
  now_ = std::max(now_, record.at_ms);
  if (record.is_order()) return TakeOrder(record);
  if (record.type == kProductImage) return TakeProduct(record);
  // A mode that was told: what is there must agree, unless what is there is newer.
  if (!shard_.IsProduct(record.product)) return false;
  return Has(product_chunks_, chunks_newest_, record.product, number_) ||
         shard_.products_[record.product].mode() == record.mode;
}

void Restorer::Prefetch(const Record& record) const {
  if (record.is_order()) __builtin_prefetch(&shard_.orders_[record.slot], 1);
  // That of an order which is not new is known only by the order.
  if (!record.placed) return;
  shard_.PrefetchProduct(record.product);
  __builtin_prefetch(&shard_.names()[record.product]);
  __builtin_prefetch(&shard_.asides()[record.product]);
}

bool Restorer::TakeOrder(const Record& record) {
  if (record.placed) placed_ = NextPlaced(placed_, record.at_ms);  // whether or not it is in a chunk
  if (!shard_.around_.orders->Claim(record.slot, shard_.index_)) return false;
  if (Has(order_chunks_, chunks_newest_, record.slot, number_)) return true;
  Order& order = shard_.orders_[record.slot];
  if (record.placed) {
    // Whatever was here was forgotten meanwhile, which only a settled order can be.
    if (order.generation >= record.generation && order.state != OrderState::kNone) return false;
    if (order.generation > record.generation || IsWaiting(order.state)) return false;
    if (!shard_.IsProduct(record.product)) return false;
    Order fresh{};
    fresh.customer = record.customer;
    fresh.placed = placed_;
    fresh.qty = record.qty;
    fresh.product = record.product;
    fresh.generation = record.generation;
    if (record.key.given()) {
      fresh.marks = Order::kKeyed;
      (*shard_.around_.order_keys)[record.slot] = record.key;
    }
    order = fresh;
  } else if (order.generation != record.generation || order.state == OrderState::kNone ||
             !shard_.around_.products->IsOwner(order.product, shard_.index_)) {
    return false;  // (the last: of an image that nobody has looked through yet, as Finish does)
  }
  if (record.type == EventType::kRefundDue) {
    order.marks |= Order::kRefundTold;
    return true;
  }
  const Order before = order;
  order.state = StateOf(record.type);
  order.accepted = record.accepted;
  order.taken = record.taken;
  order.when_ms = IsWaiting(order.state) ? record.deadline_ms : record.at_ms;
  if (order.accepted > order.qty || order.taken > order.units()) return false;
  return Move(before, order, record.written_off);
}

// The product's units follow its order.
bool Restorer::Move(const Order& before, const Order& after, bool written_off) {
  if (Has(product_chunks_, chunks_newest_, after.product, number_)) return true;
  Product& product = shard_.products_[after.product];
  ProductAside& aside = shard_.asides()[after.product];
  if (Units* left = product.UnitsIn(before.state)) *left -= before.taken;
  if (Units* entered = product.UnitsIn(after.state)) *entered += after.taken;
  if (written_off) aside.written_off += before.taken;
  product.available = aside.supplied - product.held - product.sold - aside.written_off;
  return product.available >= 0 && product.held >= 0 && product.sold >= 0;
}

bool Restorer::TakeProduct(const Record& record) {
  if (!shard_.around_.products->Claim(record.product, shard_.index_)) return false;
  if (Has(product_chunks_, chunks_newest_, record.product, number_)) return true;
  const ProductName& name = shard_.names()[record.product];
  const bool is_new = name.product == 0;
  if (is_new ? shard_.FindProduct(ProductId{record.product_id}) != kNil
             : name.product != record.product_id || name.member != record.member) {
    return false;
  }
  SetPolicy(record.product, record.policy);
  if (is_new) shard_.AddProduct(record.product, record.product_id, record.member);
  Product& product = shard_.products_[record.product];
  ProductAside& aside = shard_.asides()[record.product];
  product.draft = record.draft ? 1 : 0;
  aside.supplied = record.supplied;
  product.available = aside.supplied - product.held - product.sold - aside.written_off;
  // What came before must have led here.
  return product.available == record.available && aside.written_off == record.written_off_units;
}

Change Restorer::Told(const Record& record) const FLEXSTOCK_UNCHECKED_LOCKS {
  Change change{};
  change.at_ms = record.at_ms;
  if (!record.is_order()) {
    const bool is_mode = record.type == EventType::kProductMode;
    change.order = MakeOrderId({shard_.index_, 0}, 0);
    change.product = record.product;
    change.told = Change::Told(is_mode ? EventType::kProductMode : kProductImage, 0, 0, record.mode);
    return change;
  }
  const Order& order = shard_.orders_[record.slot];
  change.order = MakeOrderId({shard_.index_, record.slot}, record.generation);
  change.key = shard_.KeyOf(order);
  change.customer = order.customer;
  change.deadline_ms = IsWaiting(order.state) ? order.when_ms : 0;
  change.product = order.product;
  change.told = Change::Told(record.type, order.units(), 0, ProductMode{});
  return change;
}

// ---- Then ---------------------------------------------------------------------------------------------------------

void Restorer::Own(std::vector<memory::Range> orders, std::vector<memory::Range> products) FLEXSTOCK_UNCHECKED_LOCKS {
  shard_.order_ranges_ = std::move(orders);
  shard_.product_ranges_ = std::move(products);
}

bool Restorer::Finish() {
  if (!base::Seeded(base::Bug::kForgetTime)) shard_.now_ = now_;
  shard_.placed_ = placed_;
  shard_.changes_.GoOnFrom(newest_);
  if (!Link()) return false;
  FreeTheRest();
  // The next to arrive makes everything happen that is due.
  shard_.wake_by_.store(0, std::memory_order_relaxed);
  return true;
}

// What no image holds because it follows from them: lists, deadlines, keys, limits.
bool Restorer::Link() {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> waiting, settled;
  std::vector<std::uint32_t> keyed;
  for (const memory::Range& range : shard_.order_ranges_) {
    for (std::uint32_t slot = range.first; slot < range.end; ++slot) {
      Order& order = shard_.orders_[slot];
      if (order.state == OrderState::kNone) continue;
      if (!shard_.IsProduct(order.product)) return false;
      if (!IsWaiting(order.state) && Later(order.when_ms, shard_.around_.options->retention_ms) <= now_) {
        // Forgotten by now.
        order.state = OrderState::kNone;
        if (order.generation < kGenerationMax) ++order.generation;
        continue;
      }
      ++shard_.orders_live_;
      order.settlings = 0;
      if (shard_.PolicyOf(shard_.products_[order.product]).customer_limit != 0) {
        order.marks |= Order::kCounted;
        shard_.Count(order, +1);
      }
      if (order.has(Order::kKeyed)) keyed.push_back(slot);
      if (IsWaiting(order.state)) {
        waiting.emplace_back(order.placed, slot);
      } else {
        settled.emplace_back(static_cast<std::uint64_t>(order.when_ms), slot);
      }
    }
  }

  std::sort(waiting.begin(), waiting.end());  // pending lists are in order of placement
  memory::HashMap<std::uint32_t, Units> held;
  (void)shard_.wheel_->PopDue(shard_.now_);
  for (const auto& [placed, slot] : waiting) {
    Order& order = shard_.orders_[slot];
    if (order.when_ms < shard_.wheel_->now()) return false;  // it would have expired
    shard_.wheel_->Arm(slot);
    if (order.state == OrderState::kAwaitingAcceptance) {
      shard_.LinkPending(slot);
    } else if (order.taken != 0) {
      held[order.product] += order.taken;
    }
  }
  bool agrees = true;
  shard_.ForEachProduct([&](std::uint32_t slot) FLEXSTOCK_UNCHECKED_LOCKS {
    if (shard_.products_[slot].held == 0) return;
    const auto found = held.find(slot);
    agrees = agrees && found != held.end() && found->second == shard_.products_[slot].held;
    if (found != held.end()) held.erase(found);
  });
  if (!agrees || !held.empty()) return false;

  std::sort(settled.begin(), settled.end());  // forgotten in order of time
  for (const auto& [when, slot] : settled) {
    shard_.settled_.Push({.slot = slot & 0x3fff'ffffu, .nth = 0});
  }
  return IndexKeys(keyed);
}

bool Restorer::IndexKeys(const std::vector<std::uint32_t>& keyed) {
  constexpr std::size_t kAhead = 12;
  keys::KeyIndex& keys = *shard_.around_.keys;
  const memory::Slab<OrderKey>& order_keys = *shard_.around_.order_keys;
  shard_.keyed_ = !keyed.empty();
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    if (i + kAhead < keyed.size()) keys.Prefetch(keys.Hash(order_keys[keyed[i + kAhead]]));
    const OrderKey key = order_keys[keyed[i]];
    const std::uint64_t hash = keys.Hash(key);
    const lock::Held stripe(keys.LockOf(keys::KeyIndex::StripeOf(hash)));
    std::uint32_t known = 0;
    if (keys.Find(key, hash, &known)) {
      rivals_.push_back(keyed[i]);
      continue;
    }
    if (!keys.MakeRoom(hash, 1)) return false;
    keys.Insert(hash, keyed[i]);
  }
  return true;
}

bool Restorer::SettleKeys() {
  keys::KeyIndex& keys = *shard_.around_.keys;
  for (const std::uint32_t slot : rivals_) {
    const std::uint64_t hash = keys.Hash((*shard_.around_.order_keys)[slot]);
    const lock::Held stripe(keys.LockOf(keys::KeyIndex::StripeOf(hash)));
    std::uint32_t known = 0;
    if (!keys.Find((*shard_.around_.order_keys)[slot], hash, &known)) return false;
    // Of any shard: all orders lie in one slab.
    Order& mine = shard_.orders_[slot];
    Order& other = shard_.orders_[known];
    if (IsWaiting(mine.state) && IsWaiting(other.state)) return false;
    const auto rank = [](const Order& order) { return std::pair(IsWaiting(order.state), order.placed); };
    if (rank(mine) < rank(other)) {
      mine.marks |= Order::kOutbid;
      continue;
    }
    other.marks |= Order::kOutbid;
    keys.Erase(hash, known);
    keys.Insert(hash, slot);
  }
  return true;
}

// Slots and lots that nobody uses; the lowest are taken first.
void Restorer::FreeTheRest() {
  for (auto range = shard_.order_ranges_.rbegin(); range != shard_.order_ranges_.rend(); ++range) {
    for (std::uint32_t slot = range->end; slot-- > range->first;) {
      Order& order = shard_.orders_[slot];
      if (order.state != OrderState::kNone) continue;
      if (order.generation == 0) order.generation = 1;
      if (order.generation == kGenerationMax) continue;  // it may have had its last
      if (base::Seeded(base::Bug::kLeakSlots) && slot % 2 != 0) continue;
      order.next = shard_.free_head_;
      shard_.free_head_ = slot;
      ++shard_.free_count_;
    }
  }
  for (const memory::Range& range : shard_.product_ranges_) {
    for (std::uint32_t slot = range.first; slot < range.end;) {
      const std::uint32_t first = slot;
      while (slot < range.end && shard_.names()[slot].product == 0) ++slot;
      if (slot != first) shard_.spare_products_.push_back({first, slot});
      if (slot < range.end) ++slot;
    }
  }
}

}  // namespace flexstock::shard
