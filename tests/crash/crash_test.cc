// Real crashes: a loaded process is killed (SIGKILL) at a random moment, over and over on one directory, and what it
// had been told was durable is held against what recovers.
//
// A seed gives the load, the engine's sizes and the moments; not how threads fell on CPUs. So a seed that failed may
// have to run a few times (FLEXSTOCK_ROUNDS has no say over FLEXSTOCK_SEED: use --gtest_repeat). The directory of a
// failed chain is kept as the last kill left it.
//
// The load is a program of its own, so nothing is forked but to execute it: this runs under ThreadSanitizer, too.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "tests/crash/books.h"
#include "tests/model/seed.h"

namespace flexstock::crash {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr int kKills = 4;  // of each chain: rounds

class StoppedClock final : public Clock {
 public:
  Millis NowMs() override { return 0; }  // each shard's own time is later: it stands where it came back
};

// The process that is loaded, and the end of its pipe.
class Victim {
 public:
  Victim(const std::string& directory, std::uint64_t seed, int process) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    pipe_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string words[] = {FLEXSTOCK_CRASH_LOAD, directory, std::to_string(seed), std::to_string(process)};
    char* const arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
    if (::posix_spawn(&process_, FLEXSTOCK_CRASH_LOAD, &actions, nullptr, arguments, environ) != 0) process_ = 0;
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
  }
  ~Victim() {
    if (process_ != 0) Kill();
    ::close(pipe_);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  // Takes notes until `until`, or until take(note) is false, or there are no more.
  template <typename Take>
  void Listen(steady_clock::time_point until, Take&& take) {
    for (bool more = true; more;) {
      const auto left = std::chrono::duration_cast<microseconds>(until - steady_clock::now());
      if (left.count() <= 0) return;
      pollfd waiting{.fd = pipe_, .events = POLLIN, .revents = 0};
      const timespec time{.tv_sec = left.count() / 1'000'000, .tv_nsec = left.count() % 1'000'000 * 1000};
      if (::ppoll(&waiting, 1, &time, nullptr) <= 0) continue;
      std::array<char, 64 * 1024> bytes;
      const ssize_t count = ::read(pipe_, bytes.data(), bytes.size());
      if (count <= 0) return;
      rest_.append(bytes.data(), static_cast<std::size_t>(count));
      std::size_t used = 0;
      for (; more && rest_.size() - used >= sizeof(Note); used += sizeof(Note)) {
        Note note;
        std::memcpy(&note, rest_.data() + used, sizeof note);
        more = take(note);
      }
      rest_.erase(0, used);
    }
  }

  // True if it was still alive.
  bool Kill() {
    if (process_ == 0) return false;  // it was never started; and 0 is this process and all its kin
    ::kill(process_, SIGKILL);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t process_ = 0;
  int pipe_ = -1;
  std::string rest_;
};

// What all chains of a test saw: a test in which nothing was acknowledged shows nothing.
struct Seen {
  std::size_t acknowledged = 0;
  std::size_t told = 0;
  std::uint64_t from_snapshots = 0;
};

class CrashTest : public testing::TestWithParam<int> {
 protected:
  // One directory, killed kKills times.
  void RunChain(std::uint64_t seed, Seen* seen) {
    std::string name = (fs::temp_directory_path() / "flexstock-crash-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr) << name;
    const fs::path directory(name);
    const Script script(seed);
    Books books(script);
    std::mt19937_64 random(seed);
    for (int process = 0, checked = 0; checked < kKills && !HasFailure(); ++process) {
      const std::string where = "FLEXSTOCK_SEED=" + std::to_string(seed) + ", kill " + std::to_string(process + 1) +
                                ", " + (directory / "journal").string();
      SCOPED_TRACE(where);
      const Millis killed_ms = KillOnce(directory, seed, process, random, &books);
      if (HasFailure() || !fs::exists(directory / "journal")) continue;  // killed before it began: does not count
      ++checked;
      // Recovered where it is, which is then closed in peace; or a copy, so that the next process finds it as it was.
      const bool in_place = random() % 2 == 0;
      CheckWhatRecovers(directory, script, in_place, killed_ms, &books, seen);
    }
    seen->acknowledged += books.acknowledged();
    seen->told += books.told();
    if (!HasFailure()) fs::remove_all(directory);
  }

 private:
  static Millis KillOnce(const fs::path& directory, std::uint64_t seed, int process, std::mt19937_64& random,
                         Books* books) {
    // Some are killed while they start and recover, most while they work.
    const bool starting = random() % 8 == 0;
    const std::uint64_t most_us = starting ? 30'000 : random() % 3 == 0 ? 20'000 : 300'000;
    const microseconds delay(random() % most_us);
    const auto add = [books](const Note& note) {
      books->Add(note);
      return true;
    };
    books->BeginProcess();
    Victim victim((directory / "journal").string(), seed, process);
    if (!starting) {
      bool ready = false;
      victim.Listen(steady_clock::now() + std::chrono::seconds(60), [&](const Note& note) {
        ready = note.kind == Note::Kind::kReady;
        return !ready;
      });
      EXPECT_TRUE(ready) << "it did not come to work";
    }
    victim.Listen(steady_clock::now() + delay, add);
    EXPECT_TRUE(victim.Kill()) << "it ended by itself: see its message";
    const Millis killed_ms = SystemClock().NowMs() + 1;
    victim.Listen(steady_clock::now() + std::chrono::seconds(60), add);  // what is left in the pipe
    return killed_ms;
  }

  static void CheckWhatRecovers(const fs::path& directory, const Script& script, bool in_place, Millis killed_ms,
                                Books* books, Seen* seen) {
    const fs::path opened = directory / (in_place ? "journal" : "copy");
    if (!in_place) fs::copy(directory / "journal", opened, fs::copy_options::recursive);
    StoppedClock clock;
    Options options = script.EngineOptions(opened.string());
    options.clock = &clock;
    options.background = false;
    options.events_max = 1 << 22;
    auto [engine, problem] = Engine::Open(options);
    ASSERT_NE(engine, nullptr) << problem;
    seen->from_snapshots += engine->recovery().snapshot_epoch != 0 ? 1 : 0;
    // What only a copy goes through by opening it, nobody else was ever told.
    const Books as_it_was = *books;
    books->BeginProcess();
    books->Check(*engine, killed_ms);
    if (in_place) books->GoOn(*engine, SystemClock().NowMs());
    EXPECT_TRUE(engine->Audit().ok());
    for (const std::string& found : books->problems()) ADD_FAILURE() << found;
    engine.reset();
    if (in_place || HasFailure()) return;
    *books = as_it_was;
    fs::remove_all(opened);
  }
};

// Each test: 5 chains of 4 kills. Five tests are 100 rounds.
TEST_P(CrashTest, WhatWasAcknowledgedIsThere) {
  Seen seen;
  const std::vector<std::uint64_t> seeds = model::Seeds(7'000'000 + 1'000 * static_cast<std::uint64_t>(GetParam()), 5);
  for (const std::uint64_t seed : seeds) {
    model::NameSeedOnAbort(seed);
    RunChain(seed, &seen);
    if (HasFailure()) return;
  }
  std::printf("%zu orders acknowledged, %zu events, %llu recoveries from a snapshot; seeds from %llu on\n",
              seen.acknowledged, seen.told, static_cast<unsigned long long>(seen.from_snapshots),
              static_cast<unsigned long long>(seeds.front()));
  if (seeds.size() == 1) return;  // FLEXSTOCK_SEED: a few kills, which may all come early
  EXPECT_GT(seen.acknowledged, 0u);
  EXPECT_GT(seen.told, 0u);
  EXPECT_GT(seen.from_snapshots, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, testing::Range(0, FLEXSTOCK_SLOW ? 1 : 5));

}  // namespace
}  // namespace flexstock::crash
