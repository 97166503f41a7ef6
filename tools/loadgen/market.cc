#include "tools/loadgen/market.h"

#include <algorithm>
#include <utility>

#include "tools/loadgen/logistics.h"

namespace flexstock::loadgen {
namespace {

// Streams of random numbers; the shoppers have those from kShopperStream (sale.cc) on.
constexpr std::uint64_t kMemberStream = 1;
constexpr std::uint64_t kPayerStream = 2;

}  // namespace

Cast PromptPeople(const RunOptions& options) {
  return {.make = [options](Market& market) -> Cast::Consumers {
    return {
        std::make_unique<Member>(market.floor(), options.member, Rng(options.seed, kMemberStream),
                                 market.AddNotebook()),
        std::make_unique<Payer>(market.floor(), options.payer, Rng(options.seed, kPayerStream), market.AddNotebook()),
        std::make_unique<Logistics>(market.floor(), market.AddNotebook())};
  }};
}

Market::Opened Market::Open(const RunOptions& options, Catalogue catalogue, Clock& clock, const Cast& cast) {
  Options engine_options;
  engine_options.shards = options.shards;
  engine_options.orders_reserve = options.orders_reserve;
  engine_options.events_max = options.events_max;
  engine_options.policy = options.policy;
  engine_options.retention_ms = options.retention_ms;
  engine_options.keys_reserve = options.keys_reserve;
  engine_options.contention_sample = options.contention_sample;
  engine_options.background = cast.on_threads;
  engine_options.products_reserve = catalogue.products().size();
  engine_options.clock = &clock;
  engine_options.journal_dir = options.journal;
  engine_options.snapshot_every_bytes = options.snapshot_every_bytes;
  engine_options.storage = options.storage;
  auto [engine, problem] = Engine::Open(engine_options);
  if (engine == nullptr) return {nullptr, "the engine refused to open: " + problem};
  problem = catalogue.PutInto(*engine);
  if (!problem.empty()) return {nullptr, std::move(problem)};
  (void)engine->Commit();
  return {std::unique_ptr<Market>(new Market(options, std::move(catalogue), std::move(engine), cast)), {}};
}

Market::Market(const RunOptions& options, Catalogue catalogue, std::unique_ptr<Engine> engine, const Cast& cast)
    : fills_(options.policy.fill_on_restock != FillOnRestock::kOff || catalogue.MayFill()),
      on_threads_(cast.on_threads),
      catalogue_(std::move(catalogue)),
      durable_(options.journal.empty() ? nullptr : std::make_unique<DurableTimings>(stopwatch_)),
      engine_(std::move(engine)),
      journal_before_(engine_->Journal()),
      consumers_(cast.make(*this)) {
  if (!cast.on_threads) return;
  for (const auto& consumer : consumers_) {
    threads_.emplace_back([&consumer = *consumer](const std::stop_token& stop) { consumer.Run(stop); });
  }
}

void Market::Step() {
  for (const auto& consumer : consumers_) consumer->Step();
}

std::uint64_t Market::next_ns() const {
  std::uint64_t next = Consumer::kNever;
  for (const auto& consumer : consumers_) next = std::min(next, consumer->next_ns());
  return next;
}

Totals Market::totals() const {
  Totals totals;
  for (const Notebook& notebook : notebooks_) notebook.tally.AddTo(&totals);
  return totals;
}

std::uint64_t Market::handled() const {
  std::uint64_t sum = 0;
  for (const auto& consumer : consumers_) sum += consumer->handled();
  return sum;
}

void Market::Settle() {
  // One round in which nobody handled anything proves quiet. The count is read first; what a consumer was in the middle
  // of then is counted when its step ends, which our own Step waits for; and what was done before the count was read
  // had left its events where this round's Commit found them.
  for (;;) {
    const std::uint64_t before = handled();
    const Code advanced = engine_->Advance();
    if (advanced == Code::kReadOnly) return;
    const bool all_happened = advanced == Code::kOk;
    const bool all_told = engine_->Commit();
    Step();
    if (all_happened && all_told && handled() == before) return;
  }
}

std::string Market::failure() const {
  const std::string failure = engine_->Journal().failure;
  return failure.empty() ? "" : "the journal failed: " + failure;
}

bool Market::SomebodyWaits() const {
  const AuditReport audit = engine_->Audit();
  return audit.held != 0 || audit.pending != 0;
}

Result Market::Close() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();  // joins

  Result result;
  result.totals = totals();
  result.stopwatch_ns = stopwatch_.overhead_ns();
  result.shards = engine_->Stats();
  if (durable_ != nullptr) {
    JournalFigures& journal = result.journal.emplace();
    journal.durable.Merge(durable_->Close(*engine_));
    journal.stats = Growth(journal_before_, engine_->Journal());
    for (const Outcome placed : {Outcome::kConfirmed, Outcome::kAwaitingPayment, Outcome::kAwaitingAcceptance}) {
      journal.orders += result.totals.of(placed);
    }
  }

  std::vector<const Books*> books;
  std::uint64_t twice_sold = 0;
  for (const Notebook& notebook : notebooks_) {
    for (std::size_t call = 0; call < kCalls; ++call) result.timings[call].Merge(notebook.timings[call]);
    books.push_back(&notebook.books);
    twice_sold += notebook.twice_sold;
    result.short_after_ns = std::min(result.short_after_ns, notebook.short_after_ns);
  }

  const AuditReport audit = engine_->Audit();
  result.orders_remembered = audit.orders;
  result.verdict.Check(audit);
  const std::vector<Account> counted = loadgen::Close(books);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const Catalogue::Product& product = catalogue_.products()[i];
    ProductView view;  // stays empty, and so differs, if the engine no longer knows the product
    if (engine_->Find(product.id, &view) != Code::kOk) view = {};
    result.verdict.Check(product, counted[i], view);
  }
  result.verdict.Check(result.totals, fills_);
  result.verdict.CheckTwiceSold(twice_sold);
  return result;
}

}  // namespace flexstock::loadgen
