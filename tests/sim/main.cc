// flexstock-sim: simulated lives of an engine on a bad disk, seed by seed. `./dev sim --help`
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "engine/base/seeded_bugs.h"
#include "tests/sim/bugs.h"
#include "tests/sim/last_words.h"
#include "tests/sim/world.h"

namespace flexstock::sim {
namespace {

struct Arguments {
  std::string seed;
  std::size_t steps = 200;
  std::uint64_t first = 0, count = 0;
  std::uint64_t crashes_min = 0, split_min = 0, overloaded_min = 0;
  std::string bug;
  double seconds = 0;
  bool must_fail = false;
};

// "7", "7..9"; false: neither.
bool ReadSeeds(const std::string& text, std::uint64_t* first, std::uint64_t* last) {
  const char* const end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, *first);
  *last = *first;
  if (error == std::errc() && std::string_view(stop, end).starts_with("..")) {
    const auto second = std::from_chars(stop + 2, end, *last);
    stop = second.ptr;
    error = second.ec;
  }
  return error == std::errc() && stop == end && *first <= *last;
}

std::string RunOne(std::uint64_t seed, std::size_t steps, std::size_t* step, Counts* counts) {
  World world(seed, steps);
  const LastWords last_words(seed, steps, world);
  std::string wrong = world.Run();
  *step = world.step();
  const Counts& some = world.counts();
  counts->crashes += some.crashes;
  counts->commands += some.commands;
  counts->snapshots += some.snapshots;
  counts->split += some.split;
  counts->damaged += some.damaged;
  counts->refused += some.refused;
  counts->overloaded += some.overloaded;
  counts->trace = base::Mix(counts->trace, some.trace);
  return wrong;
}

// The fewest steps with which the seed still fails, if there is time to find them, and how.
void Report(std::uint64_t seed, std::size_t step, std::size_t steps, const std::string& wrong,
            const std::string& option) {
  std::size_t least = steps;
  std::string how = wrong;
  bool is_shortest = false;
  Counts counts;
  const auto begin = std::chrono::steady_clock::now();
  // A seed may fail behind its last step, when everything is looked at.
  for (std::size_t fewer = 1; fewer <= std::min(step, steps) && !is_shortest; ++fewer) {
    if (std::chrono::steady_clock::now() - begin > std::chrono::seconds(20)) break;
    std::size_t at = 0;
    const std::string again = RunOne(seed, fewer, &at, &counts);
    if (again.empty()) continue;
    is_shortest = true;
    least = fewer;
    how = again;
  }
  std::printf("seed %llu fails at step %zu: %s\n\n%s: ./dev sim %llu --steps %zu%s\n%s\n",
              static_cast<unsigned long long>(seed), step, wrong.c_str(),
              is_shortest ? "the shortest that fails" : "to see it again", static_cast<unsigned long long>(seed), least,
              option.c_str(), how.c_str());
}

int Main(int argc, char** argv) {
  CLI::App app{
      "Simulates an engine on a disk that crashes, tears, lies and fills up, and holds what comes back against\n"
      "the model. Without a seed it goes on for ever."};
  app.name("flexstock-sim");
  app.footer(
      "Exit codes: 0 nothing is wrong (--must-fail: a seed failed); 1 a seed fails, and how to see it again; 2 usage.");
  Arguments arguments;
  app.add_option("SEED", arguments.seed, "Only this one; or FIRST..LAST");
  app.add_option("--steps", arguments.steps, "Commands of each seed")->check(CLI::Range(1, 1'000'000));
  app.add_option("--crashes-min", arguments.crashes_min, "Fail if there were fewer crashes in all");
  app.add_option("--split-min", arguments.split_min,
                 "Fail if snapshots had several chunks of fewer shards, all together");
  app.add_option("--overloaded-min", arguments.overloaded_min, "Fail if fewer commands were answered overloaded");
  app.add_option("--seconds", arguments.seconds, "Stop after so long");
  app.add_option("--bug", arguments.bug, "With this deliberate bug, or none (flexstock-sim-bugs only)")
      ->check(CLI::IsMember(BugNames()));
  app.add_flag("--must-fail", arguments.must_fail, "Succeed if a seed fails, and only then");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!arguments.bug.empty() && !SeedBug(arguments.bug)) {
    std::fprintf(stderr, "flexstock-sim: this program has no deliberate bugs: use flexstock-sim-bugs\n");
    return 2;
  }
  std::uint64_t first = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  std::uint64_t last = ~std::uint64_t{0};
  if (!arguments.seed.empty()) {
    if (!ReadSeeds(arguments.seed, &first, &last)) {
      std::fprintf(stderr, "flexstock-sim: '%s' is no seed and no range FIRST..LAST\n", arguments.seed.c_str());
      return 2;
    }
  }

  // Its lives are others than flexstock-sim's of the same seeds, with a bug or without.
  if (base::kSeedable && arguments.bug.empty()) arguments.bug = kNoBug;
  const std::string option = arguments.bug.empty() ? "" : " --bug " + arguments.bug;
  PrepareLastWords(option, arguments.must_fail);

  Counts counts;
  const auto begin = std::chrono::steady_clock::now();
  auto said = begin;
  std::uint64_t seeds = 0;
  const auto say = [&] {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf(
        "%llu seeds, %llu commands, %llu crashes (%.0f a second), %llu snapshots, %llu shards in several chunks, "
        "%llu disks damaged, %llu of them refused, %llu commands overloaded, trace %016llx\n",
        static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(counts.commands),
        static_cast<unsigned long long>(counts.crashes), static_cast<double>(counts.crashes) / took.count(),
        static_cast<unsigned long long>(counts.snapshots), static_cast<unsigned long long>(counts.split),
        static_cast<unsigned long long>(counts.damaged), static_cast<unsigned long long>(counts.refused),
        static_cast<unsigned long long>(counts.overloaded), static_cast<unsigned long long>(counts.trace));
    std::fflush(stdout);
  };
  for (std::uint64_t seed = first;; ++seed) {
    std::size_t step = 0;
    const std::string wrong = RunOne(seed, arguments.steps, &step, &counts);
    ++seeds;
    const auto now = std::chrono::steady_clock::now();
    if (!wrong.empty()) {
      if (arguments.must_fail) {
        std::printf("seed %llu fails at step %zu, as it must: %s\n", static_cast<unsigned long long>(seed), step,
                    wrong.c_str());
        say();
        return 0;
      }
      Report(seed, step, arguments.steps, wrong, option);
      return 1;
    }
    const bool late = arguments.seconds > 0 && now - begin > std::chrono::duration<double>(arguments.seconds);
    if (seed == last || late) break;
    if (now - said > std::chrono::seconds(10)) {
      say();
      said = now;
    }
  }
  say();
  if (arguments.must_fail) {
    std::printf("no seed has failed, and one must\n");
    return 1;
  }
  if (counts.crashes < arguments.crashes_min) {
    std::printf("fewer than %llu crashes\n", static_cast<unsigned long long>(arguments.crashes_min));
    return 1;
  }
  if (counts.split < arguments.split_min) {
    std::printf("fewer than %llu shards in several chunks\n", static_cast<unsigned long long>(arguments.split_min));
    return 1;
  }
  if (counts.overloaded < arguments.overloaded_min) {
    std::printf("fewer than %llu commands overloaded\n", static_cast<unsigned long long>(arguments.overloaded_min));
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace flexstock::sim

int main(int argc, char** argv) { return flexstock::sim::Main(argc, argv); }
