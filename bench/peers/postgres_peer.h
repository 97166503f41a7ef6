// PostgreSQL: a prepared statement an order, in a transaction of its own.
#pragma once

#include <memory>

#include "bench/peers/peer.h"
#include "bench/peers/postgres_server.h"
#include "bench/peers/way.h"

namespace flexstock::bench::peers {

// kDurable: synchronous_commit on; kSoon: off. One order at a time. The server must outlive it, and holds its products
// and orders until the next one is made.
[[nodiscard]] std::unique_ptr<Peer> Postgres(const Sale& sale, const Way& way, const PostgresServer& server);

}  // namespace flexstock::bench::peers
