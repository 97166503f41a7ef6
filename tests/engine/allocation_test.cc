// Once slots, buffers and tables exist, nothing on an order's path allocates. This program counts.
#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/engine/open_engine.h"

namespace {
std::atomic<std::uint64_t> allocations{0};  // relaxed: read where only one thread runs

void* Counted(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* Counted(std::size_t size, std::align_val_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return Counted(size); }
void* operator new[](std::size_t size) { return Counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return Counted(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return Counted(size, alignment); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace flexstock {
namespace {

constexpr CustomerId kCustomer{9};
constexpr std::int64_t kProducts = 16;

// A day of orders in small: every call of an order's life, time that passes, events that are polled.
class Day {
 public:
  explicit Day(const PolicyChange& policy) {
    Options options = QuietOptions(7);
    options.retention_ms = 200;
    options.keys_reserve = 20'000;
    options.audiences = {Audience::kMember, Audience::kCustomer, Audience::kLogistics};
    engine_ = OpenEngine(options);
    for (std::int64_t id = 1; id <= kProducts; ++id) {
      PutLive(*engine_, ProductId{id}, 1000, policy);
      EXPECT_TRUE(engine_->Resolve(ProductId{id}, &refs_[static_cast<std::size_t>(id - 1)]));
    }
  }

  void Pass() {
    for (int i = 0; i < 20; ++i) {
      now_ += 7;
      const ProductId product{1 + i % kProducts};
      Live(engine_->Place({.product = product, .customer = kCustomer, .qty = 2, .key = NextKey()}, now_));
      Live(engine_->Place(PlaceOrderByRef{.product = refs_[0], .customer = kCustomer, .qty = 1}, now_));
      (void)engine_->Set({.product = product, .stock = i % 3 == 0 ? 0 : 1000, .expect = {}}, now_);
      (void)engine_->Adjust({.product = product, .by = 1}, now_);
      PlaceBatch();
      PlaceCart(i % 2 == 0 ? CartMode::kSplit : CartMode::kAllOrNothing);
      ProductView view;
      (void)engine_->Find(product, &view, now_);
      EXPECT_EQ(engine_->Advance(now_), Code::kOk);
      EXPECT_TRUE(engine_->Commit());
      for (const Audience audience : {Audience::kMember, Audience::kCustomer, Audience::kLogistics}) {
        while (engine_->Poll(audience, events_) != 0) {
        }
      }
    }
  }

 private:
  OrderKey NextKey() { return {.hi = 1, .lo = ++key_}; }

  void Live(const PlaceResult& placed) {
    if (!placed.ok()) return;
    OrderView view;
    (void)engine_->Find(placed.order, &view, now_);
    switch (++lives_ % 5) {
      case 0:
        (void)engine_->Decline(placed.order, now_);
        break;
      case 1:
        (void)engine_->Accept(placed.order, now_);
        (void)engine_->Pay(placed.order, now_);
        (void)engine_->PickUp(placed.order, now_);
        break;
      case 2:
        (void)engine_->Cancel(placed.order, now_);
        break;
      case 3:
        (void)engine_->Pay(placed.order, now_);
        (void)engine_->Refund(placed.order, true, now_);
        break;
      default:
        break;  // left to expire, if it waits
    }
  }

  void PlaceBatch() {
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      batch_[i] = {.product = ProductId{1 + static_cast<std::int64_t>(i) % kProducts}, .customer = kCustomer};
      if (i % 2 == 0) batch_[i].key = NextKey();
    }
    engine_->PlaceMany(batch_, results_, now_);
    for (const PlaceResult& result : results_) Live(result);
  }

  void PlaceCart(CartMode mode) {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      lines_[i] = {.product = ProductId{1 + static_cast<std::int64_t>(i)}, .qty = 1, .key = NextKey()};
    }
    (void)engine_->Place({.customer = kCustomer, .mode = mode, .lines = lines_}, results_, now_);
    for (std::size_t i = 0; i < lines_.size(); ++i) Live(results_[i]);
  }

  std::unique_ptr<Engine> engine_;
  std::array<ProductRef, kProducts> refs_;
  std::array<PlaceOrder, 32> batch_;
  std::array<PlaceResult, 32> results_;
  std::array<CartLine, 6> lines_;
  std::array<Event, 64> events_;
  Millis now_ = 1'000'000;
  std::uint64_t key_ = 0;
  int lives_ = 0;
};

void ExpectNoAllocationOnceWarm(PolicyChange policy) {
  policy.acceptance_window_ms = 60;  // or orders would only ever grow in number
  policy.payment_window_ms = 90;
  Day day(policy);
  for (int pass = 0; pass < 200; ++pass) day.Pass();
  const std::uint64_t before = allocations.load(std::memory_order_relaxed);
  const auto heap_before = ::mallinfo2().uordblks;  // what does not come through operator new
  for (int pass = 0; pass < 200; ++pass) day.Pass();
  EXPECT_EQ(allocations.load(std::memory_order_relaxed), before);
  EXPECT_EQ(::mallinfo2().uordblks, heap_before);
}

TEST(AllocationTest, IsCounted) {
  const std::uint64_t before = allocations.load(std::memory_order_relaxed);
  delete new int(3);
  EXPECT_EQ(allocations.load(std::memory_order_relaxed), before + 1);
}

TEST(AllocationTest, NoneWhereStockConfirms) { ExpectNoAllocationOnceWarm({}); }

TEST(AllocationTest, NoneWhereDeadlinesRun) { ExpectNoAllocationOnceWarm({.checkout_hold_ms = 30}); }

TEST(AllocationTest, NoneWhereRestockFills) { ExpectNoAllocationOnceWarm({.fill_on_restock = FillOnRestock::kFifo}); }

TEST(AllocationTest, NoneWhereCustomersAreLimited) { ExpectNoAllocationOnceWarm({.customer_limit = 20}); }

}  // namespace
}  // namespace flexstock
