// Scenario: what a sale is, apart from how it is run. Plain data; start here.
//
//   scenario file ──ReadScenario──► Scenario ──► Arrivals        when somebody comes
//                                            ├─► Population      what he wants, and what he does afterwards
//                                            ├─► Members         how members answer; Restocks, when stock comes
//                                            └─► BuildCatalogue  the products, and the stock that they begin with
//
// The four on the right draw from streams of their own of one seed: a change in one does not shift the others. A driver
// puts them together: as fast as it goes, at a given rate, or in virtual time.
//
// All times are lengths since the beginning of the run. Products are named by their index in the catalogue; index 0 is
// the most wanted one. docs/workloads.md says what each field means and where the ready-made scenarios have theirs
// from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "flexstock/events.h"
#include "flexstock/policy.h"
#include "flexstock/requests.h"
#include "tools/loadgen/catalogue.h"
#include "tools/loadgen/scenario/distribution.h"
#include "tools/loadgen/trace_reader.h"

namespace flexstock::loadgen {

// ---- Products ----------------------------------------------------------------------------------------------------

// Rank k is wanted in proportion to 1 / k^theta.
struct ZipfPopularity {
  double theta = 0.99;
};

// Measured: how much of the demand some ranks have. Between two of them the share follows the power law through both.
struct MeasuredPopularity {
  struct Rank {
    std::uint32_t rank;
    double share;
  };
  std::vector<Rank> ranks;  // rising, from rank 1 to the last product or beyond; shares > 0
};

// Products, drawn by their share, whose policy differs.
struct ProductClass {
  double share = 0;
  PolicyChange policy{};
};

struct CataloguePlan {
  std::uint32_t products = 1;  // as many as the trace has, if there is one
  std::uint32_t members = 100;
  std::variant<ZipfPopularity, MeasuredPopularity> popularity;
  Distribution stock;      // units that a product begins with
  double stock_share = 0;  // of what a trace asks of the product, instead of `stock`
  double inactive = 0;     // share of products that begin with no stock: their members are asked
  PolicyChange policy{};   // of every product
  std::vector<ProductClass>
      classes;  // instead of `policy`, for their share of the products; shares add up to at most 1
};

// ---- Arrivals ----------------------------------------------------------------------------------------------------

// Independent customers at one rate.
struct SteadyRate {
  double rate = 0;  // arrivals a second
};
// The rate rises or falls evenly.
struct RampRate {
  double from = 0, to = 0;
};
// All come at once and then lose interest: base + (peak - base) e^(-t / decay_s).
struct SpikeRate {
  double base = 0, peak = 0;
  double decay_s = 1;
};
// A day's course: weights at even distances over the phase, the last one followed by the first; the rate between two of
// them is on the straight line, and `rate` on average.
struct DiurnalRate {
  double rate = 0;
  std::vector<double> weights;
};
// Self-similar bursts: many sources, each on and off for Pareto times, independent of each other (Willinger, Taqqu,
// Sherman & Wilson, SIGCOMM 1995). With a shape between 1 and 2 the bursts look alike at every scale; the Hurst
// exponent tends to (3 - shape) / 2, of the smaller shape.
struct BurstyRate {
  struct Period {
    double min_s = 0;
    double shape = 1.5;  // > 1, so that there is a mean
  };
  double rate = 0;  // on average
  std::uint32_t sources = 1;
  Period on{}, off{};
};
// A recorded series of counts, played over the phase; `rate` on average, or all that were counted if 0.
struct RecordedRate {
  std::vector<std::uint32_t> counts;  // at even distances; at least one above 0
  double rate = 0;
};

struct Phase {
  std::string name;  // for people
  double seconds = 0;
  std::variant<SteadyRate, RampRate, SpikeRate, DiurnalRate, BurstyRate, RecordedRate> course;
};

struct ArrivalPlan {
  double total = 0;  // > 0: all rates are scaled so that so many are expected
  std::vector<Phase> phases;
};

// ---- Customers ---------------------------------------------------------------------------------------------------

// Instead of a population: recorded orders, in their order; their times are those of the phases. From the beginning
// again if more arrive.
struct TracePlan {
  Trace trace;                  // its products in order of demand
  StockRule stock{.share = 1};  // of what the trace asks of a product
  bool carts = false;           // rows of one customer that follow each other within a minute are one cart
};

struct BasketPlan {
  Distribution lines = Distribution::Fixed(1);  // 1 or more; cut to kCartLinesMax
  Distribution units = Distribution::Fixed(1);  // of a line; 1 .. kQtyMax
  CartMode mode = CartMode::kSplit;
};

struct CustomerPlan {
  std::uint64_t count = 1;
  // What a customer does about an order; who does neither abandons it.
  double pay = 1;
  Distribution pay_after_s;  // since the payment was asked for
  double cancel = 0;
  Distribution cancel_after_s;  // since the order was placed
  // Orders that carry a key; and of those, the share that is sent again under it.
  bool keyed = false;
  double retry = 0;
  Distribution retry_after_s;
};

// Of all arrivals, so many order large quantities and cancel later.
struct HoarderPlan {
  double share = 0;
  Distribution units;
  Distribution cancel_after_s;
};

// Of all arrivals, so many are programs that want the most wanted product and nothing else.
struct BotPlan {
  double share = 0;
  std::uint64_t accounts = 1;  // customers of their own, besides CustomerPlan::count
  Distribution units = Distribution::Fixed(1);
};

// ---- Members -----------------------------------------------------------------------------------------------------

struct RestockPlan {
  double at_s = 0;
  std::uint32_t products = 1;  // the so many most wanted
  Distribution units;          // each
};

struct MemberPlan {
  // Shares of all requests; the rest is never answered.
  double accept = 1, accept_part = 0, decline = 0;
  Distribution part = Distribution::Fixed(0.5);  // of the units asked for
  Distribution answer_after_s;
  std::vector<RestockPlan> restocks;
};

// ---- Machinery ---------------------------------------------------------------------------------------------------

struct GatewayPlan {
  std::uint32_t threads = 2;
  std::uint32_t batch = 1;  // orders in one call
};

// Nobody takes this audience's events away for a while, or until the run is over.
struct Stall {
  Audience audience{};
  double at_s = 0, for_s = 0;
};

struct EnginePlan {
  std::uint32_t shards = 64;
  Millis retention_ms = 86'400'000;
  std::uint64_t orders_reserve = 0;
  std::uint64_t keys_reserve = 0;
};

struct Scenario {
  std::string name, description;
  CataloguePlan catalogue;
  ArrivalPlan arrivals;
  std::optional<TracePlan> trace;
  BasketPlan baskets;
  CustomerPlan customers;
  HoarderPlan hoarders;
  BotPlan bots;
  MemberPlan members;
  GatewayPlan gateway;
  std::vector<Stall> stalls;
  EnginePlan engine;

  // Of all phases.
  [[nodiscard]] double seconds() const {
    double sum = 0;
    for (const Phase& phase : arrivals.phases) sum += phase.seconds;
    return sum;
  }
};

}  // namespace flexstock::loadgen
