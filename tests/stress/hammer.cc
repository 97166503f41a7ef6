#include "tests/stress/hammer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace flexstock::stress {
namespace {

constexpr MemberId kMember{7};
constexpr Units kStock = 200;
constexpr std::uint64_t kKeys = 400;
constexpr std::array<Audience, kAudiences> kEverybody = {Audience::kMember, Audience::kCustomer, Audience::kLogistics,
                                                         Audience::kFeed};

ProductId Product(int index) { return ProductId{index + 1}; }

}  // namespace

Hammer::Hammer(const Site& site, std::uint64_t seed)
    : site_(site), seed_(seed), books_(static_cast<std::size_t>(site.threads)) {
  Options options;
  options.shards = site.shards;
  options.products_max = 64;
  options.orders_max = 1 << 18;
  options.audiences = {kEverybody.begin(), kEverybody.end()};
  options.events_max = 1024;
  options.changes_max = 16;
  options.retention_ms = 1'000'000'000;
  options.clock = &clock_;
  options.background = site.background;
  options.policy.acceptance_window_ms = 30;
  options.policy.payment_window_ms = 20;
  Engine::Opened opened = Engine::Open(options);
  engine_ = std::move(opened.engine);
  for (int i = 0; i < site_.products; ++i) {
    const PutProduct put{.product = Product(i),
                         .member = kMember,
                         .stock = kStock,
                         .status = {},
                         .policy = {.checkout_hold_ms = i % 2 * 10,
                                    .customer_limit = i % 3 == 2 ? 500 : 0,
                                    .late_payment = i % 2 == 0 ? LatePayment::kRefund : LatePayment::kRereserve}};
    EXPECT_TRUE(engine_->Put(put).ok());
  }
  for (Books& books : books_) books.added.resize(static_cast<std::size_t>(site_.products));
}

// The content follows from the key, but for a few that want a conflict.
PlaceOrder Hammer::SomeOrder(std::mt19937_64& random) const {
  PlaceOrder order;
  std::uint64_t content = random();
  if (random() % 2 == 0) {
    order.key = {.hi = 3, .lo = 1 + random() % kKeys};
    content = order.key.lo * 0x9e3779b97f4a7c15u;
    if (random() % 32 == 0) ++content;
  }
  order.product = Product(static_cast<int>((content >> 8) % static_cast<unsigned>(site_.products)));
  order.customer = CustomerId{1 + static_cast<std::int64_t>((content >> 16) % 4)};
  order.qty = 1 + static_cast<Units>(content % 4);
  return order;
}

void Hammer::Note(const PlaceResult& result, OrderKey key, std::mt19937_64& random, Books& books) {
  books.refused = books.refused || result.code == Code::kOverloaded;
  if (key.given()) books.by_key[key].push_back(result);
  if (!result.ok() || result.order == kNoOrder) return;
  if (!result.duplicate) ++books.won[result.order][kPlaced];
  board_[random() % board_.size()].store(result.order, std::memory_order_relaxed);
}

void Hammer::PlaceSome(std::mt19937_64& random, Books& books) {
  if (random() % 2 == 0) {
    const PlaceOrder order = SomeOrder(random);
    Note(engine_->Place(order), order.key, random, books);
    return;
  }
  std::array<PlaceOrder, 6> orders;
  std::array<PlaceResult, 6> results;
  for (PlaceOrder& order : orders) order = SomeOrder(random);
  engine_->PlaceMany(orders, results);
  for (std::size_t i = 0; i < orders.size(); ++i) Note(results[i], orders[i].key, random, books);
}

