// Shard: a small single-threaded engine under a lock. Products, their orders, keys, deadlines and changes live
// together, so an order takes one lock and touches a handful of cache lines.
//
// Time     Reads no clock: Arrive() tells it the time, and what is due by then has happened when it returns. Told the
//          same, a shard does the same: it is deterministic.
// Threads  Whoever holds `lock`.
// Order    A command first Arrive()s, then does its work; its changes are in the buffer in order, and for each product
//          Conclude() ends it: pending orders are filled from stock that has come, a changed mode is told.
//
// Invariants, checked by Audit() and Verify():
//   1. supplied == available + held + sold + written_off, for every product.
//   2. held is what its orders awaiting payment took; pending is how many await acceptance, and they are its pending
//   list.
//   3. Every order slot ever used is free, retired, armed in the wheel, or in the settled queue once.
//   4. A keyed order's key leads to it in the key index.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "engine/keys/key_index.h"
#include "engine/lock/yield_lock.h"
#include "engine/memory/hash_map.h"
#include "engine/memory/pool.h"
#include "engine/shard/change_buffer.h"
#include "engine/shard/contention.h"
#include "engine/shard/order.h"
#include "engine/shard/policy_table.h"
#include "engine/shard/product.h"
#include "engine/shard/record.h"
#include "engine/shard/settled_queue.h"
#include "engine/wheel/timer_wheel.h"
#include "flexstock/contention.h"
#include "flexstock/options.h"
#include "flexstock/requests.h"

namespace flexstock::shard {

using wheel::kNever;
using wheel::kNil;

// a + b, or the end of time: a window may be as long as it likes.
constexpr Millis Later(Millis at_ms, Millis by_ms) { return at_ms > kNever - by_ms ? kNever : at_ms + by_ms; }

// What the shards of an engine share.
struct Surroundings {
  const Options* options;
  keys::KeyIndex* keys;
  memory::Pool<Product>* products;
  memory::Pool<Order>* orders;
  memory::Slab<ProductAside>* asides;  // by product slot
  memory::Slab<ProductName>* names;    // by product slot
  memory::Slab<OrderKey>* order_keys;  // by order slot
  PolicyTable* policies;
  // A bit a shard: it has changes to commit. 16 words for 1024 shards.
  std::atomic<std::uint64_t>* dirty;
  const std::atomic<Epoch>* epoch;  // the one that is open
  bool journaled;
};

// An order that is to be placed, its arguments in range and its product found.
struct Asked {
  std::uint32_t product;
  std::uint32_t qty;
  std::int64_t customer;
  OrderKey key;
  std::uint64_t hash;  // of the key, if given
};

inline constexpr std::uint32_t kNoShard = 0xffff'ffff;

class alignas(64) Shard {
 public:
  Shard(std::uint32_t index, const Surroundings& around);

  // Takes the memory that the options reserve, as far as it is not there.
  void Reserve() FLEXSTOCK_EXCLUDES(lock);

  lock::YieldLock lock;

  // Takes the lock (Entered does it for a scope). `product_of(shard)` is the slot of the product that it is taken for,
  // kNil if there is none; it is asked under the lock, and only when the acquisition is looked at.
  template <typename ProductOf>
  void Enter(const ProductOf& product_of) FLEXSTOCK_ACQUIRE(lock) FLEXSTOCK_UNCHECKED_LOCKS {
    // Both in one byte, for one test: a shard that is not watched pays nothing for it.
    const auto how = static_cast<std::uint8_t>(lock.Exchange() | watched_);
    if (how != 0) [[unlikely]] {
      const bool taken = (how & 1) != 0;
      const std::uint64_t waited = taken ? WaitForLock() : 0;
      if ((how & kWatched) == 0) return;
      const bool sampled = --until_look_ == 0;
      if (taken || sampled) Look(product_of(*this), sampled, waited);
    }
  }

