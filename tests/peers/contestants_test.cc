// Who is compared with whom; and that all that are in this process agree.
#include "bench/peers/contestants.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/model/seed.h"
#include "tests/peers/everybody.h"
#include "tools/loadgen/rng.h"

namespace flexstock::bench::peers {
namespace {

class ContestantsTest : public Everybody {};

TEST_F(ContestantsTest, FlexstockAgrees) { ExpectAgreement("flexstock"); }
TEST_F(ContestantsTest, OneMutexAgrees) { ExpectAgreement("std::unordered_map"); }
TEST_F(ContestantsTest, ConcurrentMapAgrees) { ExpectAgreement("oneTBB"); }
TEST_F(ContestantsTest, ShardedMapAgrees) { ExpectAgreement("absl::Mutex"); }

TEST_F(ContestantsTest, ThoseInThisProcessAgreeOnAnySale) {
  for (const std::uint64_t seed : model::Seeds(1, 4)) {
    SCOPED_TRACE(testing::Message() << "FLEXSTOCK_SEED=" << seed);
    loadgen::Rng rng(seed, 0);
    const Sale sale(Spread::kZipf, 1 + rng.Below(200), 1 + rng.Below(20'000));
    for (const char* name : {"journal off", "std::unordered_map", "oneTBB", "absl::Mutex"}) ExpectAgreement(name, sale);
  }
}

TEST_F(ContestantsTest, EachIsComparedWithFlexstockInTheSameWay) {
  std::set<std::string> names;
  for (const Contestant& contestant : all_) {
    EXPECT_TRUE(names.insert(contestant.name).second) << contestant.name;
    const Contestant& counterpart = CounterpartOf(contestant, all_);
    EXPECT_TRUE(counterpart.ours);
    EXPECT_EQ(counterpart.way, contestant.way) << contestant.name;
    EXPECT_EQ(&CounterpartOf(counterpart, all_), &counterpart);
    EXPECT_FALSE(contestant.notes.empty());
  }
}

TEST_F(ContestantsTest, OnlySomeComeWithTheirCounterparts) {
  const std::vector<Contestant> some = Only("synchronous_commit on", all_);
  std::vector<std::string> names;
  for (const Contestant& contestant : some) names.push_back(contestant.name);
  EXPECT_EQ(names, (std::vector<std::string>{"flexstock, journal, answered when durable, 1 client",
                                             "flexstock, journal, answered when durable, 8 clients",
                                             "PostgreSQL, synchronous_commit on, 1 client",
                                             "PostgreSQL, synchronous_commit on, 8 clients"}));
  EXPECT_EQ(Only("", all_).size(), all_.size());
  EXPECT_TRUE(Only("nobody", all_).empty());
}

}  // namespace
}  // namespace flexstock::bench::peers