void Hammer::PlaceCarts(std::mt19937_64& random, Books& books) {
  std::array<CartLine, 4> lines;
  std::array<PlaceResult, 4> results;
  const std::size_t size = 1 + random() % lines.size();
  for (std::size_t i = 0; i < size; ++i) {
    const PlaceOrder order = SomeOrder(random);
    // Keys of a cart are distinct; line 0 to 3 have theirs apart from each other, and from those of single orders.
    const OrderKey key = order.key.given() ? OrderKey{.hi = 4 + i, .lo = order.key.lo} : OrderKey{};
    lines[i] = {.product = order.product, .qty = order.qty, .key = key};
  }
  const CartMode mode = random() % 2 == 0 ? CartMode::kSplit : CartMode::kAllOrNothing;
  const CartResult cart =
      engine_->Place({.customer = CustomerId{2}, .mode = mode, .lines = std::span(lines).first(size)}, results);
  for (std::size_t i = 0; i < size; ++i) {
    const bool taken = results[i].order != kNoOrder;
    if (mode == CartMode::kAllOrNothing) {
      EXPECT_EQ(taken, cart.ok());
    }
    if (taken || !results[i].ok()) Note(results[i], lines[i].key, random, books);
  }
}

void Hammer::Treat(std::mt19937_64& random, Books& books) {
  const OrderId order = board_[random() % board_.size()].load(std::memory_order_relaxed);
  if (order == kNoOrder) return;
  CommandResult result;
  Won won = kWon;
  switch (random() % 8) {
    case 0:
      result = engine_->Accept(order);
      won = kAccepted;
      break;
    case 1:
      result = engine_->Decline(order);
      won = kDeclined;
      break;
    case 2:
    case 3:
      result = engine_->Pay(order);
      won = kPaid;
      break;
    case 4:
      result = engine_->Cancel(order);
      won = kCanceled;
      break;
    case 5:
      result = engine_->Refund(order, random() % 2 == 0);
      won = kRefunded;
      break;
    case 6:
      result = engine_->PickUp(order);
      won = kPickedUp;
      break;
    default: {
      OrderView view;
      const Code code = engine_->Find(order, &view);
      EXPECT_TRUE(code == Code::kOk || code == Code::kOverloaded);
      return;
    }
  }
  EXPECT_NE(result.code, Code::kUnknownOrder);
  books.refused = result.code == Code::kOverloaded;
  if (result.ok() && !result.duplicate) ++books.won[order][won];
}

void Hammer::Work(int thread) {
  std::mt19937_64 random(seed_ * 1000 + static_cast<std::uint64_t>(thread));
  Books& books = books_[static_cast<std::size_t>(thread)];
  for (int call = 0; call < site_.calls; ++call) {
    switch (random() % 8) {
      case 0:
      case 1:
        PlaceSome(random, books);
        break;
      case 2:
        PlaceCarts(random, books);
        break;
      case 3: {
        const int product = static_cast<int>(random() % static_cast<unsigned>(site_.products));
        const Units by = static_cast<Units>(random() % 40) - 15;
        if (engine_->Adjust({.product = Product(product), .by = by}).ok()) {
          books.added[static_cast<std::size_t>(product)] += by;
        }
        break;
      }
      default:
        Treat(random, books);
    }
    if (random() % 16 == 0) clock_.Push(1);
    // Queues are small: whoever is refused lets the pollers in.
    if (books.refused) std::this_thread::yield();
    books.refused = false;
  }
  working_.fetch_sub(1, std::memory_order_release);  // partner: Run
}

void Hammer::Poll(Audience audience) {
  std::vector<Event>& told = told_[static_cast<std::size_t>(audience)];
  std::array<Event, 100> events;
  for (bool last = false; !last;) {
    last = over_.load(std::memory_order_acquire);  // then there is nothing more to come
    for (std::size_t count; (count = engine_->Poll(audience, events)) != 0;) {
      told.insert(told.end(), events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count));
    }
    std::this_thread::yield();
  }
}

void Hammer::Run() {
  ASSERT_NE(engine_, nullptr);
  std::vector<std::thread> threads;
  working_.store(site_.threads, std::memory_order_relaxed);
  for (const Audience audience : kEverybody) threads.emplace_back([this, audience] { Poll(audience); });
  for (int thread = 0; thread < site_.threads; ++thread) threads.emplace_back([this, thread] { Work(thread); });
  while (working_.load(std::memory_order_acquire) != 0) {
    if (!site_.background) (void)engine_->Advance();
    std::this_thread::yield();
  }
  clock_.Push(1000);  // all deadlines run out
  while (engine_->Advance() != Code::kOk || !engine_->Commit()) std::this_thread::yield();
  over_.store(true, std::memory_order_release);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace flexstock::stress
