// RedisServer: a Redis of our own, on a unix socket and no port.
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>

#include "bench/peers/directory.h"
#include "bench/peers/process.h"

namespace flexstock::bench::peers {

struct FreeRedis {
  void operator()(redisContext* context) const { ::redisFree(context); }
  void operator()(redisReply* reply) const { ::freeReplyObject(reply); }
};
using RedisConnection = std::unique_ptr<redisContext, FreeRedis>;
using RedisReply = std::unique_ptr<redisReply, FreeRedis>;

class RedisServer {
 public:
  // appendonly: "no", "everysec" or "always". Returns when it answers; throws Failure.
  RedisServer(const Directory& directory, const std::string& appendonly);

  // Throws Failure.
  [[nodiscard]] RedisConnection Connect() const;

 private:
  const std::string socket_;
  Process process_;
};

}  // namespace flexstock::bench::peers
