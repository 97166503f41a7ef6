#include "tests/model/seed.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace flexstock::model {
namespace {

std::atomic<std::uint64_t> seed_now{0};  // relaxed: read by the aborting thread, for a message

void SayAndAbort(int) {
  std::fprintf(stderr, "aborted with FLEXSTOCK_SEED=%llu\n",
               static_cast<unsigned long long>(seed_now.load(std::memory_order_relaxed)));
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return otherwise;
  char* end = nullptr;
  const std::uint64_t number = std::strtoull(value, &end, 10);
  if (end == value || *end != '\0') {
    std::fprintf(stderr, "%s=%s is no number\n", name, value);
    std::exit(2);
  }
  return number;
}

}  // namespace

std::vector<std::uint64_t> Seeds(std::uint64_t first, std::uint64_t count) {
  if (std::getenv("FLEXSTOCK_SEED") != nullptr) return {FromEnvironment("FLEXSTOCK_SEED", first)};
  const std::uint64_t rounds = FromEnvironment("FLEXSTOCK_ROUNDS", 1);
  if (rounds == 0) {
    std::fprintf(stderr, "FLEXSTOCK_ROUNDS=0 would test nothing\n");
    std::exit(2);
  }
  std::vector<std::uint64_t> seeds(count * rounds);
  for (std::uint64_t& seed : seeds) seed = first++;
  return seeds;
}

void NameSeedOnAbort(std::uint64_t seed) {
  seed_now.store(seed, std::memory_order_relaxed);
  std::signal(SIGABRT, SayAndAbort);
}

}  // namespace flexstock::model