  // ---- Time -------------------------------------------------------------------------------------------------------
  // The time is `at_ms` (or now(), if that is later), and what is due by then has happened. False: the change buffer is
  // full; what happened stands, no command may start; commit, then call again. `epoch` is what follows belongs to.
  [[nodiscard]] bool Arrive(Millis at_ms, Epoch epoch) FLEXSTOCK_REQUIRES(lock) {
    epoch_ = epoch;
    if (changes_.full()) [[unlikely]]
      return false;
    if (at_ms < now_) [[unlikely]] {
      ++time_clamped_;
      at_ms = now_;
    }
    // relaxed: written under the lock that is held.
    if (at_ms >= wake_by_.load(std::memory_order_relaxed)) [[unlikely]]
      return HappenUntil(at_ms);
    now_ = at_ms;
    return true;
  }
  [[nodiscard]] Millis now() const FLEXSTOCK_REQUIRES(lock) { return now_; }
  // What follows belongs to a later epoch than that of the Arrive() before.
  void BelongTo(Epoch epoch) FLEXSTOCK_REQUIRES(lock) { epoch_ = epoch; }
  // What the last command belongs to.
  [[nodiscard]] Epoch epoch() const FLEXSTOCK_REQUIRES(lock) { return epoch_; }
  // A call's time lay behind what it had to count as.
  void CountClamped() FLEXSTOCK_REQUIRES(lock) { ++time_clamped_; }
  // What is due at now() happens: between the lines of a cart, which are orders at one instant. All that is due are
  // orders that the cart itself has placed, and the caller holds the stripes of their keys.
  void HappenNow() FLEXSTOCK_REQUIRES(lock);
  // Nothing is due before this. Any thread; a hint, exact for whoever holds the lock.
  [[nodiscard]] Millis wake_by() const { return wake_by_.load(std::memory_order_relaxed); }

  // ---- Products ---------------------------------------------------------------------------------------------------
  [[nodiscard]] std::uint32_t FindProduct(ProductId product) const FLEXSTOCK_REQUIRES(lock) {
    const auto found = products_by_id_.find(static_cast<std::int64_t>(product));
    return found == products_by_id_.end() ? kNil : found->second;
  }
  [[nodiscard]] bool IsProduct(std::uint32_t slot) const FLEXSTOCK_REQUIRES(lock) {
    return around_.products->IsOwner(slot, index_) && names()[slot].product != 0;
  }

  [[nodiscard]] CommandResult Put(const PutProduct& request) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult Set(const SetStock& request) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult Adjust(const AdjustStock& request) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult SetStatus(ProductId product, ProductStatus status) FLEXSTOCK_REQUIRES(lock);

  // ---- Placing ----------------------------------------------------------------------------------------------------
  // Steps 3 to 10 of docs/semantics.md. If the key names an order of another shard, *foreign is that shard and the
  // answer kKeyConflict, which holds if that order is still remembered: the caller finds out under that shard's lock.
  [[nodiscard]] PlaceResult Place(const Asked& asked, std::uint32_t* foreign) FLEXSTOCK_REQUIRES(lock);
  // The same for a line of a cart: the caller holds the stripes of all its keys.
  [[nodiscard]] PlaceResult PlaceLine(const Asked& asked, std::uint32_t* foreign) FLEXSTOCK_REQUIRES(lock);
  // Any thread, no lock; any number as the slot.
  void PrefetchProduct(std::uint32_t product) const { __builtin_prefetch(products_ + product, 1); }

  // The parts of an all_or_nothing cart. The caller holds the locks of all its shards and of all its keys' stripes.
  // Step 4 for one line.
  [[nodiscard]] Code CheckDraft(std::uint32_t product) const FLEXSTOCK_REQUIRES(lock);
  // Steps 5 to 7 for all the cart's units of one product: kOk, or why stock cannot serve them at once.
  [[nodiscard]] Code CheckUnits(std::uint32_t product, std::int64_t customer, Units units) const
      FLEXSTOCK_REQUIRES(lock);
  // Makes sure of slots for so many orders.
  [[nodiscard]] bool MakeRoom(std::uint32_t orders) FLEXSTOCK_REQUIRES(lock);
  // Step 7 for one line, which all checks have passed.
  [[nodiscard]] PlaceResult TakeLine(const Asked& asked) FLEXSTOCK_REQUIRES(lock);

  // The answer to a key that is known here: the order as it stands, or a conflict.
  [[nodiscard]] PlaceResult Again(std::uint32_t slot, const Asked& asked) const FLEXSTOCK_REQUIRES(lock);

  // ---- Orders -----------------------------------------------------------------------------------------------------
  // qty 0: all of it.
  [[nodiscard]] CommandResult Accept(OrderId order, std::uint32_t qty) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult Decline(OrderId order) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult Cancel(OrderId order) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult Pay(OrderId order) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult Refund(OrderId order, bool restock) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult PickUp(OrderId order) FLEXSTOCK_REQUIRES(lock);

