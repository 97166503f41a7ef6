// Who waits for which epoch: one does the work for all, everybody is woken, callbacks come once and in order.
#include "engine/durable_epochs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <thread>
#include <vector>

namespace flexstock {
namespace {

// Of one type for all, so that its branches are counted once.
Code Wait(DurableEpochs& epochs, Epoch epoch, const std::function<Code()>& commit) {
  return epochs.Wait(epoch, commit);
}

TEST(DurableEpochsTest, StartsWhereRecoveryStands) {
  DurableEpochs epochs;
  epochs.StartAt(17);
  EXPECT_EQ(epochs.durable(), 17u);
  EXPECT_FALSE(epochs.failed());
  EXPECT_FALSE(epochs.wanted());
  const auto never = [] {
    ADD_FAILURE() << "nothing is to be committed";
    return Code::kOk;
  };
  EXPECT_EQ(Wait(epochs, 17, never), Code::kOk);
  int told = 0;
  epochs.Notify(17, [&](Code code) {
    EXPECT_EQ(code, Code::kOk);
    ++told;
  });
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(epochs.wanted());
}

TEST(DurableEpochsTest, CommitsOnceIfTheEpochIsNotThere) {
  DurableEpochs epochs;
  int commits = 0;
  const auto commit = [&] {
    epochs.Reach(static_cast<Epoch>(++commits));
    return Code::kOk;
  };
  EXPECT_EQ(Wait(epochs, 1, commit), Code::kOk);
  EXPECT_EQ(Wait(epochs, 1, commit), Code::kOk);
  EXPECT_EQ(commits, 1);
}

TEST(DurableEpochsTest, AnEpochWithoutChangesIsNotWaitedFor) {
  DurableEpochs epochs;
  EXPECT_EQ(Wait(epochs, 1, [] { return Code::kOk; }), Code::kOk);
  EXPECT_EQ(epochs.durable(), 0u);
}

// They asked before somebody saw that nothing had changed; whoever asks later may have changed something.
TEST(DurableEpochsTest, LetsThoseGoWhoAskedBefore) {
  DurableEpochs epochs;
  std::vector<int> told;
  const auto ask = [&](Epoch epoch, int which) {
    epochs.Notify(epoch, [&told, which](Code code) {
      EXPECT_EQ(code, Code::kOk);
      told.push_back(which);
    });
  };
  EXPECT_EQ(epochs.Asking(1), 0u);
  ask(1, 1);
  ask(2, 2);
  ask(1, 3);
  const std::size_t asking = epochs.Asking(1);
  EXPECT_EQ(asking, 2u);
  ask(1, 4);
  epochs.Release(1, asking);
  epochs.Tell();
  EXPECT_EQ(told, (std::vector<int>{1, 3}));
  EXPECT_EQ(epochs.Asking(1), 1u);
  epochs.Release(1, 0);
  epochs.Tell();
  EXPECT_EQ(told.size(), 2u);
  epochs.Release(1, 1);
  EXPECT_TRUE(epochs.wanted());  // number 2 at least
  epochs.Tell();
  EXPECT_EQ(told, (std::vector<int>{1, 3, 4}));
  epochs.Reach(2);
  epochs.Tell();
  EXPECT_EQ(told, (std::vector<int>{1, 3, 4, 2}));
  EXPECT_FALSE(epochs.wanted());
}

TEST(DurableEpochsTest, SaysWhyACommitCannotBe) {
  DurableEpochs epochs;
  EXPECT_EQ(Wait(epochs, 1, [] { return Code::kOverloaded; }), Code::kOverloaded);
  // What was not told is not why it was not reached.
  EXPECT_EQ(Wait(epochs, 1,
                 [&] {
                   epochs.Reach(1);
                   return Code::kOverloaded;
                 }),
            Code::kOk);
  EXPECT_EQ(Wait(epochs, 2,
                 [&] {
                   epochs.Fail();
                   return Code::kReadOnly;
                 }),
            Code::kReadOnly);
  EXPECT_TRUE(epochs.failed());
  // For ever; but what was reached before stays.
  EXPECT_EQ(Wait(epochs, 2, [] { return Code::kOk; }), Code::kReadOnly);
  EXPECT_EQ(Wait(epochs, 1, [] { return Code::kOk; }), Code::kOk);
}

TEST(DurableEpochsTest, CallsInOrderOfEpochsAndOfAsking) {
  DurableEpochs epochs;
  std::vector<int> told;
  int asked = 0;
  for (const Epoch epoch : {3, 1, 2, 1}) {
    epochs.Notify(epoch, [&told, which = ++asked](Code code) {
      EXPECT_EQ(code, Code::kOk);
      told.push_back(which);
    });
  }
  EXPECT_TRUE(epochs.wanted());
  epochs.Tell();
  EXPECT_TRUE(told.empty());
  epochs.Reach(2);
  EXPECT_TRUE(told.empty());  // whoever commits holds locks then
  epochs.Tell();
  EXPECT_EQ(told, (std::vector<int>{2, 4, 3}));
  EXPECT_TRUE(epochs.wanted());
  epochs.Reach(3);
  epochs.Tell();
  EXPECT_EQ(told, (std::vector<int>{2, 4, 3, 1}));
  EXPECT_FALSE(epochs.wanted());
}

TEST(DurableEpochsTest, AFailureTellsEverybodyWhatWasReached) {
  DurableEpochs epochs;
  std::vector<Code> told;
  for (const Epoch epoch : {1, 2, 3}) {
    epochs.Notify(epoch, [&](Code code) { told.push_back(code); });
  }
  epochs.Reach(1);
  epochs.Fail();
  epochs.Tell();
  EXPECT_EQ(told, (std::vector<Code>{Code::kOk, Code::kReadOnly, Code::kReadOnly}));
  epochs.Notify(2, [&](Code code) { told.push_back(code); });  // from now on at once
  EXPECT_EQ(told.back(), Code::kReadOnly);
  EXPECT_EQ(told.size(), 4u);
}

// A callback may ask to be called again: by whoever is calling, once it returns.
TEST(DurableEpochsTest, ACallbackMayAskForMore) {
  DurableEpochs epochs;
  std::vector<int> told;
  epochs.Notify(1, [&](Code) {
    told.push_back(1);
    epochs.Notify(1, [&](Code) { told.push_back(2); });
    EXPECT_EQ(told.size(), 1u);
    epochs.Notify(5, [&](Code) { told.push_back(5); });
  });
  epochs.Reach(1);
  epochs.Tell();
  EXPECT_EQ(told, (std::vector<int>{1, 2}));
  epochs.Reach(5);
  epochs.Tell();
  EXPECT_EQ(told, (std::vector<int>{1, 2, 5}));
}

// ---- Threads --------------------------------------------------------------------------------------------------------

// One commits at a time, and each epoch once; all who wait get theirs.
TEST(DurableEpochsTest, OneCommitsForAllWhoWait) {
  constexpr int kThreads = 4;
  constexpr Epoch kEpochs = 300;
  DurableEpochs epochs;
  std::atomic<int> committing{0};
  std::atomic<std::uint64_t> commits{0};
  const auto commit = [&] {
    EXPECT_EQ(committing.fetch_add(1), 0);
    epochs.Reach(++commits);
    committing.fetch_sub(1);
    return Code::kOk;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (Epoch epoch = 1; epoch <= kEpochs; ++epoch) {
        EXPECT_EQ(Wait(epochs, epoch, commit), Code::kOk);
        EXPECT_GE(epochs.durable(), epoch);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(commits, kEpochs);
}

// Whoever waits for an epoch that somebody else has reached does not wait for the next one, which is being written.
// (Many rounds: in some he sleeps before it is reached.)
void WakesWhileAnotherStillCommits() {
  DurableEpochs epochs;
  std::atomic<bool> leads{false}, woken{false};
  std::thread leader([&] {
    EXPECT_EQ(Wait(epochs, 2,
                   [&] {
                     leads = true;
                     while (!woken) std::this_thread::yield();
                     epochs.Reach(2);
                     return Code::kOk;
                   }),
              Code::kOk);
  });
  while (!leads) std::this_thread::yield();
  std::atomic<bool> waits{false};
  std::thread waiter([&] {
    waits = true;
    EXPECT_EQ(Wait(epochs, 1, [] { return Code::kReadOnly; }), Code::kOk);
    woken = true;
  });
  while (!waits) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::microseconds(100));
  epochs.Reach(1);
  epochs.Tell();
  waiter.join();
  leader.join();
}

TEST(DurableEpochsTest, IsWokenWhileAnotherStillCommits) {
  for (int round = 0; round < 200; ++round) WakesWhileAnotherStillCommits();
}

// No memory, say: the next one leads.
TEST(DurableEpochsTest, ACommitThatThrowsHoldsUpNobody) {
  DurableEpochs epochs;
  EXPECT_THROW((void)Wait(epochs, 1, []() -> Code { throw std::bad_alloc(); }), std::bad_alloc);
  EXPECT_EQ(Wait(epochs, 1,
                 [&] {
                   epochs.Reach(1);
                   return Code::kOk;
                 }),
            Code::kOk);
}

TEST(DurableEpochsTest, AFailureWakesAll) {
  DurableEpochs epochs;
  std::atomic<int> began{0};
  const auto commit = [&] {
    // Until everybody waits, or has yet to come: both must be told.
    while (began.load() < 4) std::this_thread::yield();
    epochs.Reach(1);
    epochs.Fail();
    return Code::kReadOnly;
  };
  std::vector<std::thread> threads;
  std::atomic<int> good{0}, read_only{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      began.fetch_add(1);
      const Code code = Wait(epochs, i < 2 ? 1 : 2, commit);
      (code == Code::kOk ? good : read_only).fetch_add(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 2);
  EXPECT_EQ(read_only, 2);
}

// An object that tells its end, say, and dies with the callback that held it.
TEST(DurableEpochsTest, WhatACallbackOwnedMayAskAsItEnds) {
  struct Owner {
    explicit Owner(DurableEpochs* all) : epochs(all) {}
    ~Owner() {
      epochs->Notify(2, [](Code) {});
    }
    DurableEpochs* epochs;
  };
  DurableEpochs epochs;
  epochs.Notify(1, [owner = std::make_shared<Owner>(&epochs)](Code) {});
  epochs.Reach(1);
  epochs.Tell();
  EXPECT_TRUE(epochs.wanted());
}

TEST(DurableEpochsDeathTest, ACallbackThatThrowsEndsTheProcess) {
  DurableEpochs epochs;
  epochs.Notify(1, [](Code) { throw std::bad_alloc(); });
  epochs.Reach(1);
  EXPECT_DEATH(epochs.Tell(), "bad_alloc");
}

// Refusals change nothing, so no epoch ends for those who ask after them: one look is enough for all who came before.
TEST(DurableEpochsTest, OneLookServesAllWhoCameBefore) {
  constexpr int kOthers = 50;
  DurableEpochs epochs;
  std::atomic<int> commits{0}, come{0};
  std::vector<std::thread> threads;
  const auto leader = [&] {
    commits.fetch_add(1);
    for (int i = 0; i < kOthers; ++i) {
      threads.emplace_back([&] {
        come.fetch_add(1);
        const auto look = [&] {
          commits.fetch_add(1);
          return Code::kOk;
        };
        EXPECT_EQ(Wait(epochs, 1, look), Code::kOk);
      });
    }
    while (come != kOthers) std::this_thread::yield();
    return Code::kOk;
  };
  EXPECT_EQ(Wait(epochs, 1, leader), Code::kOk);
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(commits, 10);  // the leader, the first of the others, and perhaps who was late
}

// The leader's epoch is written by somebody else while he leads, so he need not look: whoever came before him, and has
// changed something in the next epoch, waits on.
TEST(DurableEpochsTest, AnEpochThatIsThereSaysNothingOfTheNext) {
  for (int round = 0; round < 20; ++round) {
    DurableEpochs epochs;
    std::vector<std::thread> threads;
    std::atomic<int> come{0};
    const auto come_and_wait = [&](Epoch epoch) {
      threads.emplace_back([&, epoch] {
        come.fetch_add(1);
        const auto commit = [&] {
          epochs.Reach(std::max(epoch, epochs.durable()));
          return Code::kOk;
        };
        EXPECT_EQ(Wait(epochs, epoch, commit), Code::kOk);
        EXPECT_GE(epochs.durable(), epoch);
      });
    };
    const auto first = [&] {
      for (const Epoch epoch : {2u, 2u, 2u, 3u}) come_and_wait(epoch);
      while (come != 4) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // for them to fall asleep
      epochs.Reach(1);
      return Code::kOk;
    };
    EXPECT_EQ(Wait(epochs, 1, first), Code::kOk);
    for (std::thread& thread : threads) thread.join();
  }
}

// Registered while epochs are reached: nobody is forgotten, nobody called twice or too early, and never out of order.
TEST(DurableEpochsTest, NobodyWhoAsksMeanwhileIsForgotten) {
  constexpr Epoch kEpochs = 2'000;
  DurableEpochs epochs;
  std::atomic<std::uint64_t> told{0}, calling{0};
  std::thread committer([&] {
    for (Epoch epoch = 1; epoch <= kEpochs; ++epoch) {
      epochs.Reach(epoch);
      epochs.Tell();
    }
  });
  std::vector<std::thread> askers;
  for (int i = 0; i < 2; ++i) {
    askers.emplace_back([&] {
      for (Epoch epoch = 1; epoch <= kEpochs; ++epoch) {
        epochs.Notify(epoch, [&, epoch](Code code) {
          EXPECT_EQ(calling.fetch_add(1), 0u);  // one at a time
          EXPECT_EQ(code, Code::kOk);
          EXPECT_LE(epoch, epochs.durable());
          told.fetch_add(1);
          calling.fetch_sub(1);
        });
      }
    });
  }
  committer.join();
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(told, 2 * kEpochs);
  EXPECT_FALSE(epochs.wanted());
}

}  // namespace
}  // namespace flexstock
