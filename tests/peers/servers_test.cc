// Redis and PostgreSQL, started by us: they answer as flexstock does, and say what is wrong when something is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/peers/agreement.h"
#include "bench/peers/redis_peer.h"
#include "tests/peers/everybody.h"

namespace flexstock::bench::peers {
namespace {

class ServersTest : public Everybody {};

TEST_F(ServersTest, RedisAgrees) { ExpectAgreement("Redis, appendonly no"); }
TEST_F(ServersTest, RedisAgreesWithItsLogSyncedEverySecond) { ExpectAgreement("Redis, appendonly everysec"); }
TEST_F(ServersTest, RedisAgreesWithItsLogAlwaysSynced) { ExpectAgreement("Redis, appendonly always"); }
TEST_F(ServersTest, PostgresAgrees) { ExpectAgreement("PostgreSQL"); }

TEST_F(ServersTest, RedisKeepsItsOrdersAndTheListOfPendingOnes) {
  const Sale sale(Spread::kHot, 1, 300);
  const Played expected = Expect(sale);
  const RedisServer& server = servers_.Redis("no");
  const std::unique_ptr<Peer> peer = Redis(sale, {}, server);
  ASSERT_EQ(Difference(sale, expected, Play(*peer, sale, {})), "");

  const RedisConnection connection = server.Connect();
  const auto ask = [&](const std::string& command) {
    return RedisReply(static_cast<redisReply*>(::redisCommand(connection.get(), command.c_str())));
  };
  std::int64_t position = 0;
  for (std::uint64_t i = 0; i < sale.orders(); ++i) {
    const std::string id = std::to_string(i + 1);
    if (expected.answers[i] == Answer::kRefused) {
      EXPECT_EQ(ask("EXISTS order:" + id)->integer, 0) << id;
      continue;
    }
    EXPECT_EQ(ask("HGET order:" + id + " qty")->str, std::to_string(sale[i].qty)) << id;
    EXPECT_EQ(ask("HGET order:" + id + " customer")->str, id);
    const bool pending = expected.answers[i] == Answer::kPending;
    EXPECT_STREQ(ask("HGET order:" + id + " state")->str, pending ? "p" : "c") << id;
    if (!pending) continue;
    EXPECT_EQ(ask("LINDEX pending:1 " + std::to_string(position))->str, id);
    ++position;
  }
  EXPECT_EQ(position, kPendingMax);
}

TEST_F(ServersTest, PostgresKeepsItsOrders) {
  const Sale sale(Spread::kHot, 1, 300);
  const Played expected = Expect(sale);
  const Contestant postgres = Only("synchronous_commit off, 1 client", all_).back();
  ASSERT_EQ(PlayChecked(postgres, sale, expected).answers, expected.answers);
  const PostgresConnection connection = servers_.Postgres().Connect();
  const PostgresResult result(
      ::PQexec(connection.get(), "SELECT id, product, customer, qty, state FROM orders ORDER BY id"));
  int row = 0;
  for (std::uint64_t i = 0; i < sale.orders(); ++i) {
    if (expected.answers[i] == Answer::kRefused) continue;
    const std::string id = std::to_string(i + 1);
    const std::string values[] = {id, "1", id, std::to_string(sale[i].qty),
                                  expected.answers[i] == Answer::kPending ? "p" : "c"};
    ASSERT_LT(row, ::PQntuples(result.get()));
    for (int column = 0; column < 5; ++column) {
      EXPECT_EQ(::PQgetvalue(result.get(), row, column), values[column]) << id;
    }
    ++row;
  }
  EXPECT_EQ(row, ::PQntuples(result.get()));
}

TEST_F(ServersTest, AServerThatDoesNotStartSaysWhy) {
  try {
    const RedisServer server(directory_, "sometimes");
    FAIL() << "it started";
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), testing::HasSubstr("/usr/bin/redis-server"));
    EXPECT_THAT(failure.what(), testing::HasSubstr("it ended by itself. It said:"));
    EXPECT_THAT(failure.what(), testing::HasSubstr("appendfsync"));
  }
}

}  // namespace
}  // namespace flexstock::bench::peers
