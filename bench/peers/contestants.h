// Contestants: who is compared, and what is not like for like.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/peers/directory.h"
#include "bench/peers/peer.h"
#include "bench/peers/postgres_server.h"
#include "bench/peers/redis_server.h"
#include "bench/peers/way.h"

namespace flexstock::bench::peers {

struct Contestant {
  std::string name;  // with its way in words: no two have the same
  Way way;
  bool ours = false;
  std::string notes;  // what it does beyond the others, and what it does not have to do
  std::function<std::unique_ptr<Peer>(const Sale&)> make;
};

// Servers, each started when it is asked for first.
class Servers {
 public:
  explicit Servers(const Directory& directory) : directory_(directory) {}
  const RedisServer& Redis(const std::string& appendonly);
  const PostgresServer& Postgres();

 private:
  const Directory& directory_;
  std::map<std::string, std::unique_ptr<RedisServer>> redis_;
  std::unique_ptr<PostgresServer> postgres_;
};

// Everybody. The directory and the servers must outlive them.
[[nodiscard]] std::vector<Contestant> Contestants(const Directory& directory, Servers& servers);

// flexstock, called in the same way with the same promise: what the contestant is compared with.
[[nodiscard]] const Contestant& CounterpartOf(const Contestant& contestant, const std::vector<Contestant>& all);

// Those with `text` in their names, and their counterparts.
[[nodiscard]] std::vector<Contestant> Only(const std::string& text, const std::vector<Contestant>& all);

}  // namespace flexstock::bench::peers
