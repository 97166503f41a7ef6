#include "bench/stage.h"

#include "bench/die.h"

namespace flexstock::bench {
namespace {

constexpr std::uint64_t kMembers = 1000;

// An event a call. The others are told beside it, or because time passed.
bool IsAnswer(const Event& event) {
  switch (event.type) {
    case EventType::kPickupRequested:
    case EventType::kProductMode:
    case EventType::kAcceptanceExpired:
    case EventType::kPaymentExpired:
      return false;
    default:
      return true;
  }
}

}  // namespace

std::unique_ptr<Engine> OpenEngine(const Setting& setting, Clock* clock) {
  Options options;
  options.products_reserve = setting.reserve_products ? setting.products + setting.sold_out : 0;
  options.orders_reserve = setting.orders_reserve;
  options.keys_reserve = setting.keys_reserve;
  options.retention_ms = setting.retention_ms;
  options.policy = setting.policy;
  options.audiences = setting.audiences;
  options.events_max = setting.events_max;
  options.contention_sample = setting.contention_sample;
  options.clock = clock;
  options.background = setting.background;
  options.journal_dir = setting.journal_dir;
  options.journal_segment_bytes = setting.journal_segment_bytes;
  options.snapshot_every_bytes = setting.snapshot_every_bytes;
  auto [engine, problem] = Engine::Open(options);
  if (engine == nullptr) Die(problem);
  return std::move(engine);
}

Setting Remembering(std::uint64_t products, std::uint64_t orders, bool keyed) {
  Setting setting{.products = products, .orders_reserve = orders};
  setting.retention_ms = static_cast<Millis>(orders / kEpochOrders);
  setting.keys_reserve = keyed ? orders + orders / 8 : 0;
  return setting;
}

Setting HalfSoldOut(std::uint64_t products) {
  Setting setting{.products = products, .sold_out = products};
  setting.policy.overflow = Overflow::kReject;
  return setting;
}

void Ledger::Add(const Ledger& other) {
  taken += other.taken;
  answered += other.answered;
  told += other.told;
  failed += other.failed;
}

Stage::Stage(const Setting& setting)
    : setting_(setting), engine_(OpenEngine(setting, setting.background ? this : nullptr)) {
  for (std::uint64_t i = 0; i < setting.products + setting.sold_out; ++i) {
    const CommandResult put = engine_->Put({.product = static_cast<ProductId>(i + 1),
                                            .member = static_cast<MemberId>(i % kMembers + 1),
                                            .stock = i < setting.products ? setting.stock : 0},
                                           now());
    if (!put.ok()) Die("a product cannot be put: " + std::string(Name(put.code)));
  }
}

const std::vector<ProductRef>& Stage::RefsOf(const Draws& draws, std::uint64_t first) {
  std::vector<ProductRef>& refs = refs_[{&draws, first}];
  if (refs.empty()) {
    refs.resize(draws.size());
    for (std::size_t i = 0; i < draws.size(); ++i) {
      if (!engine_->Resolve(static_cast<ProductId>(first + draws[i].product + 1), &refs[i])) Die("no such product");
    }
  }
  return refs;
}

void Stage::Deliver(std::span<Event> room, Ledger* ledger) {
  bool all = false;
  while (!all) {
    all = engine_->Commit();
    Take(room, ledger);
  }
}

void Stage::Take(std::span<Event> room, Ledger* ledger) {
  while (const std::size_t count = engine_->Poll(Audience::kFeed, room)) {
    for (const Event& event : room.first(count)) ledger->told += IsAnswer(event) ? 1 : 0;
    engine_->Confirm(Audience::kFeed, room[count - 1].position);
  }
}

void Stage::Elapse(Millis ms) {
  std::vector<Event> room(1024);
  Pass(ms);
  while (engine_->Advance(now()) != Code::kOk) Deliver(room, &ledger_);
  Deliver(room, &ledger_);
}

void Stage::ForgetAll() {
  const Policy& policy = setting_.policy;
  for (const Millis window : {policy.acceptance_window_ms, policy.payment_window_ms, policy.checkout_hold_ms}) {
    Elapse(window);
  }
  Elapse(setting_.retention_ms + 1);
}

void Stage::Enter() { ++inside_; }

std::string Stage::Leave(const Ledger& ledger) {
  ledger_.Add(ledger);
  return --inside_ == 0 ? Problem() : std::string();
}

std::string Stage::Problem() {
  std::vector<Event> room(1024);
  Deliver(room, &ledger_);
  const AuditReport audit = engine_->Audit();
  if (!audit.ok()) return "the identity is broken for " + std::to_string(audit.broken_count) + " products";
  if (ledger_.failed != 0) return std::to_string(ledger_.failed) + " calls were not answered as they should be";
  if (audit.supplied - audit.available != ledger_.taken) {
    return std::to_string(audit.supplied - audit.available) + " units left stock, callers were promised " +
           std::to_string(ledger_.taken);
  }
  if (!setting_.audiences.empty() && ledger_.told != ledger_.answered) {
    return std::to_string(ledger_.told) + " events for " + std::to_string(ledger_.answered) + " changes";
  }
  return {};
}

}  // namespace flexstock::bench
