#include "bench/peers/contestants.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/peers/flexstock_peer.h"
#include "bench/peers/in_process.h"
#include "bench/peers/postgres_peer.h"
#include "bench/peers/redis_peer.h"

namespace flexstock::bench::peers {
namespace {

constexpr Way kOne{}, kTwo{.clients = 2}, kEight{.clients = 8}, kBatches{.together = kTogether};

Way With(Way way, Durability durability) {
  way.durability = durability;
  return way;
}

void AddFlexstock(const Directory& directory, std::vector<Contestant>* all) {
  const std::string journal_dir = directory.Path("journal");
  const auto add = [&](const std::string& name, Durability durability, std::initializer_list<Way> ways,
                       const std::string& notes) {
    for (Way way : ways) {
      way = With(way, durability);
      const auto make = [way, journal_dir](const Sale& sale) { return Flexstock(sale, way, journal_dir); };
      all->push_back({fmt::format("flexstock, {}, {}", name, Clients(way)), way, true, notes, make});
    }
  };
  const std::string beyond =
      "a function call in the caller's process, no socket; beyond the others it arms the deadline of each pending "
      "order, makes an event of each kept order for its member, and takes those away";
  add("journal off", Durability::kMemory, {kOne, kTwo, kEight, kBatches}, beyond);
  add("journal, answered at once", Durability::kSoon, {kOne, kEight, kBatches},
      beyond + "; written and synced by a thread of its own, milliseconds later, not a second");
  add("journal, answered when durable", Durability::kDurable, {kOne, kEight, kBatches},
      beyond + "; callers who wait at the same time share a sync");
}

void AddInProcess(std::vector<Contestant>* all) {
  const auto add = [&](const std::string& name, std::unique_ptr<Peer> (*make)(const Sale&)) {
    for (const Way& way : {kOne, kTwo}) {
      all->push_back({fmt::format("{}, {}", name, Clients(way)), way, false,
                      "a function call; no deadlines, no events, no limits beyond the pending ones, nothing to forget, "
                      "and its orders can be listed but not found by their ids",
                      make});
    }
  };
  add("std::unordered_map and a std::mutex", OneMutex);
  add("oneTBB concurrent_hash_map", ConcurrentMap);
  add("64 absl::flat_hash_map, an absl::Mutex each", ShardedMap);
}

void AddRedis(Servers& servers, std::vector<Contestant>* all) {
  const auto add = [&](const std::string& appendonly, Durability durability, const std::string& notes) {
    for (Way way : {kOne, kEight, kBatches}) {
      way = With(way, durability);
      const auto make = [way, appendonly, &servers](const Sale& sale) {
        return Redis(sale, way, servers.Redis(appendonly));
      };
      all->push_back({fmt::format("Redis, appendonly {}, {}", appendonly, Clients(way)), way, false, notes, make});
    }
  };
  const std::string unlike =
      "another process behind a unix socket (a network would cost more), and any program can ask it; no deadlines, no "
      "events";
  add("no", Durability::kMemory, unlike);
  add("everysec", Durability::kSoon, unlike + "; a crash of the machine may take a second of answered orders");
  add("always", Durability::kDurable, unlike + "; what arrives at the same time shares a sync");
}

void AddPostgres(Servers& servers, std::vector<Contestant>* all) {
  const auto add = [&](const std::string& commit, Durability durability, const std::string& notes) {
    for (Way way : {kOne, kEight}) {
      way = With(way, durability);
      const auto make = [way, &servers](const Sale& sale) { return Postgres(sale, way, servers.Postgres()); };
      all->push_back(
          {fmt::format("PostgreSQL, synchronous_commit {}, {}", commit, Clients(way)), way, false, notes, make});
    }
  };
  const std::string unlike =
      "another process for each client, behind a unix socket (a network would cost more); full transactions, any "
      "query, "
      "any program can ask it; no deadlines, no events";
  add("off", Durability::kSoon, unlike + "; a crash of the machine may take 0.6 seconds of answered orders");
  add("on", Durability::kDurable, unlike + "; clients who commit at the same time share a sync");
}

}  // namespace

const RedisServer& Servers::Redis(const std::string& appendonly) {
  std::unique_ptr<RedisServer>& server = redis_[appendonly];
  if (server == nullptr) server = std::make_unique<RedisServer>(directory_, appendonly);
  return *server;
}

const PostgresServer& Servers::Postgres() {
  if (postgres_ == nullptr) postgres_ = std::make_unique<PostgresServer>(directory_);
  return *postgres_;
}

std::vector<Contestant> Contestants(const Directory& directory, Servers& servers) {
  std::vector<Contestant> all;
  AddFlexstock(directory, &all);
  AddInProcess(&all);
  AddRedis(servers, &all);
  AddPostgres(servers, &all);
  return all;
}

const Contestant& CounterpartOf(const Contestant& contestant, const std::vector<Contestant>& all) {
  const auto like = [&](const Contestant& other) { return other.ours && other.way == contestant.way; };
  return *std::ranges::find_if(all, like);
}

std::vector<Contestant> Only(const std::string& text, const std::vector<Contestant>& all) {
  const auto named = [&](const Contestant& contestant) { return contestant.name.find(text) != std::string::npos; };
  std::vector<Contestant> chosen;
  for (const Contestant& contestant : all) {
    const auto stands_for_it = [&](const Contestant& other) {
      return named(other) && &CounterpartOf(other, all) == &contestant;
    };
    if (named(contestant) || std::ranges::any_of(all, stands_for_it)) chosen.push_back(contestant);
  }
  return chosen;
}

}  // namespace flexstock::bench::peers
