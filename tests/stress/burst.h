// Burst: some threads call an engine at once, a few calls each; then a model says whether the answers make sense.
//
// Every burst has products of its own, put and ordered by one thread first, so that the model starts from a known
// world. Afterwards one thread looks at everything: where the burst left the engine is judged, too.
#pragma once

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/model/engine_decider.h"
#include "tests/stress/call.h"
#include "tests/stress/crew.h"
#include "tests/stress/world.h"

namespace flexstock::stress {

// What kind of bursts.
struct Weather {
  const char* name = "";
  std::uint32_t shards = 1;
  int products = 1;
  bool carts = false;
  bool keys = false;
  // Calls come at different times, over deadlines. Only with one shard: shards have each their own latest time.
  bool time_moves = false;
  Millis retention_ms = 1'000'000;
  // Compare-and-set is done by a look and a set: a mistake, which the judge has to find.
  bool careless = false;
};

class Bursts {
 public:
  Bursts(const Weather& weather, std::uint64_t seed);

  // One burst with that crew, a few calls each. "" if there is an order of its calls that the model agrees with;
  // otherwise the whole history.
  [[nodiscard]] std::string Run(Crew& crew, int calls_each);

  // How many calls of the bursts overlapped with one of another thread.
  [[nodiscard]] std::size_t overlapping() const { return overlapping_; }

 private:
  static constexpr std::size_t kTicketsMax = 1024;

  void PutProducts();
  void PlaceBeforehand();
  [[nodiscard]] Call SomeCall(std::mt19937_64& random, Ticket* next_ticket) const;
  [[nodiscard]] Ticket SomeOrder(std::mt19937_64& random) const;
  [[nodiscard]] ProductId SomeProduct(std::mt19937_64& random) const;
  void Make(Call& call);
  void AskCarelessly(Call& call);
  void NameOrders(std::vector<Call>& calls, std::vector<Call>& looks) const;
  [[nodiscard]] std::vector<Call> LookAtEverything();
  [[nodiscard]] Policy SomePolicy();

  const Weather weather_;
  std::mt19937_64 random_;
  std::unique_ptr<model::EngineDecider> engine_;
  int bursts_of_engine_ = 0;

  // Of the present burst.
  Policy policy_;
  World world_;
  Millis begin_ms_ = 1'000'000;
  std::int64_t first_product_ = 1;
  Ticket placed_beforehand_ = 0;
  std::array<std::atomic<OrderId>, kTicketsMax> orders_ = {};
  // One clock for all threads. relaxed: one atomic's changes have one order, and that is all that is asked of it; more
  // would order what the engine has to order itself.
  std::atomic<std::uint64_t> clock_{0};
  std::size_t overlapping_ = 0;
};

}  // namespace flexstock::stress
