// Memory that the system refuses, at every allocation: while a directory is opened that is said, and it opens afterwards;
// in the midst of a command the process ends, because half of one would be seen and written.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "tests/journal/shop.h"
#include "tests/sim/sim_storage.h"

namespace {

std::atomic<std::int64_t> left{-1};  // allocations until one fails; negative: none does

void* OrFail(void* memory) {
  const bool refused = left.load() >= 0 && left.fetch_sub(1) == 0;
  if (memory != nullptr && !refused) return memory;
  std::free(memory);
  throw std::bad_alloc();
}

}  // namespace

// (Those of arrays come from the library, and call these. noinline: else g++ sees free of what operator new gave.)
void* operator new(std::size_t size) { return OrFail(std::malloc(size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return OrFail(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace flexstock::journal {
namespace {

using sim::SimStorage;

TEST(NoMemoryAnywhereTest, ToOpenIsSaidAndLosesNothing) {
  // A directory with a snapshot and a journal behind it, of several shards.
  SimStorage made(3);
  Shop shop({.seed = 9});
  {
    auto [engine, problem] = Engine::Open(OptionsOn(&made));
    ASSERT_EQ(problem, "");
    shop.Use(engine.get());
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(shop.Run(8));
    ASSERT_EQ(shop.Snapshot(), "");
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(shop.Run(8));
    ASSERT_TRUE(shop.Settle());
    Abandon(&made, &engine);
  }
  made.PowerLoss(sim::Loss::kAll);
  // In a process of its own, with one allocation that fails. A hash map that does not get its memory ends it.
  enum Exit { kOpened, kRefused, kWrong };
  const auto open = [&](std::uint32_t threads, std::int64_t at) -> int {
    const std::unique_ptr<SimStorage> disk = made.Copy();
    Options options = OptionsOn(disk.get());
    options.recovery_threads = threads;
    left = at;
    Engine::Opened opened = Engine::Open(options);
    left = -1;
    const bool refused = opened.engine == nullptr;
    if (refused && opened.problem.find("memory") == std::string::npos) return kWrong;
    if (refused) opened = Engine::Open(options);
    if (opened.engine == nullptr || !shop.Compare(*opened.engine).empty()) return kWrong;
    return refused ? kRefused : kOpened;
  };
  for (const std::uint32_t threads : {1u, 3u}) {
    int refused = 0, ended = 0, status = -1;
    for (std::int64_t at = 0; status != kOpened; at += 1 + at / 16) {
      SCOPED_TRACE(testing::Message() << threads << " threads, allocation " << at);
      const pid_t child = ::fork();
      if (child == 0) {
        ::close(STDERR_FILENO);
        ::_exit(open(threads, at));
      }
      ASSERT_EQ(::waitpid(child, &status, 0), child);
      const bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
      ASSERT_TRUE(aborted || WIFEXITED(status)) << "signal " << WTERMSIG(status);
      if (!aborted) status = WEXITSTATUS(status);
      ended += aborted ? 1 : 0;
      refused += status == kRefused ? 1 : 0;
      ASSERT_NE(status, kWrong);
    }
    EXPECT_GT(refused, 20);
    EXPECT_LT(ended, refused);
  }
}

TEST(NoMemoryAnywhereDeathTest, InTheMidstOfACommandEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  SimStorage storage(1);
  auto [engine, problem] = Engine::Open(OptionsOn(&storage, 1));
  ASSERT_EQ(problem, "");
  // Filled all at once, they are more changes than a shard's buffer holds: it grows.
  ASSERT_TRUE(engine
                  ->Put({.product = kProduct,
                         .member = MemberId{7},
                         .stock = 0,
                         .status = {},
                         .policy = {.pending_limit = 0, .fill_on_restock = FillOnRestock::kFifo}},
                        1)
                  .ok());
  std::vector<Event> events(64);
  for (int i = 0; i < 3'000; ++i) {
    ASSERT_TRUE(engine->Place({.product = kProduct, .customer = CustomerId{1}}, 1).ok());
    ASSERT_TRUE(engine->Commit());
    while (const std::size_t count = engine->Poll(Audience::kFeed, events)) {
      engine->Confirm(Audience::kFeed, events[count - 1].position);
    }
  }
  EXPECT_DEATH(
      {
        left = 0;
        (void)engine->Set({.product = kProduct, .stock = 3'000}, 2);
        left = -1;
        std::fprintf(stderr, "it went on\n");
        std::_Exit(0);
      },
      "bad_alloc");
}

}  // namespace
}  // namespace flexstock::journal
