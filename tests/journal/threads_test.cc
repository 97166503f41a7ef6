// Everybody at once on a journaled engine: customers who place and pay, members who answer what they are told, a feed,
// waiting and being called for what is durable, snapshots. Then it is closed and opened, and everything adds up.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

#include "flexstock/engine.h"
#include "tests/program/program.h"
#include "tests/sim/forwarding_storage.h"
#include "tests/sim/random.h"

namespace flexstock::journal {
namespace {

constexpr std::uint32_t kCustomers = 3;
constexpr std::int64_t kProducts = 20;
constexpr std::uint64_t kOrders = FLEXSTOCK_THREADS_ORDERS;  // of each customer

class ThreadsTest : public testing::Test {
 protected:
  [[nodiscard]] Options BusyOptions() const {
    Options options;
    options.shards = 4;
    options.products_max = 1 << 10;
    options.orders_max = 1 << 18;
    options.audiences = std::vector{Audience::kMember, Audience::kFeed};
    options.events_max = 1 << 19;
    options.changes_max = 64;  // small: callers wait for the disk, too
    options.journal_dir = path_;
    options.journal_segment_bytes = 64 << 10;
    options.snapshot_every_bytes = 512 << 10;
    return options;
  }

  const program::Directory directory_;
  const std::string path_ = directory_.path();
};

std::unique_ptr<Engine> OpenOrFail(const Options& options) {
  auto [engine, problem] = Engine::Open(options);
  EXPECT_EQ(problem, "");
  return std::move(engine);
}

void PutProducts(Engine* engine) {
  for (std::int64_t id = 1; id <= kProducts; ++id) {
    const PutProduct put{.product = ProductId{id},
                         .member = MemberId{id},
                         .stock = 1'000,
                         .status = {},
                         .policy = {.checkout_hold_ms = id % 2 * 3'600'000, .fill_on_restock = FillOnRestock::kFifo}};
    ASSERT_TRUE(engine->Put(put).ok());
  }
}

// What one customer did and was answered.
struct Customer {
  std::vector<PlaceResult> placed;  // those that came about
  std::uint64_t offset = 0;         // of his stream
  Epoch durable = 0;                // the last epoch that he was told is
  std::size_t refused = 0;
};

// Places, pays, waits now and then. Ends early once the engine is read-only.
void Shop(Engine* engine, std::uint32_t index, Customer* customer, std::atomic<std::uint64_t>* asked,
          std::atomic<std::uint64_t>* told_good, std::atomic<std::uint64_t>* told_bad) {
  sim::Random random(index);
  for (std::uint64_t i = 1; i <= kOrders; ++i) {
    const Position position{.stream = index, .offset = i};
    const PlaceOrder order{.product = static_cast<ProductId>(1 + random.Below(kProducts)),
                           .customer = CustomerId{1 + index},
                           .qty = static_cast<Units>(1 + random.Below(3)),
                           .key = {.hi = 1 + index, .lo = i}};
    const PlaceResult placed = engine->Place(order, When{kNow, &position});
    if (placed.code == Code::kReadOnly) return;
    customer->offset = i;
    if (!placed.ok()) {
      ++customer->refused;
      continue;
    }
    customer->placed.push_back(placed);
    Epoch epoch = placed.epoch;
    if (placed.state == OrderState::kAwaitingPayment && random.OneIn(2)) {
      const CommandResult paid = engine->Pay(placed.order);
      if (paid.code == Code::kReadOnly) return;
      EXPECT_EQ(paid.code, Code::kOk);
      EXPECT_GE(paid.epoch, epoch);
      epoch = paid.epoch;
    }
    if (random.OneIn(16)) {
      const Code code = engine->WaitDurable(epoch);
      if (code == Code::kReadOnly) return;
      EXPECT_EQ(code, Code::kOk);
      EXPECT_GE(engine->durable_epoch(), epoch);
      customer->durable = epoch;
    }
    if (random.OneIn(8)) {
      asked->fetch_add(1);
      engine->NotifyDurable(epoch, [=](Code code) {
        if (code == Code::kOk) {
          EXPECT_GE(engine->durable_epoch(), epoch);
          told_good->fetch_add(1);
        } else {
          EXPECT_EQ(code, Code::kReadOnly);
          told_bad->fetch_add(1);
        }
      });
    }
  }
}

// Wants the last units of one product, and is refused most of the time; asks to be called for that as well.
void Bargain(Engine* engine, std::uint32_t index, std::atomic<std::uint64_t>* asked, std::atomic<std::uint64_t>* told) {
  sim::Random random(index);
  Epoch changed = 0;  // the last epoch in which he changed something
  for (std::uint64_t i = 0; i < kOrders; ++i) {
    const PlaceResult placed = engine->Place({.product = ProductId{1}, .customer = CustomerId{1 + index}, .qty = 1});
    if (placed.ok()) {
      changed = placed.epoch;
    } else {
      EXPECT_EQ(placed.code, Code::kSoldOut);
    }
    const auto is_durable = [engine, changed] { EXPECT_GE(engine->durable_epoch(), changed); };
    if (random.OneIn(4)) {
      asked->fetch_add(1);
      engine->NotifyDurable(placed.epoch, [=](Code code) {
        EXPECT_EQ(code, Code::kOk);
        is_durable();
        told->fetch_add(1);
      });
    }
    if (random.OneIn(16)) {
      EXPECT_EQ(engine->WaitDurable(placed.epoch), Code::kOk);
      is_durable();
    }
    if (random.OneIn(64)) {
      const CommandResult more = engine->Adjust({.product = ProductId{1}, .by = 1});
      EXPECT_TRUE(more.ok());
      changed = more.epoch;
    }
  }
}

// By position and type, which two events may share a position by.
using Told = std::map<std::pair<std::uint64_t, EventType>, Event>;

bool Same(const Event& a, const Event& b) {
  return a.mode == b.mode && a.at_ms == b.at_ms && a.deadline_ms == b.deadline_ms && a.order == b.order &&
         a.key == b.key && a.product == b.product && a.member == b.member && a.customer == b.customer && a.qty == b.qty;
}

// Takes what waits; position by position, never back.
template <typename Heard>
std::size_t Hear(Engine* engine, Audience audience, std::uint64_t* last, Heard&& heard) {
  std::array<Event, 64> events;
  const std::size_t count = engine->Poll(audience, events);
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_GE(events[i].position, *last);
    *last = events[i].position;
    heard(events[i]);
  }
  return count;
}

TEST_F(ThreadsTest, EverythingAddsUpAfterwards) {
  std::array<Customer, kCustomers> customers;
  std::atomic<std::uint64_t> asked{0}, told_good{0}, told_bad{0};
  Told told;
  std::uint64_t confirmed = 0, last_told = 0;
  std::map<OrderId, OrderView> orders;
  std::map<ProductId, ProductView> products;
  JournalStats stats;
  {
    const std::unique_ptr<Engine> engine = OpenOrFail(BusyOptions());
    ASSERT_NE(engine, nullptr);
    PutProducts(engine.get());
    std::atomic<bool> shopping{true};
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < kCustomers; ++i) {
      threads.emplace_back([&, i] { Shop(engine.get(), i, &customers[i], &asked, &told_good, &told_bad); });
    }
    std::vector<std::thread> others;
    // Members answer, and bring new stock now and then.
    others.emplace_back([&] {
      std::uint64_t last = 0, answers = 0;
      for (bool more = true; more;) {
        more = shopping;
        while (Hear(engine.get(), Audience::kMember, &last, [&](const Event& event) {
                 if (event.type != EventType::kAcceptanceRequested) return;
                 ++answers;
                 const CommandResult result = answers % 5 == 0   ? engine->Decline(event.order)
                                              : answers % 5 == 1 ? engine->AcceptPart(event.order, 1)
                                                                 : engine->Accept(event.order);
                 // Filled from new stock meanwhile, or what it was.
                 EXPECT_TRUE(result.ok() || result.code == Code::kWrongState) << Name(result.code);
                 if (answers % 50 == 0) {
                   EXPECT_TRUE(engine->Adjust({.product = event.product, .by = 20}).ok());
                 }
               }) != 0) {
          more = true;
        }
        engine->Confirm(Audience::kMember, last);
        std::this_thread::yield();
      }
    });
    // The feed is written down; what comes behind the first half is never confirmed.
    others.emplace_back([&] {
      for (bool more = true; more;) {
        more = shopping;
        while (Hear(engine.get(), Audience::kFeed, &last_told, [&](const Event& event) {
                 told.emplace(std::pair{event.position, event.type}, event);
               }) != 0) {
          more = true;
        }
        if (told.size() < kOrders) engine->Confirm(Audience::kFeed, confirmed = last_told);
        std::this_thread::yield();
      }
    });
    others.emplace_back([&] {
      while (shopping) {
        EXPECT_EQ(engine->Snapshot(), "");
        (void)engine->Journal();
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    });
    for (std::thread& thread : threads) thread.join();
    shopping = false;
    for (std::thread& other : others) other.join();
    ASSERT_TRUE(engine->Commit());

    EXPECT_TRUE(engine->Audit().ok());
    for (const Customer& customer : customers) {
      EXPECT_EQ(customer.offset, kOrders);
      EXPECT_EQ(customer.refused, 0u);
      for (const PlaceResult& placed : customer.placed) {
        ASSERT_EQ(engine->Find(placed.order, &orders[placed.order]), Code::kOk);
      }
    }
    for (std::int64_t id = 1; id <= kProducts; ++id) {
      ASSERT_EQ(engine->Find(ProductId{id}, &products[ProductId{id}]), Code::kOk);
    }
    stats = engine->Journal();
    EXPECT_EQ(stats.failure, "");
    EXPECT_EQ(stats.snapshot_problem, "");
    EXPECT_GT(stats.snapshots, 0u);
  }
  // Whoever asked was called by now, once.
  EXPECT_EQ(told_good, asked);
  EXPECT_EQ(told_bad, 0u);
  EXPECT_EQ(orders.size(), kCustomers * kOrders);

  const std::unique_ptr<Engine> engine = OpenOrFail(BusyOptions());
  ASSERT_NE(engine, nullptr);
  EXPECT_TRUE(engine->recovery().recovered);
  EXPECT_EQ(engine->recovery().torn, "");
  EXPECT_GT(engine->recovery().snapshot_epoch, 0u);
  EXPECT_TRUE(engine->Audit().ok());
  std::map<ProductId, Units> taken;
  for (const auto& [id, before] : orders) {
    OrderView view;
    ASSERT_EQ(engine->Find(id, &view), Code::kOk);
    EXPECT_TRUE(view.key == before.key && view.product == before.product && view.customer == before.customer &&
                view.qty == before.qty && view.accepted == before.accepted && view.taken == before.taken &&
                view.state == before.state && view.deadline_ms == before.deadline_ms);
    ASSERT_EQ(engine->Find(before.key, &view), Code::kOk);
    EXPECT_EQ(view.order, id);
    taken[view.product] += view.taken;
  }
  for (const auto& [id, before] : products) {
    ProductView view;
    ASSERT_EQ(engine->Find(id, &view), Code::kOk);
    EXPECT_TRUE(view.available == before.available && view.held == before.held && view.sold == before.sold &&
                view.supplied == before.supplied && view.pending == before.pending && view.policy == before.policy);
    EXPECT_EQ(view.held + view.sold, taken[id]);
  }
  for (std::uint32_t i = 0; i < kCustomers; ++i) {
    std::uint64_t offset = 0;
    EXPECT_TRUE(engine->FindPosition(i, &offset));
    EXPECT_EQ(offset, kOrders);
  }
  // What the feed has not confirmed is told again, the same; all that was ever told is.
  std::uint64_t last = confirmed;
  auto expected = told.upper_bound({confirmed, EventType::kProductMode});
  std::size_t again = 0;
  const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (last < last_told && std::chrono::steady_clock::now() < latest) {
    const std::size_t count = Hear(engine.get(), Audience::kFeed, &last, [&](const Event& event) {
      EXPECT_GT(event.position, confirmed);
      if (expected == told.end()) return;
      EXPECT_EQ(std::pair(event.position, event.type), expected->first);
      EXPECT_TRUE(Same(event, expected->second));
      ++expected;
      ++again;
    });
    if (count == 0) std::this_thread::yield();
  }
  EXPECT_EQ(expected, told.end());
  EXPECT_GT(again, 0u);
  std::printf("%zu orders, %llu epochs, %llu snapshots, %llu waits for the disk, %zu events told again\n",
              orders.size(), static_cast<unsigned long long>(stats.blocks),
              static_cast<unsigned long long>(stats.snapshots), static_cast<unsigned long long>(stats.waits), again);
}

// ---- A disk that dies meanwhile -------------------------------------------------------------------------------------

// The system's files, until so many syncs after DieAfter(); from then on nothing is written or synced any more.
class DyingStorage final : public sim::ForwardingStorage {
 public:
  DyingStorage() : ForwardingStorage(SystemStorage()) {}
  void DieAfter(std::int64_t syncs) { syncs_ = syncs; }

