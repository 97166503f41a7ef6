#include "bench/peers/postgres_peer.h"

#include <endian.h>
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <string>

namespace flexstock::bench::peers {
namespace {

// Room beside each row for its next version, so that an update needs no entry in the index.
constexpr const char* kTables = R"(
DROP TABLE IF EXISTS products, orders;
CREATE TABLE products (product bigint PRIMARY KEY, available bigint NOT NULL, pending int NOT NULL DEFAULT 0,
                       answer "char" NOT NULL DEFAULT '?') WITH (fillfactor = 50);
CREATE TABLE orders (id bigint PRIMARY KEY, product bigint NOT NULL, customer bigint NOT NULL, qty int NOT NULL,
                     state "char" NOT NULL);
CREATE INDEX pending ON orders (product, id) WHERE state = 'p';
)";

// Parameters: product, units, order, customer, how many orders may be pending. No row: refused. The row's lock decides
// who is first; `answer` carries what was decided, since what was available before cannot be asked for any more.
constexpr const char* kPlace = R"(
WITH decided AS (
  UPDATE products SET
    available = available - CASE WHEN available >= $2 THEN $2 ELSE 0 END,
    pending = pending + CASE WHEN available >= $2 THEN 0 ELSE 1 END,
    answer = CASE WHEN available >= $2 THEN 'c' ELSE 'p' END
  WHERE product = $1 AND (available >= $2 OR pending < $5)
  RETURNING answer)
INSERT INTO orders (id, product, customer, qty, state) SELECT $3, $1, $4, $2, answer FROM decided RETURNING state
)";
constexpr const char* kName = "place";

void Check(PGconn* connection, const PGresult* result) {
  const ExecStatusType status = ::PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) {
    throw Failure(std::string("PostgreSQL: ") + ::PQerrorMessage(connection));
  }
}

PostgresResult Run(PGconn* connection, const char* statement) {
  PostgresResult result(::PQexec(connection, statement));
  Check(connection, result.get());
  return result;
}

class PostgresCaller final : public Client {
 public:
  PostgresCaller(const Sale& sale, const Way& way, PostgresConnection connection)
      : sale_(sale), connection_(std::move(connection)) {
    constexpr std::array<Oid, kParameters> kTypes = {20, 23, 20, 20, 23};  // int8 and int4
    Run(connection_.get(),
        way.durability == Durability::kDurable ? "SET synchronous_commit = on" : "SET synchronous_commit = off");
    // Planned once, not weighed again for the first few orders.
    Run(connection_.get(), "SET plan_cache_mode = force_generic_plan");
    const PostgresResult result(::PQprepare(connection_.get(), kName, kPlace, kParameters, kTypes.data()));
    Check(connection_.get(), result.get());
  }

  void Place(std::uint64_t first, std::span<Answer> answers) override {
    for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = PlaceOne(sale_[first + i]);
  }

 private:
  static constexpr int kParameters = 5;

  Answer PlaceOne(const Order& order) {
    // As the wire has them: binary, the highest byte first.
    const std::uint64_t product = htobe64(static_cast<std::uint64_t>(order.product));
    const std::uint32_t qty = htobe32(static_cast<std::uint32_t>(order.qty));
    const std::uint64_t id = htobe64(static_cast<std::uint64_t>(order.id));
    const std::uint64_t customer = htobe64(static_cast<std::uint64_t>(order.customer));
    const std::uint32_t pending_max = htobe32(static_cast<std::uint32_t>(kPendingMax));
    const auto bytes = [](const auto& value) { return reinterpret_cast<const char*>(&value); };
    const std::array<const char*, kParameters> values = {bytes(product), bytes(qty), bytes(id), bytes(customer),
                                                         bytes(pending_max)};
    constexpr std::array<int, kParameters> kSizes = {8, 4, 8, 8, 4}, kBinary = {1, 1, 1, 1, 1};
    const PostgresResult result(::PQexecPrepared(connection_.get(), kName, kParameters, values.data(), kSizes.data(),
                                                 kBinary.data(), /*resultFormat=*/1));
    Check(connection_.get(), result.get());
    if (::PQntuples(result.get()) == 0) return Answer::kRefused;
    return *::PQgetvalue(result.get(), 0, 0) == 'c' ? Answer::kConfirmed : Answer::kPending;
  }

  const Sale& sale_;
  const PostgresConnection connection_;
};

class PostgresPeer final : public Peer {
 public:
  PostgresPeer(const Sale& sale, const Way& way, const PostgresServer& server)
      : sale_(sale), way_(way), server_(server), connection_(server.Connect()) {
    // What the last run has left is none of this one's business.
    Run(connection_.get(), "SET client_min_messages = warning");
    Run(connection_.get(), kTables);
    Fill();
    Run(connection_.get(), "VACUUM ANALYZE products");
    Run(connection_.get(), "CHECKPOINT");
  }

  std::unique_ptr<Client> Connect() override {
    return std::make_unique<PostgresCaller>(sale_, way_, server_.Connect());
  }
  std::vector<Shelf> Shelves() override {
    const PostgresResult result = Run(connection_.get(), R"(
SELECT available, (SELECT count(*) FROM orders WHERE orders.product = products.product AND state = 'p')
FROM products ORDER BY product)");
    std::vector<Shelf> shelves;
    for (int row = 0; row < ::PQntuples(result.get()); ++row) {
      shelves.push_back(
          {std::stoll(::PQgetvalue(result.get(), row, 0)), std::stoll(::PQgetvalue(result.get(), row, 1))});
    }
    return shelves;
  }

 private:
  void Fill() {
    Run(connection_.get(), "COPY products (product, available) FROM STDIN");
    std::string rows;
    for (std::size_t i = 0; i < sale_.supply().size(); ++i) {
      fmt::format_to(std::back_inserter(rows), "{}\t{}\n", i + 1, sale_.supply()[i]);
    }
    if (::PQputCopyData(connection_.get(), rows.data(), static_cast<int>(rows.size())) != 1 ||
        ::PQputCopyEnd(connection_.get(), nullptr) != 1) {
      throw Failure(std::string("PostgreSQL: ") + ::PQerrorMessage(connection_.get()));
    }
    while (const PostgresResult result{::PQgetResult(connection_.get())}) Check(connection_.get(), result.get());
  }

  const Sale& sale_;
  const Way way_;
  const PostgresServer& server_;
  const PostgresConnection connection_;
};

}  // namespace

std::unique_ptr<Peer> Postgres(const Sale& sale, const Way& way, const PostgresServer& server) {
  return std::make_unique<PostgresPeer>(sale, way, server);
}

}  // namespace flexstock::bench::peers
