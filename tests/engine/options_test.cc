// What is wrong with the options is told by the field's name and its range.
#include "flexstock/options.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "flexstock/engine.h"

namespace flexstock {
namespace {

struct Bound {
  std::string field;
  std::function<void(Options&, std::uint64_t)> set;
  std::uint64_t least, most;
};

constexpr std::uint64_t kSlotsMax = std::uint64_t{1} << 30;

const std::vector<Bound>& Bounds() {
  static const std::vector<Bound> bounds = {
      {"shards", [](Options& o, std::uint64_t v) { o.shards = static_cast<std::uint32_t>(v); }, 1, 1024},
      {"products_max", [](Options& o, std::uint64_t v) { o.products_max = v; }, 1, kSlotsMax},
      {"orders_max", [](Options& o, std::uint64_t v) { o.orders_max = v; }, 1, kSlotsMax},
      {"products_reserve", [](Options& o, std::uint64_t v) { o.products_reserve = v; }, 0, std::uint64_t{1} << 24},
      {"orders_reserve", [](Options& o, std::uint64_t v) { o.orders_reserve = v; }, 0, std::uint64_t{1} << 26},
      {"keys_reserve", [](Options& o, std::uint64_t v) { o.keys_reserve = v; }, 0, std::uint64_t{1} << 26},
      {"events_max", [](Options& o, std::uint64_t v) { o.events_max = v; }, 1024, kSlotsMax},
      {"changes_max", [](Options& o, std::uint64_t v) { o.changes_max = static_cast<std::uint32_t>(v); }, 16, 1 << 20},
      {"contention_sample", [](Options& o, std::uint64_t v) { o.contention_sample = static_cast<std::uint32_t>(v); }, 0,
       65'535},
      {"background_interval_ms", [](Options& o, std::uint64_t v) { o.background_interval_ms = static_cast<Millis>(v); },
       1, 60'000},
  };
  return bounds;
}

TEST(OptionsTest, DefaultsAreFine) { EXPECT_EQ(Problem({}), ""); }

TEST(OptionsTest, EndsOfEveryRangeAreFine) {
  for (const Bound& bound : Bounds()) {
    for (const std::uint64_t value : {bound.least, bound.most}) {
      Options options;
      bound.set(options, value);
      if (bound.field == "products_max" || bound.field == "orders_max") {
        options.products_reserve = options.orders_reserve = 0;
      }
      EXPECT_EQ(Problem(options), "") << bound.field << " = " << value;
    }
  }
}

TEST(OptionsTest, OneBeyondARangeIsNamedWithIt) {
  for (const Bound& bound : Bounds()) {
    std::vector<std::uint64_t> wrong = {bound.most + 1};
    if (bound.least > 0) wrong.push_back(bound.least - 1);
    for (const std::uint64_t value : wrong) {
      Options options;
      bound.set(options, value);
      const std::string problem = Problem(options);
      EXPECT_NE(problem.find(bound.field), std::string::npos) << problem;
      EXPECT_NE(problem.find(std::to_string(bound.least)), std::string::npos) << problem;
      EXPECT_NE(problem.find(std::to_string(bound.most)), std::string::npos) << problem;
      const Engine::Opened opened = Engine::Open(options);
      EXPECT_EQ(opened.engine, nullptr);
      EXPECT_EQ(opened.problem, problem);
    }
  }
}

TEST(OptionsTest, ReservesStayWithinTheirLimits) {
  Options options;
  options.orders_max = 100;
  options.orders_reserve = 101;
  EXPECT_NE(Problem(options).find("orders_reserve must be 0 to 100"), std::string::npos) << Problem(options);
  options.orders_reserve = 100;
  options.keys_reserve = 101;
  EXPECT_NE(Problem(options).find("keys_reserve must be 0 to 100"), std::string::npos) << Problem(options);
  options.keys_reserve = 100;
  EXPECT_EQ(Problem(options), "");
}

TEST(OptionsTest, NegativeTimesAreNamed) {
  Options options;
  options.retention_ms = -1;
  EXPECT_NE(Problem(options).find("retention_ms"), std::string::npos);
  options.retention_ms = 0;
  EXPECT_EQ(Problem(options), "");
  options.background_interval_ms = -1;
  EXPECT_NE(Problem(options).find("background_interval_ms"), std::string::npos);
}

TEST(OptionsTest, PolicyOutOfRangeIsNamed) {
  Policy wrong[6];
  wrong[0].acceptance_window_ms = 0;
  wrong[1].payment_window_ms = 0;
  wrong[2].checkout_hold_ms = -1;
  wrong[3].pending_limit = -1;
  wrong[4].order_limit = -1;
  wrong[5].customer_limit = -1;
  for (const Policy& policy : wrong) {
    EXPECT_FALSE(IsValid(policy));
    Options options;
    options.policy = policy;
    EXPECT_NE(Problem(options).find("policy"), std::string::npos);
  }
}

TEST(OptionsTest, AudiencesAreNamedOnce) {
  Options options;
  options.audiences = {Audience::kFeed, Audience::kMember, Audience::kFeed};
  EXPECT_NE(Problem(options).find("audiences names feed twice"), std::string::npos) << Problem(options);
  options.audiences = {static_cast<Audience>(9)};
  EXPECT_NE(Problem(options).find("audiences"), std::string::npos);
  options.audiences = {};
  EXPECT_EQ(Problem(options), "");
}

// The most that the options allow costs address space only.
TEST(OptionsTest, EveryShardCountOpens) {
  for (const std::uint32_t shards : {1u, 2u, 63u, 64u, 65u, 1024u}) {
    Options options;
    options.shards = shards;
    options.products_max = 1 << 16;
    options.orders_max = 1 << 16;
    options.events_max = 1024;
    options.background = false;
    const Engine::Opened opened = Engine::Open(options);
    ASSERT_NE(opened.engine, nullptr) << opened.problem;
    EXPECT_EQ(opened.engine->Stats().size(), shards);
  }
}

}  // namespace
}  // namespace flexstock
