#include "tools/loadgen/sale.h"

#include <fmt/format.h>

#include <atomic>
#include <deque>
#include <limits>

#include "tools/loadgen/crowd.h"
#include "tools/loadgen/figures.h"
#include "tools/loadgen/market.h"
#include "tools/loadgen/progress.h"
#include "tools/loadgen/stoppable_clock.h"

namespace flexstock::loadgen {
namespace {

constexpr std::uint64_t kShopperStream = 16;  // streams of random numbers below it are the consumers'
constexpr auto kWatchEvery = std::chrono::milliseconds(10);

// Thread i's part of `orders`, which is split evenly; 0: no limit.
std::uint64_t PartOf(std::uint64_t orders, unsigned i, unsigned threads) {
  if (orders == 0) return std::numeric_limits<std::uint64_t>::max();
  return orders / threads + (i < orders % threads ? 1 : 0);
}

std::string Headline(const SaleOptions& options) {
  const Demand& demand = options.demand;
  return fmt::format("sale: {} {}, {} units each; {} {} of customers{}, {} shards, seed {}", Grouped(demand.products),
                     demand.products == 1 ? "product" : fmt::format("products, Zipf {}", demand.zipf),
                     Grouped(options.stock), options.threads, options.threads == 1 ? "thread" : "threads",
                     demand.batch == 1 ? "" : fmt::format(", batches of {}", demand.batch), options.shards,
                     options.seed);
}

}  // namespace

std::string RunSale(const SaleOptions& options, Result* result) {
  StoppableClock clock;
  auto [market, problem] =
      Market::Open(options, Catalogue::Numbered(options.demand.products, options.stock), clock, PromptPeople(options));
  if (market == nullptr) return problem;

  std::deque<Shopper> shoppers;
  for (unsigned i = 0; i < options.threads; ++i) {
    shoppers.emplace_back(market->floor(), options.demand, Rng(options.seed, kShopperStream + i),
                          market->AddNotebook());
  }
  std::atomic<bool> stop = false;
  double seconds = 0;
  {
    Progress progress(stderr, options.progress);
    seconds = RunCrowd(
        options.threads, [&](unsigned i) { shoppers[i].Run(PartOf(options.orders, i, options.threads), stop); },
        kWatchEvery,
        [&, &market = *market](double elapsed) {
          const bool over = elapsed >= options.seconds || !market.failure().empty();
          if (over) stop.store(true, std::memory_order_relaxed);
          if (progress.Due(elapsed)) progress.Show(elapsed, market.totals());
        });
  }
  clock.Stop();
  market->Settle();
  if (std::string failure = market->failure(); !failure.empty()) return failure;
  *result = market->Close();
  result->seconds = seconds;
  result->headline = Headline(options);
  return {};
}

}  // namespace flexstock::loadgen