 private:
  class File final : public sim::ForwardingFile {
   public:
    File(DyingStorage& all, std::unique_ptr<StorageFile> file) : ForwardingFile(std::move(file)), all_(all) {}
    IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
      return all_.syncs_ < 0 ? IoResult{.count = 0, .error = EIO} : ForwardingFile::WriteAt(offset, bytes);
    }
    int Sync() override { return --all_.syncs_ < 0 ? EIO : ForwardingFile::Sync(); }

   private:
    DyingStorage& all_;
  };

  std::unique_ptr<StorageFile> Wrap(const std::string& /*path*/, OpenMode /*mode*/,
                                    std::unique_ptr<StorageFile> file) override {
    return std::make_unique<File>(*this, std::move(file));
  }

  std::atomic<std::int64_t> syncs_{std::numeric_limits<std::int64_t>::max()};
};

TEST_F(ThreadsTest, WhoeverIsRefusedIsCalledOnceWhatHeChangedIsDurable) {
  std::atomic<std::uint64_t> asked = 0, told = 0;
  {
    Options options = BusyOptions();
    options.audiences.clear();
    const std::unique_ptr<Engine> engine = OpenOrFail(options);
    ASSERT_NE(engine, nullptr);
    const PutProduct put{.product = ProductId{1},
                         .member = MemberId{1},
                         .stock = 5,
                         .status = {},
                         .policy = {.overflow = Overflow::kReject}};
    ASSERT_TRUE(engine->Put(put).ok());
    std::vector<std::thread> threads;
    for (std::uint32_t index = 0; index < kCustomers; ++index) {
      threads.emplace_back(Bargain, engine.get(), index, &asked, &told);
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(engine->Audit().ok());
  }
  EXPECT_EQ(told, asked);
}

TEST_F(ThreadsTest, ADyingDiskWakesEverybodyAndLosesNothingThatWasAcknowledged) {
  std::size_t came_back = 0;
  for (const std::int64_t syncs : {2, 20, 60}) {
    SCOPED_TRACE(std::to_string(syncs) + " syncs");
    std::filesystem::remove_all(path_);
    std::array<Customer, kCustomers> customers;
    std::atomic<std::uint64_t> asked{0}, told_good{0}, told_bad{0};
    Epoch durable = 0;
    {
      DyingStorage storage;
      Options options = BusyOptions();
      options.storage = &storage;
      options.snapshot_every_bytes = 16 << 10;
      const std::unique_ptr<Engine> engine = OpenOrFail(options);
      ASSERT_NE(engine, nullptr);
      PutProducts(engine.get());
      storage.DieAfter(syncs);
      std::vector<std::thread> threads;
      for (std::uint32_t i = 0; i < kCustomers; ++i) {
        threads.emplace_back([&, i] { Shop(engine.get(), i, &customers[i], &asked, &told_good, &told_bad); });
      }
      for (std::thread& thread : threads) thread.join();
      // If they were done before it died.
      for (int i = 0; engine->Journal().failure.empty() && i < 1'000; ++i) {
        const CommandResult adjusted = engine->Adjust({.product = ProductId{1}, .by = 1});
        if (adjusted.ok()) (void)engine->WaitDurable(adjusted.epoch);
      }
      EXPECT_NE(engine->Journal().failure.find("Input/output error"), std::string::npos);
      EXPECT_EQ(engine->Place({.product = ProductId{1}, .customer = CustomerId{1}}).code, Code::kReadOnly);
      durable = engine->durable_epoch();
    }
    EXPECT_EQ(told_good + told_bad, asked);

    const std::unique_ptr<Engine> engine = OpenOrFail(BusyOptions());
    ASSERT_NE(engine, nullptr);
    EXPECT_GE(engine->recovery().epoch, durable);
    EXPECT_TRUE(engine->Audit().ok());
    for (std::uint32_t i = 0; i < kCustomers; ++i) {
      EXPECT_LE(customers[i].durable, durable);
      std::uint64_t last = 0;  // the offset of the last order that has come back
      for (const PlaceResult& placed : customers[i].placed) {
        OrderView view;
        const Code code = engine->Find(placed.order, &view);
        // An epoch comes back as a whole or not at all.
        EXPECT_EQ(code == Code::kOk, placed.epoch <= engine->recovery().epoch);
        if (code != Code::kOk) continue;
        last = view.key.lo;
        ++came_back;
      }
      std::uint64_t offset = 0;
      (void)engine->FindPosition(i, &offset);
      EXPECT_EQ(offset, last);
    }
  }
  EXPECT_GT(came_back, 0u);
}

}  // namespace
}  // namespace flexstock::journal
