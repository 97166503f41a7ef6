#include "bench/peers/in_process.h"

#include <absl/container/flat_hash_map.h>
#include <absl/synchronization/mutex.h>
#include <oneapi/tbb/concurrent_hash_map.h>
#include <oneapi/tbb/concurrent_vector.h>

#include <array>
#include <mutex>
#include <unordered_map>

#include "engine/base/mix.h"

namespace flexstock::bench::peers {
namespace {

// A product, under whatever lock its table has.
struct Product {
  Units available = 0;
  std::vector<std::int64_t> pending;  // ids of orders, oldest first

  // Takes the order or not, and says which.
  Answer Take(const Order& order) {
    if (order.qty <= available) {
      available -= order.qty;
      return Answer::kConfirmed;
    }
    if (static_cast<Units>(pending.size()) >= kPendingMax) return Answer::kRefused;
    pending.push_back(order.id);
    return Answer::kPending;
  }
  [[nodiscard]] Shelf shelf() const { return {available, static_cast<Units>(pending.size())}; }
};

// The order is kept in what the table has for that, by whoever holds the lock that this needs.
template <typename Orders>
Answer TakeAndKeep(Product& product, Order order, Orders& orders) {
  order.state = product.Take(order);
  if (order.state != Answer::kRefused) orders.push_back(order);
  return order.state;
}

// Memory for so many, touched: no order pays for a page fault, as none of flexstock's does.
template <typename Orders>
void Reserve(Orders& orders, std::uint64_t count) {
  orders.resize(count);
  orders.clear();
}

class MutexTable {
 public:
  explicit MutexTable(const Sale& sale) {
    products_.reserve(sale.supply().size());
    Reserve(orders_, sale.orders());
  }
  void Put(std::int64_t product, Units stock) { products_[product].available = stock; }
  Answer Place(const Order& order) {
    const std::lock_guard lock(mutex_);
    return TakeAndKeep(products_.find(order.product)->second, order, orders_);
  }
  Shelf At(std::int64_t product) { return products_.find(product)->second.shelf(); }

 private:
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Product> products_;
  std::vector<Order> orders_;
};

class TbbTable {
 public:
  explicit TbbTable(const Sale& sale) : products_(sale.supply().size()) { Reserve(orders_, sale.orders()); }
  void Put(std::int64_t product, Units stock) {
    products_.emplace(product, Product{.available = stock, .pending = {}});
  }
  Answer Place(const Order& order) {
    Products::accessor found;
    products_.find(found, order.product);
    return TakeAndKeep(found->second, order, orders_);
  }
  Shelf At(std::int64_t product) {
    Products::const_accessor found;
    products_.find(found, product);
    return found->second.shelf();
  }

 private:
  using Products = oneapi::tbb::concurrent_hash_map<std::int64_t, Product>;
  Products products_;
  oneapi::tbb::concurrent_vector<Order> orders_;
};

class ShardedTable {
 public:
  explicit ShardedTable(const Sale& sale) {
    // Debian's Abseil looks for deadlocks unless it is told not to, which triples the price of the lock.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    const std::size_t products = sale.supply().size();
    std::array<std::uint64_t, kShards> orders{};
    for (std::uint64_t i = 0; i < sale.orders(); ++i) ++orders[IndexOf(sale[i].product)];
    for (std::size_t i = 0; i < kShards; ++i) {
      const absl::MutexLock lock(&shards_[i].mutex);
      shards_[i].products.reserve(products / kShards + products / kShards / 8);
      Reserve(shards_[i].orders, orders[i]);
    }
  }
  void Put(std::int64_t product, Units stock) {
    Shard& shard = Of(product);
    const absl::MutexLock lock(&shard.mutex);
    shard.products[product].available = stock;
  }
  Answer Place(const Order& order) {
    Shard& shard = Of(order.product);
    const absl::MutexLock lock(&shard.mutex);
    return TakeAndKeep(shard.products.find(order.product)->second, order, shard.orders);
  }
  Shelf At(std::int64_t product) {
    Shard& shard = Of(product);
    const absl::MutexLock lock(&shard.mutex);
    return shard.products.find(product)->second.shelf();
  }

 private:
  static constexpr std::size_t kShards = 64;
  struct alignas(64) Shard {
    absl::Mutex mutex;
    absl::flat_hash_map<std::int64_t, Product> products ABSL_GUARDED_BY(mutex);
    std::vector<Order> orders ABSL_GUARDED_BY(mutex);
  };
  static std::size_t IndexOf(std::int64_t product) {
    return base::Reduce(base::Mix(static_cast<std::uint64_t>(product), 0), kShards);
  }
  Shard& Of(std::int64_t product) { return shards_[IndexOf(product)]; }

  std::array<Shard, kShards> shards_;
};

template <typename Table>
class InProcess final : public Peer {
 public:
  explicit InProcess(const Sale& sale) : sale_(sale), table_(sale) {
    for (std::size_t i = 0; i < sale.supply().size(); ++i)
      table_.Put(static_cast<std::int64_t>(i + 1), sale.supply()[i]);
  }

  std::unique_ptr<Client> Connect() override { return std::make_unique<Caller>(sale_, table_); }
  std::vector<Shelf> Shelves() override {
    std::vector<Shelf> shelves;
    for (std::size_t i = 0; i < sale_.supply().size(); ++i)
      shelves.push_back(table_.At(static_cast<std::int64_t>(i + 1)));
    return shelves;
  }

 private:
  class Caller final : public Client {
   public:
    Caller(const Sale& sale, Table& table) : sale_(sale), table_(table) {}
    void Place(std::uint64_t first, std::span<Answer> answers) override {
      for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = table_.Place(sale_[first + i]);
    }

   private:
    const Sale& sale_;
    Table& table_;
  };

  const Sale& sale_;
  Table table_;
};

}  // namespace

std::unique_ptr<Peer> OneMutex(const Sale& sale) { return std::make_unique<InProcess<MutexTable>>(sale); }
std::unique_ptr<Peer> ConcurrentMap(const Sale& sale) { return std::make_unique<InProcess<TbbTable>>(sale); }
std::unique_ptr<Peer> ShardedMap(const Sale& sale) { return std::make_unique<InProcess<ShardedTable>>(sale); }

}  // namespace flexstock::bench::peers