  // ---- Questions --------------------------------------------------------------------------------------------------
  [[nodiscard]] Code View(ProductId product, ProductView* view) const FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] Code View(OrderId order, OrderView* view) const FLEXSTOCK_REQUIRES(lock);
  // The order in a slot, if it has that key.
  [[nodiscard]] Code View(std::uint32_t slot, OrderKey key, OrderView* view) const FLEXSTOCK_REQUIRES(lock);
  // Appends the member's pending orders with their order of placement.
  void AppendPending(MemberId member, std::vector<std::pair<std::uint64_t, OrderView>>* pending) const
      FLEXSTOCK_REQUIRES(lock);
  void Audit(AuditReport* report) const FLEXSTOCK_REQUIRES(lock);
  // Every invariant; aborts on the first that does not hold. The key index is not touched.
  void Verify() const FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] ShardStats Stats() const FLEXSTOCK_REQUIRES(lock);

  // ---- Changes ----------------------------------------------------------------------------------------------------
  [[nodiscard]] std::size_t changes_waiting() const FLEXSTOCK_REQUIRES(lock) { return changes_.size(); }
  // The number of the newest change that has left the shard.
  [[nodiscard]] std::uint64_t newest_taken() const FLEXSTOCK_REQUIRES(lock) {
    return changes_.newest() - changes_.size();
  }
  // See ChangeBuffer.
  [[nodiscard]] std::size_t TakeChanges(Epoch through, std::vector<Change>& taken) FLEXSTOCK_REQUIRES(lock) {
    return changes_.TakeThrough(through, taken);
  }

  // No command starts any more: Arrive says that the buffer is full.
  void Close() FLEXSTOCK_REQUIRES(lock) { changes_.Close(); }

  // ---- Snapshots: copies, a few thousand slots at a time, and the number of the newest change that is in them
  // --------
  struct Standing {
    std::uint64_t newest;  // change
    std::uint64_t placed;
    Millis now_ms;
  };
  [[nodiscard]] Standing Stand() const FLEXSTOCK_REQUIRES(lock) { return {changes_.newest(), placed_, now_}; }
  [[nodiscard]] std::vector<memory::Range> order_ranges() const FLEXSTOCK_REQUIRES(lock) { return order_ranges_; }
  [[nodiscard]] std::vector<memory::Range> product_ranges() const FLEXSTOCK_REQUIRES(lock) { return product_ranges_; }
  // Appends what is in the slots; of orders, those never used are left out.
  void Copy(memory::Range slots, std::vector<SlotImage>* orders) const FLEXSTOCK_REQUIRES(lock);
  void Copy(memory::Range slots, std::vector<ProductImage>* products) const FLEXSTOCK_REQUIRES(lock);

  // ---- Contention (flexstock/contention.h) ----------------------------------------------------------------------
  // The slot of the order's product; kNil if the order is not remembered.
  [[nodiscard]] std::uint32_t FindProductOf(OrderId order) const FLEXSTOCK_REQUIRES(lock);
  // Adds the shard, and its hottest products in no order.
  void Append(ContentionReport* report) const FLEXSTOCK_REQUIRES(lock);

 private:
  friend class Restorer;

  // The product before a command: what Conclude() compares with.
  struct Before {
    Units available;
    ProductMode mode;
  };

  [[nodiscard]] Before Now(const Product& product) const FLEXSTOCK_REQUIRES(lock) {
    return {product.available, product.mode()};
  }
  void Conclude(std::uint32_t product, Before before) FLEXSTOCK_REQUIRES(lock);
  void FillFromStock(std::uint32_t product) FLEXSTOCK_REQUIRES(lock);

  // Time.
  [[nodiscard]] bool HappenUntil(Millis at_ms) FLEXSTOCK_REQUIRES(lock);
  void Expire(std::uint32_t slot) FLEXSTOCK_REQUIRES(lock);
  enum class Stripes : std::uint8_t { kFree, kHeld };  // of the keys that are forgotten
  template <Stripes kStripes>
  void ForgetDue() FLEXSTOCK_REQUIRES(lock);
  template <Stripes kStripes>
  void Forget(std::uint32_t slot) FLEXSTOCK_REQUIRES(lock);
  void WakeBy(Millis at_ms) FLEXSTOCK_REQUIRES(lock) {
    if (at_ms < wake_by_.load(std::memory_order_relaxed)) wake_by_.store(at_ms, std::memory_order_relaxed);
  }

  // Contention. WaitForLock: the second half of taking the lock; how many counts it took, at least one.
  [[nodiscard]] std::uint64_t WaitForLock();
  void Look(std::uint32_t product, bool sampled, std::uint64_t waited) FLEXSTOCK_REQUIRES(lock);

  // Memory.
  [[nodiscard]] memory::Slab<ProductAside>& asides() const { return *around_.asides; }
  [[nodiscard]] memory::Slab<ProductName>& names() const { return *around_.names; }
  [[nodiscard]] std::uint32_t TakeSlot() FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] bool GrowOrders(std::uint64_t wanted) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] bool GrowProducts(std::uint64_t wanted) FLEXSTOCK_REQUIRES(lock);
  void AddProduct(std::uint32_t slot, std::int64_t id, std::int64_t member) FLEXSTOCK_REQUIRES(lock);
  // Calls visit(slot) for each slot of the shard that has ever been used.
  template <typename Visit>
  void ForEachOrder(Visit&& visit) const FLEXSTOCK_REQUIRES(lock);
  template <typename Visit>
  void ForEachProduct(Visit&& visit) const FLEXSTOCK_REQUIRES(lock);
  void FreeSlot(std::uint32_t slot) FLEXSTOCK_REQUIRES(lock);

  // Orders.
  [[nodiscard]] const Order* FindOrder(OrderId id) const FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] Order* FindOrder(OrderId id) FLEXSTOCK_REQUIRES(lock) {
    const Shard& self = *this;
    self.lock.AssertHeld();
    return const_cast<Order*>(self.FindOrder(id));
  }
  [[nodiscard]] std::uint32_t SlotOf(const Order& order) const FLEXSTOCK_REQUIRES(lock) {
    return static_cast<std::uint32_t>(&order - orders_);
  }
  [[nodiscard]] OrderId IdOf(const Order& order) const FLEXSTOCK_REQUIRES(lock) {
    return MakeOrderId({index_, SlotOf(order)}, order.generation);
  }
  [[nodiscard]] OrderKey KeyOf(const Order& order) const FLEXSTOCK_REQUIRES(lock) {
    return order.has(Order::kKeyed) ? (*around_.order_keys)[SlotOf(order)] : OrderKey{};
  }
  [[nodiscard]] const Policy& PolicyOf(const Product& product) const FLEXSTOCK_REQUIRES(lock) {
    return (*around_.policies)[product.policy];
  }
  [[nodiscard]] PlaceResult PlaceKeyed(const Asked& asked, std::uint32_t* foreign) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] PlaceResult PlaceNew(const Asked& asked) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] PlaceResult Take(const Asked& asked, const Policy& policy) FLEXSTOCK_REQUIRES(lock);
  template <OrderState kState>
  [[nodiscard]] PlaceResult Remember(const Asked& asked, const Policy& policy, Millis when_ms) FLEXSTOCK_REQUIRES(lock);
  void Fill(const Order& order, OrderView* view) const FLEXSTOCK_REQUIRES(lock);

  // Changes of state. Leave: out of the list of its state. Enter: into that of the new one. Become: both, with the
  // units it holds of the product and of its customer's limit, and the event.
  void Leave(std::uint32_t slot) FLEXSTOCK_REQUIRES(lock);
  void Enter(std::uint32_t slot, OrderState state, Millis when_ms) FLEXSTOCK_REQUIRES(lock);
  void Become(std::uint32_t slot, OrderState state, Millis when_ms, std::uint32_t accepted, std::uint32_t taken,
              EventType type, std::uint32_t flags = 0) FLEXSTOCK_REQUIRES(lock);
  void Settle(std::uint32_t slot, OrderState state, EventType type) FLEXSTOCK_REQUIRES(lock);
  void AwaitPayment(std::uint32_t slot, std::uint32_t accepted, std::uint32_t taken) FLEXSTOCK_REQUIRES(lock);
  void Tell(EventType type, std::uint32_t slot, std::uint32_t flags = 0) FLEXSTOCK_REQUIRES(lock);
  void TellProduct(std::uint32_t product) FLEXSTOCK_REQUIRES(lock);
  void TellMode(std::uint32_t product, ProductMode before) FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] Change& NextChange() FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult Done(OrderState state) const FLEXSTOCK_REQUIRES(lock);
  [[nodiscard]] CommandResult NotAgain(const Order& order, bool stands) const FLEXSTOCK_REQUIRES(lock);

  // Customer limits: units that count, kept only for products that have a limit.
  using CustomerOfProduct = std::pair<std::int64_t, std::uint32_t>;
  [[nodiscard]] Units UnitsOf(std::uint32_t product, std::int64_t customer) const FLEXSTOCK_REQUIRES(lock);
  void Count(const Order& order, Units sign) FLEXSTOCK_REQUIRES(lock);  // of a counted order
  void CountAll(std::uint32_t product, bool limited) FLEXSTOCK_REQUIRES(lock);

  // The lists.
  void LinkPending(std::uint32_t slot) FLEXSTOCK_REQUIRES(lock);
  void UnlinkPending(std::uint32_t slot) FLEXSTOCK_REQUIRES(lock);

  // What every order writes, in two cache lines with the lock, because on several CPUs each line that another has
  // written is waited for; then what it only reads.
  static constexpr std::uint8_t kWatched = 2;  // beside the lock's 1
  const std::uint8_t watched_;                 // in the lock's own line: kWatched if contention_sample is not 0
  std::uint16_t until_look_ FLEXSTOCK_GUARDED_BY(lock);  // acquisitions; counted down if watched_
  std::uint32_t free_head_ FLEXSTOCK_GUARDED_BY(lock) = kNil;
  memory::Range fresh_orders_ FLEXSTOCK_GUARDED_BY(lock);  // slots not yet used
  std::atomic<Millis> wake_by_{kNever};                    // written under the lock
  Millis now_ FLEXSTOCK_GUARDED_BY(lock) = 0;
  Epoch epoch_ FLEXSTOCK_GUARDED_BY(lock) = 0;
  std::uint64_t placed_ FLEXSTOCK_GUARDED_BY(lock) = 0;
  std::uint32_t free_count_ FLEXSTOCK_GUARDED_BY(lock) = 0;
  std::uint32_t orders_live_ FLEXSTOCK_GUARDED_BY(lock) = 0;
  Order* const orders_;  // slots: what may be touched is guarded, the address is not

  ChangeBuffer changes_ FLEXSTOCK_GUARDED_BY(lock);
  SettledQueue settled_ FLEXSTOCK_GUARDED_BY(lock);

  Product* const products_;
  memory::HashMap<std::int64_t, std::uint32_t> products_by_id_ FLEXSTOCK_GUARDED_BY(lock);
  const std::uint32_t index_;
  const Surroundings around_;

  bool keyed_ FLEXSTOCK_GUARDED_BY(lock) = false;  // some order had a key
  memory::Range fresh_products_ FLEXSTOCK_GUARDED_BY(lock);
  std::vector<memory::Range> spare_products_ FLEXSTOCK_GUARDED_BY(lock);  // not used before recovery, either
  std::vector<memory::Range> order_ranges_ FLEXSTOCK_GUARDED_BY(lock);    // all that the shard has taken
  std::vector<memory::Range> product_ranges_ FLEXSTOCK_GUARDED_BY(lock);
  std::uint64_t time_clamped_ FLEXSTOCK_GUARDED_BY(lock) = 0;
  memory::HashMap<std::int64_t, std::uint32_t> products_of_member_ FLEXSTOCK_GUARDED_BY(lock);
  memory::HashMap<CustomerOfProduct, Units> customer_units_ FLEXSTOCK_GUARDED_BY(lock);
  const std::unique_ptr<wheel::TimerWheel<Order>> wheel_;  // what it points to is guarded by the lock
  Contention contention_ FLEXSTOCK_GUARDED_BY(lock);
};

