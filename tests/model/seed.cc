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
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

}  // namespace

std::vector<std::uint64_t> Seeds(std::uint64_t first, std::uint64_t count) {
  if (std::getenv("FLEXSTOCK_SEED") != nullptr) return {FromEnvironment("FLEXSTOCK_SEED", first)};
  std::vector<std::uint64_t> seeds(count * FromEnvironment("FLEXSTOCK_ROUNDS", 1));
  for (std::uint64_t& seed : seeds) seed = first++;
  return seeds;
}

void NameSeedOnAbort(std::uint64_t seed) {
  seed_now.store(seed, std::memory_order_relaxed);
  std::signal(SIGABRT, SayAndAbort);
}

}  // namespace flexstock::model
