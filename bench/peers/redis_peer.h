// Redis: a Lua script an order, which Redis runs alone, one after the other.
#pragma once

#include <memory>

#include "bench/peers/peer.h"
#include "bench/peers/redis_server.h"
#include "bench/peers/way.h"

namespace flexstock::bench::peers {

// The server must outlive it, and holds its products and orders until the next one is made.
[[nodiscard]] std::unique_ptr<Peer> Redis(const Sale& sale, const Way& way, const RedisServer& server);

}  // namespace flexstock::bench::peers