template <typename Visit>
void Shard::ForEachOrder(Visit&& visit) const {
  for (const memory::Range& range : order_ranges_) {
    for (std::uint32_t slot = range.first; slot < range.end; ++slot) {
      if (orders_[slot].generation != 0) visit(slot);
    }
  }
}

template <typename Visit>
void Shard::ForEachProduct(Visit&& visit) const {
  for (const memory::Range& range : product_ranges_) {
    for (std::uint32_t slot = range.first; slot < range.end; ++slot) {
      if (names()[slot].product != 0) visit(slot);
    }
  }
}

// Who takes the lock for no product in particular.
inline constexpr auto kForNoProduct = [](const Shard&) { return kNil; };

// Holds a shard's lock for a scope, and counts when it had to wait.
class FLEXSTOCK_SCOPED_CAPABILITY Entered {
 public:
  explicit Entered(Shard& shard) FLEXSTOCK_ACQUIRE(shard.lock) : Entered(shard, kForNoProduct) {}
  // See Shard::Enter.
  template <typename ProductOf>
  Entered(Shard& shard, const ProductOf& product_of) FLEXSTOCK_ACQUIRE(shard.lock) : shard_(shard) {
    shard.Enter(product_of);
  }
  ~Entered() FLEXSTOCK_RELEASE() { shard_.lock.Release(); }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  Shard& shard_;
};

}  // namespace flexstock::shard
