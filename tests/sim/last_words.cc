#include "tests/sim/last_words.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <iterator>

namespace flexstock::sim {
namespace {

// No command takes a second, sanitizers or not; it may be that the machine does other things.
constexpr unsigned kHangsAfterSeconds = 60;

constexpr int kDeadly[] = {SIGABRT, SIGSEGV, SIGBUS};

// What the handlers print. They run in the one thread that there is.
std::string more;
bool expected = false;
std::uint64_t seed_now = 0;
std::size_t steps_now = 0;
const World* world_now = nullptr;
std::size_t step_then = 0;  // when the alarm rang last
struct sigaction before[std::size(kDeadly)];

void Say(const char* what) {
  char text[300];
  // With as many steps as it had: with fewer, there is less room for orders, and it may be another life.
  const std::size_t step = world_now->step();
  const int size = std::snprintf(text, sizeof text, "seed %llu %s at step %zu%s: ./dev sim %llu --steps %zu%s\n",
                                 static_cast<unsigned long long>(seed_now), what, step, expected ? ", as it must" : "",
                                 static_cast<unsigned long long>(seed_now), steps_now, more.c_str());
  if (::write(STDOUT_FILENO, text, static_cast<std::size_t>(size)) != size) ::_exit(1);
  if (expected) ::_exit(0);
}

void Dies(int signal) {
  if (world_now != nullptr) Say(signal == SIGABRT ? "aborts" : "crashes");
  // It dies of the same, or a sanitizer has its say.
  for (std::size_t i = 0; i < std::size(kDeadly); ++i) (void)::sigaction(kDeadly[i], &before[i], nullptr);
  (void)::raise(signal);
}

void Hangs(int /*signal*/) {
  if (world_now == nullptr) return;
  (void)::alarm(kHangsAfterSeconds);
  if (const std::size_t step = world_now->step(); step != step_then) {
    step_then = step;
    return;
  }
  Say("hangs");
  ::_exit(1);
}

}  // namespace

void PrepareLastWords(const std::string& option, bool must_fail) {
  more = option;
  expected = must_fail;
  struct sigaction action {};
  action.sa_handler = Dies;
  for (std::size_t i = 0; i < std::size(kDeadly); ++i) (void)::sigaction(kDeadly[i], &action, &before[i]);
  action.sa_handler = Hangs;
  (void)::sigaction(SIGALRM, &action, nullptr);
}

LastWords::LastWords(std::uint64_t seed, std::size_t steps, const World& world) {
  seed_now = seed;
  steps_now = steps;
  step_then = ~std::size_t{0};
  world_now = &world;
  (void)::alarm(kHangsAfterSeconds);
}

LastWords::~LastWords() {
  world_now = nullptr;
  (void)::alarm(0);
}

}  // namespace flexstock::sim
