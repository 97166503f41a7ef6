#include "tools/loadgen/play/stage.h"

#include <algorithm>

#include "tools/loadgen/play/logistics_desk.h"
#include "tools/loadgen/play/member_desk.h"
#include "tools/loadgen/scenario/nanos.h"
#include "tools/loadgen/scenario/scenario_catalogue.h"

namespace flexstock::loadgen {
namespace {

// Every so many acquisitions of a shard's lock are looked at closely.
constexpr std::uint32_t kContentionSample = 64;

}  // namespace

Stage::Stage(const Scenario& scenario, const PlayOptions& options, std::uint32_t gateways)
    : scenario_(scenario),
      options_(options),
      gateway_count_(gateways),
      intervals_(scenario.seconds()),
      end_ns_(Nanos(scenario.seconds())),
      engine_clock_(clock_, Nanos(options.pause_at * scenario.seconds()), options.pause_ms) {}

std::string Stage::Open() {
  RunOptions run;
  run.seed = options_.seed;
  run.shards = scenario_.engine.shards;
  run.orders_reserve = scenario_.engine.orders_reserve;
  run.keys_reserve = scenario_.engine.keys_reserve;
  run.retention_ms = scenario_.engine.retention_ms;
  run.contention_sample = options_.contention ? kContentionSample : 0;
  run.events_max = options_.events_max;
  run.journal = options_.journal;
  run.snapshot_every_bytes = options_.snapshot_every_bytes;

  const bool is_virtual = options_.mode == PlayMode::kVirtual;
  const Hours hours{clock_, end_ns_, scenario_.stalls};
  const Cast cast{
      .make = [&](Market& market) -> Cast::Consumers {
        auto customers = std::make_unique<CustomerDesk>(market.floor(), hours, market.AddNotebook());
        customers_ = customers.get();
        return {std::make_unique<MemberDesk>(market.floor(), hours, scenario_, options_.seed, market.AddNotebook()),
                std::move(customers), std::make_unique<LogisticsDesk>(market.floor(), hours, market.AddNotebook())};
      },
      .on_threads = !is_virtual};
  auto [market, problem] = Market::Open(run, BuildCatalogue(scenario_, options_.seed), engine_clock_, cast);
  if (market == nullptr) return problem;
  market_ = std::move(market);
  const NoRoom no_room = is_virtual ? NoRoom::kGiveUp : NoRoom::kWait;
  const Gateway::Surroundings around{scenario_, clock_, end_ns_, intervals_, *customers_};
  for (std::uint32_t i = 0; i < gateway_count_; ++i) {
    gateways_.emplace_back(market_->floor(), around, options_.seed, Part{.index = i, .of = gateway_count_}, no_room,
                           market_->AddNotebook());
  }
  recorder_ = std::make_unique<TimelineRecorder>(*market_, intervals_, options_.contention);
  return {};
}

void Stage::AddLatency(std::size_t interval, LiveHistogram::Counters* counters, std::uint64_t* max) const {
  for (const Gateway& gateway : gateways_) gateway.log().latency[interval].AddTo(counters, max);
}

std::string Stage::Close(Played* played) {
  clock_.Stop();
  recorder_->Close(intervals_.count());
  market_->Settle();
  if (std::string failure = market_->failure(); !failure.empty()) return failure;
  played->mode = options_.mode;
  played->speed = options_.mode == PlayMode::kVirtual ? 1 : clock_.speed();
  played->run_seconds = scenario_.seconds() / played->speed;
  played->interval_s = intervals_.seconds() / played->speed;
  played->hottest = Hottest();
  if (options_.contention) played->contention = market_->floor().engine.Contention();
  played->result = market_->Close();
  played->intervals = recorder_->figures();
  played->offered.assign(intervals_.count(), 0);
  for (const Gateway& gateway : gateways_) {
    for (std::size_t i = 0; i < intervals_.count(); ++i) played->offered[i] += gateway.log().offered[i];
    played->result.waited.Merge(gateway.log().waited);
  }
  if (options_.mode == PlayMode::kVirtual) return {};
  played->latency.assign(intervals_.count(), {});
  played->latency_max.assign(intervals_.count(), 0);
  for (std::size_t i = 0; i < intervals_.count(); ++i) AddLatency(i, &played->latency[i], &played->latency_max[i]);
  return {};
}

std::vector<HotProduct> Stage::Hottest() {
  constexpr std::size_t kShown = 20;
  const Floor floor = market_->floor();
  const auto& products = floor.catalogue.products();
  std::vector<HotProduct> all(products.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].product = products[i].id;
    for (const Gateway& gateway : gateways_) {
      const ProductDemand& demand = gateway.log().demand[i];
      all[i].demand.orders += demand.orders;
      all[i].demand.refused += demand.refused;
      all[i].demand.units += demand.units;
    }
  }
  const std::size_t shown = std::min(kShown, all.size());
  // Of as many orders, the lower id, so that the same run shows the same.
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(),
                    [](const HotProduct& a, const HotProduct& b) {
                      return a.demand.orders != b.demand.orders ? a.demand.orders > b.demand.orders
                                                                : a.product < b.product;
                    });
  all.resize(shown);
  for (HotProduct& hot : all) {
    ProductView view;
    if (floor.engine.Find(hot.product, &view) == Code::kOk) hot.available = view.available;
  }
  return all;
}

}  // namespace flexstock::loadgen
