// PostgresServer: a PostgreSQL of our own, with a data directory of its own, on a unix socket and no port.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "bench/peers/directory.h"
#include "bench/peers/process.h"

namespace flexstock::bench::peers {

struct FreePostgres {
  void operator()(PGconn* connection) const { ::PQfinish(connection); }
  void operator()(PGresult* result) const { ::PQclear(result); }
};
using PostgresConnection = std::unique_ptr<PGconn, FreePostgres>;
using PostgresResult = std::unique_ptr<PGresult, FreePostgres>;

class PostgresServer {
 public:
  // It refuses to run as root: if we are root, it runs as postgres, or as nobody. Returns when it answers; throws
  // Failure.
  explicit PostgresServer(const Directory& directory);

  // Throws Failure.
  [[nodiscard]] PostgresConnection Connect() const;

 private:
  const std::string socket_directory_;
  Process process_;
};

}  // namespace flexstock::bench::peers
