#include "bench/peers/redis_peer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace flexstock::bench::peers {
namespace {

// KEYS: the product's stock, its list of pending orders, the order's hash.
// ARGV: how many units, the order's id, its product, its customer, how many orders may be pending.
// The state is kept as one letter, and answered as the enumeration's number.
constexpr const char* kPlace = R"(
local qty = tonumber(ARGV[1])
local state, answer
if tonumber(redis.call('GET', KEYS[1])) >= qty then
  redis.call('DECRBY', KEYS[1], qty)
  state, answer = 'c', 1
elseif redis.call('LLEN', KEYS[2]) < tonumber(ARGV[5]) then
  redis.call('RPUSH', KEYS[2], ARGV[2])
  state, answer = 'p', 2
else
  return 3
end
redis.call('HSET', KEYS[3], 'product', ARGV[3], 'customer', ARGV[4], 'qty', ARGV[1], 'state', state)
return answer
)";
static_assert(static_cast<int>(Answer::kConfirmed) == 1 && static_cast<int>(Answer::kPending) == 2 &&
              static_cast<int>(Answer::kRefused) == 3);

// Commands sent together where it is not an order that is measured.
constexpr std::size_t kPipeline = 1000;

// A connection, and commands on it of which each is sent before it is asked for.
class Pipe {
 public:
  explicit Pipe(RedisConnection connection) : connection_(std::move(connection)) {}

  void Send(std::span<const std::string> words) {
    pointers_.clear();
    sizes_.clear();
    for (const std::string& word : words) {
      pointers_.push_back(word.data());
      sizes_.push_back(word.size());
    }
    Check(::redisAppendCommandArgv(connection_.get(), static_cast<int>(words.size()), pointers_.data(), sizes_.data()));
  }
  RedisReply Receive() {
    void* raw = nullptr;
    Check(::redisGetReply(connection_.get(), &raw));
    RedisReply reply(static_cast<redisReply*>(raw));
    if (reply->type == REDIS_REPLY_ERROR) throw Failure(std::string("Redis answers: ") + reply->str);
    return reply;
  }
  RedisReply Ask(std::span<const std::string> words) {
    Send(words);
    return Receive();
  }

 private:
  void Check(int result) const {
    if (result != REDIS_OK) throw Failure(std::string("Redis, connection lost: ") + connection_->errstr);
  }

  const RedisConnection connection_;
  std::vector<const char*> pointers_;
  std::vector<std::size_t> sizes_;
};

class RedisCaller final : public Client {
 public:
  RedisCaller(const Sale& sale, const Way& way, RedisConnection connection, const std::string& script)
      : sale_(sale), together_(way.together), pipe_(std::move(connection)) {
    words_[0] = "EVALSHA";
    words_[1] = script;
    words_[2] = "3";
    words_[10] = fmt::to_string(kPendingMax);
  }

  void Place(std::uint64_t first, std::span<Answer> answers) override {
    for (std::size_t i = 0; i < answers.size(); i += together_) {
      const std::size_t end = std::min<std::size_t>(i + together_, answers.size());
      for (std::size_t n = i; n < end; ++n) Send(sale_[first + n]);
      for (std::size_t n = i; n < end; ++n) answers[n] = static_cast<Answer>(pipe_.Receive()->integer);
    }
  }

 private:
  void Send(const Order& order) {
    const auto write = [this](std::size_t word, const char* prefix, std::int64_t number) {
      words_[word].assign(prefix);
      fmt::format_to(std::back_inserter(words_[word]), "{}", number);
    };
    write(3, "stock:", order.product);
    write(4, "pending:", order.product);
    write(5, "order:", order.id);
    write(6, "", order.qty);
    write(7, "", order.id);
    write(8, "", order.product);
    write(9, "", order.customer);
    pipe_.Send(words_);
  }

  const Sale& sale_;
  const std::uint64_t together_;
  Pipe pipe_;
  std::array<std::string, 11> words_;
};

class RedisPeer final : public Peer {
 public:
  RedisPeer(const Sale& sale, const Way& way, const RedisServer& server)
      : sale_(sale), way_(way), server_(server), pipe_(server.Connect()) {
    (void)pipe_.Ask(std::array<std::string, 2>{"FLUSHALL", "SYNC"});
    script_ = pipe_.Ask(std::array<std::string, 3>{"SCRIPT", "LOAD", kPlace})->str;
    ForAll("stock:", "SET", [](std::size_t, const RedisReply&) {});
  }

  std::unique_ptr<Client> Connect() override {
    return std::make_unique<RedisCaller>(sale_, way_, server_.Connect(), script_);
  }
  std::vector<Shelf> Shelves() override {
    std::vector<Shelf> shelves(sale_.supply().size());
    ForAll("stock:", "GET",
           [&](std::size_t i, const RedisReply& reply) { shelves[i].available = std::stoll(reply->str); });
    ForAll("pending:", "LLEN", [&](std::size_t i, const RedisReply& reply) { shelves[i].pending = reply->integer; });
    return shelves;
  }

 private:
  // One command a product; SET: with its supply.
  template <typename Take>
  void ForAll(const std::string& prefix, const std::string& command, Take take) {
    const std::vector<Units>& supply = sale_.supply();
    for (std::size_t i = 0; i < supply.size(); i += kPipeline) {
      const std::size_t end = std::min(i + kPipeline, supply.size());
      for (std::size_t n = i; n < end; ++n) {
        std::vector<std::string> words{command, prefix + std::to_string(n + 1)};
        if (command == "SET") words.push_back(std::to_string(supply[n]));
        pipe_.Send(words);
      }
      for (std::size_t n = i; n < end; ++n) take(n, pipe_.Receive());
    }
  }

  const Sale& sale_;
  const Way way_;
  const RedisServer& server_;
  Pipe pipe_;
  std::string script_;  // its name
};

}  // namespace

std::unique_ptr<Peer> Redis(const Sale& sale, const Way& way, const RedisServer& server) {
  return std::make_unique<RedisPeer>(sale, way, server);
}

}  // namespace flexstock::bench::peers
