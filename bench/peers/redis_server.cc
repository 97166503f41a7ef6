#include "bench/peers/redis_server.h"

#include <fmt/format.h>

#include <filesystem>

#include "bench/peers/peer.h"

namespace flexstock::bench::peers {
namespace {

constexpr const char* kProgram = "/usr/bin/redis-server";

Command ServerCommand(const std::string& own, const std::string& socket, const std::string& appendonly) {
  if (!std::filesystem::exists(kProgram)) {
    throw Failure(
        fmt::format("there is no {}: install the package redis-server, or leave Redis out with --only", kProgram));
  }
  std::filesystem::create_directory(own);
  const bool log = appendonly != "no";
  return {.words = {kProgram, "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--daemonize", "no",
                    // No snapshots beside the log, and the log is not rewritten in the middle of a run.
                    "--save", "", "--appendonly", log ? "yes" : "no", "--appendfsync", log ? appendonly : "no",
                    "--auto-aof-rewrite-percentage", "0", "--dir", own},
          .directory = own,
          .log = own + ".log",
          .stop_signal = SIGKILL};  // what it holds is of no use to anybody
}

RedisConnection TryRedis(const std::string& socket) { return RedisConnection(::redisConnectUnix(socket.c_str())); }

}  // namespace

RedisServer::RedisServer(const Directory& directory, const std::string& appendonly)
    : socket_(directory.Path("redis-" + appendonly + ".socket")),
      process_(ServerCommand(directory.Path("redis-" + appendonly), socket_, appendonly)) {
  process_.WaitUntil([this] {
    const RedisConnection connection = TryRedis(socket_);
    if (connection == nullptr || connection->err != 0) return false;
    const RedisReply reply(static_cast<redisReply*>(::redisCommand(connection.get(), "PING")));
    return reply != nullptr && reply->type == REDIS_REPLY_STATUS;
  });
}

RedisConnection RedisServer::Connect() const {
  RedisConnection connection = TryRedis(socket_);
  if (connection == nullptr || connection->err != 0) {
    throw Failure(fmt::format("Redis at {}: {}", socket_, connection == nullptr ? "no memory" : connection->errstr));
  }
  return connection;
}

}  // namespace flexstock::bench::peers
