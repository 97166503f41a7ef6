#include "tools/loadgen/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <deque>

#include "tools/loadgen/crowd.h"
#include "tools/loadgen/figures.h"
#include "tools/loadgen/market.h"
#include "tools/loadgen/placer.h"
#include "tools/loadgen/progress.h"
#include "tools/loadgen/trace_clock.h"

namespace flexstock::loadgen {
namespace {

// Rows that a thread takes at once: enough to keep the shared counter cold, few enough that rows change places only
// with their near neighbours.
constexpr std::size_t kPortion = 16;
constexpr auto kWatchEvery = std::chrono::milliseconds(50);

// Half of the shortest time in which somebody has to answer, or is remembered to have.
Millis StrideOf(const Policy& policy) {
  Millis shortest = std::min({policy.acceptance_window_ms, policy.payment_window_ms, Options().retention_ms});
  if (policy.checkout_hold_ms > 0) shortest = std::min(shortest, policy.checkout_hold_ms);
  return std::max<Millis>(shortest / 2, 1);
}

Catalogue CatalogueOf(const Trace& trace, const StockRule& rule) {
  Catalogue catalogue;
  for (const Trace::Product& product : trace.products) catalogue.Add(product.id, rule.For(product.demand));
  return catalogue;
}

// Hands out the rows of the current stride, some at a time, to any thread.
class Dispenser {
 public:
  Dispenser(std::size_t end, std::size_t portion) : end_(end), portion_(portion) {}

  // The next rows: [first, second). Empty: the stride is handed out.
  // Relaxed: rows are never written during a run, and strides change while all threads stand at the barrier.
  std::pair<std::size_t, std::size_t> Take() {
    const std::size_t first = std::min(next_.fetch_add(portion_, std::memory_order_relaxed), end_);
    return {first, std::min(first + portion_, end_)};
  }

  // The next stride, up to `end`. Nobody may be taking.
  void Begin(std::size_t end) {
    next_.store(end_, std::memory_order_relaxed);
    end_ = end;
  }

 private:
  std::atomic<std::size_t> next_{0};
  std::size_t end_;
  const std::size_t portion_;
};

// One thread that places rows. Rows of one instant go together, up to a batch.
class Driver {
 public:
  Driver(const Floor& floor, const Trace& trace, TraceClock& clock, std::size_t batch, Notebook& notebook)
      : trace_(trace), clock_(clock), batch_(batch), placer_(floor, notebook) {}

  void Place(std::size_t from, std::size_t to) {
    while (from < to) {
      orders_.clear();
      products_.clear();
      const Millis at_ms = trace_.rows[from].at_ms;
      for (; from < to && orders_.size() < batch_ && trace_.rows[from].at_ms == at_ms; ++from) {
        const TraceRow& row = trace_.rows[from];
        orders_.push_back({.product = trace_.products[row.product].id, .customer = row.customer, .qty = row.qty});
        products_.push_back(row.product);
      }
      clock_.Reach(at_ms);
      placer_.Place(orders_, products_, at_ms);
    }
  }

 private:
  const Trace& trace_;
  TraceClock& clock_;
  const std::size_t batch_;
  Placer placer_;
  std::vector<PlaceOrder> orders_;
  std::vector<std::uint32_t> products_;
};

std::string Headline(const TraceOptions& options, const Trace& trace) {
  const double days = static_cast<double>(trace.rows.back().at_ms - trace.rows.front().at_ms) / 86'400'000;
  return fmt::format("trace: {}: {} orders of {} products over {:.3g} days; {} {} of customers, {} shards, seed {}",
                     options.file, Grouped(trace.rows.size()), Grouped(trace.products.size()), days, options.threads,
                     options.threads == 1 ? "thread" : "threads", options.shards, options.seed);
}

}  // namespace

std::vector<std::size_t> CutIntoStrides(const std::vector<TraceRow>& rows, Millis stride_ms) {
  std::vector<std::size_t> ends;
  for (std::size_t begin = 0; begin < rows.size(); begin = ends.back()) {
    const auto end = std::partition_point(
        rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.end(),
        [until = rows[begin].at_ms + stride_ms](const TraceRow& row) { return row.at_ms < until; });
    ends.push_back(static_cast<std::size_t>(end - rows.begin()));
  }
  return ends;
}

std::string RunTrace(const TraceOptions& options, const Trace& trace, Result* result) {
  TraceClock clock(trace.rows.front().at_ms);
  auto [market, problem] = Market::Open(options, CatalogueOf(trace, options.stock), clock, PromptPeople(options));
  if (market == nullptr) return problem;

  std::deque<Driver> drivers;
  for (unsigned i = 0; i < options.threads; ++i) {
    drivers.emplace_back(market->floor(), trace, clock, options.batch, market->AddNotebook());
  }

  const std::vector<std::size_t> ends = CutIntoStrides(trace.rows, StrideOf(options.policy));
  Dispenser dispenser(ends.front(), std::max(options.batch, kPortion));
  std::size_t stride = 0;
  const auto next_stride = [&, &market = *market]() noexcept {
    market.Settle();
    if (++stride < ends.size()) dispenser.Begin(ends[stride]);
  };
  std::barrier between(static_cast<std::ptrdiff_t>(options.threads), next_stride);
  const auto drive = [&](unsigned i) {
    while (stride < ends.size()) {
      for (auto [from, to] = dispenser.Take(); from < to; std::tie(from, to) = dispenser.Take())
        drivers[i].Place(from, to);
      between.arrive_and_wait();
    }
  };
  double seconds = 0;
  {
    Progress progress(stderr, options.progress);
    seconds = RunCrowd(options.threads, drive, kWatchEvery, [&, &market = *market](double elapsed) {
      if (progress.Due(elapsed)) progress.Show(elapsed, market.totals());
    });
  }
  // Units that come back at a deadline may fill an order that waits for a payment then: so more than once, perhaps.
  const Policy& policy = options.policy;
  const Millis longest_ms = std::max({policy.acceptance_window_ms, policy.payment_window_ms, policy.checkout_hold_ms});
  do {
    clock.Reach(clock.NowMs() + longest_ms);
    market->Settle();
  } while (market->failure().empty() && market->SomebodyWaits());
  if (std::string failure = market->failure(); !failure.empty()) return failure;
  *result = market->Close();
  result->seconds = seconds;
  result->headline = Headline(options, trace);
  return {};
}

}  // namespace flexstock::loadgen
