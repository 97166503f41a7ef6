// An engine for a test: small, quiet between calls, told the time.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "flexstock/engine.h"

namespace flexstock {

inline Options QuietOptions(std::uint32_t shards = 1) {
  Options options;
  options.shards = shards;
  options.products_max = 1 << 12;
  options.orders_max = 1 << 16;
  options.audiences = {Audience::kFeed};
  options.events_max = 1 << 16;
  options.background = false;
  return options;
}

inline std::unique_ptr<Engine> OpenEngine(const Options& options) {
  Engine::Opened opened = Engine::Open(options);
  EXPECT_EQ(opened.problem, "");
  return std::move(opened.engine);
}

// What waits in the audience's queue now; nothing is committed.
inline std::vector<Event> PollAll(Engine& engine, Audience audience) {
  std::vector<Event> events(1024);
  std::size_t count = 0;
  while (const std::size_t some = engine.Poll(audience, std::span(events).subspan(count))) {
    count += some;
    if (events.size() - count < 1024) events.resize(2 * events.size());
  }
  events.resize(count);
  return events;
}

// Everything that has happened and was not told yet, however often the queues have to be emptied for it.
inline std::vector<Event> Drain(Engine& engine, Audience audience) {
  std::vector<Event> events;
  for (bool all = false; !all;) {
    all = engine.Commit();
    const std::vector<Event> some = PollAll(engine, audience);
    events.insert(events.end(), some.begin(), some.end());
  }
  return events;
}

inline void PutLive(Engine& engine, ProductId product, Units stock, const PolicyChange& policy = {},
                    MemberId member = MemberId{7}) {
  const PutProduct put{.product = product, .member = member, .stock = stock, .status = {}, .policy = policy};
  ASSERT_EQ(engine.Put(put, 0).code, Code::kOk);
}

inline std::uint32_t ShardOf(const Engine& engine, ProductId product) {
  ProductRef ref;
  EXPECT_TRUE(engine.Resolve(product, &ref));
  return ref.shard;
}

// `count` products with that stock, no two of one shard.
inline std::vector<ProductId> PutInDifferentShards(Engine& engine, std::size_t count, Units stock,
                                                   const PolicyChange& policy = {}) {
  std::vector<ProductId> products;
  std::vector<std::uint32_t> shards;
  for (std::int64_t id = 1; products.size() < count; ++id) {
    PutLive(engine, ProductId{id}, stock, policy);
    const std::uint32_t shard = ShardOf(engine, ProductId{id});
    if (std::find(shards.begin(), shards.end(), shard) != shards.end()) continue;
    products.push_back(ProductId{id});
    shards.push_back(shard);
  }
  return products;
}

inline ProductView ViewOf(Engine& engine, ProductId product, Millis at_ms = 0) {
  ProductView view;
  EXPECT_EQ(engine.Find(product, &view, at_ms), Code::kOk);
  return view;
}

}  // namespace flexstock
