#include "tests/model/engine_decider.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace flexstock::model {
namespace {

std::unique_ptr<Engine> Open(const EngineDecider::Setup& setup) {
  Options options;
  options.shards = setup.shards;
  options.products_max = 1 << 12;
  options.orders_max = setup.room;
  options.retention_ms = setup.retention_ms;
  options.policy = setup.policy;
  options.audiences = {Audience::kFeed};
  options.events_max = setup.room;
  options.changes_max = setup.changes_max;
  options.background = false;
  options.journal_dir = setup.journal_dir;
  options.journal_segment_bytes = 64 << 10;
  Engine::Opened opened = Engine::Open(options);
  if (opened.engine == nullptr) {
    std::fprintf(stderr, "an engine for a test did not open: %s\n", opened.problem.c_str());
    std::abort();
  }
  return std::move(opened.engine);
}

}  // namespace

EngineDecider::EngineDecider(const Setup& setup) : setup_(setup), by_ref_(setup.by_ref) {
  if (!setup.journal_dir.empty()) std::filesystem::remove_all(setup.journal_dir);
  engine_ = Open(setup);
}

EngineDecider::~EngineDecider() {
  engine_.reset();
  if (!setup_.journal_dir.empty()) std::filesystem::remove_all(setup_.journal_dir);
}

void EngineDecider::Reopen() {
  if (taken_ % (2 * setup_.reopen_every) == 0) {
    if (const std::string problem = engine_->Snapshot(); !problem.empty()) {
      std::fprintf(stderr, "a snapshot failed: %s\n", problem.c_str());
      std::abort();
    }
  }
  engine_.reset();
  engine_ = Open(setup_);
}

CommandResult EngineDecider::Put(const PutProduct& request, Millis at_ms) { return engine_->Put(request, at_ms); }
CommandResult EngineDecider::Set(const SetStock& request, Millis at_ms) { return engine_->Set(request, at_ms); }
CommandResult EngineDecider::Adjust(const AdjustStock& request, Millis at_ms) {
  return engine_->Adjust(request, at_ms);
}
CommandResult EngineDecider::Publish(ProductId product, Millis at_ms) { return engine_->Publish(product, at_ms); }
CommandResult EngineDecider::Unpublish(ProductId product, Millis at_ms) { return engine_->Unpublish(product, at_ms); }

std::vector<PlaceOrderByRef> EngineDecider::ByRef(std::span<const PlaceOrder> requests) const {
  std::vector<PlaceOrderByRef> by_ref;
  for (const PlaceOrder& request : requests) {
    ProductRef ref;
    if (!engine_->Resolve(request.product, &ref)) return {};
    by_ref.push_back({.product = ref, .customer = request.customer, .qty = request.qty, .key = request.key});
  }
  return by_ref;
}

PlaceResult EngineDecider::Place(const PlaceOrder& request, Millis at_ms) {
  if (by_ref_ && (ref_next_ = !ref_next_)) {
    const std::vector<PlaceOrderByRef> by_ref = ByRef(std::span(&request, 1));
    if (!by_ref.empty()) return engine_->Place(by_ref.front(), at_ms);
  }
  return engine_->Place(request, at_ms);
}

void EngineDecider::PlaceMany(std::span<const PlaceOrder> requests, std::span<PlaceResult> results, Millis at_ms) {
  if (by_ref_ && (ref_next_ = !ref_next_)) {
    const std::vector<PlaceOrderByRef> by_ref = ByRef(requests);
    if (!by_ref.empty()) return engine_->PlaceMany(by_ref, results, at_ms);
  }
  engine_->PlaceMany(requests, results, at_ms);
}

CartResult EngineDecider::Place(const PlaceCart& request, std::span<PlaceResult> lines, Millis at_ms) {
  return engine_->Place(request, lines, at_ms);
}

CommandResult EngineDecider::Accept(OrderId order, Millis at_ms) { return engine_->Accept(order, at_ms); }
CommandResult EngineDecider::AcceptPart(OrderId order, Units qty, Millis at_ms) {
  return engine_->AcceptPart(order, qty, at_ms);
}
CommandResult EngineDecider::Decline(OrderId order, Millis at_ms) { return engine_->Decline(order, at_ms); }
CommandResult EngineDecider::Pay(OrderId order, Millis at_ms) { return engine_->Pay(order, at_ms); }
CommandResult EngineDecider::Cancel(OrderId order, Millis at_ms) { return engine_->Cancel(order, at_ms); }
CommandResult EngineDecider::Refund(OrderId order, bool restock, Millis at_ms) {
  return engine_->Refund(order, restock, at_ms);
}
CommandResult EngineDecider::PickUp(OrderId order, Millis at_ms) { return engine_->PickUp(order, at_ms); }

Code EngineDecider::Find(ProductId product, ProductView* view, Millis at_ms) {
  return engine_->Find(product, view, at_ms);
}
Code EngineDecider::Find(OrderId order, OrderView* view, Millis at_ms) { return engine_->Find(order, view, at_ms); }
Code EngineDecider::Find(OrderKey key, OrderView* view, Millis at_ms) { return engine_->Find(key, view, at_ms); }
Code EngineDecider::Pending(MemberId member, std::size_t max, std::vector<OrderView>* orders, Millis at_ms) {
  return engine_->Pending(member, max, orders, at_ms);
}

Code EngineDecider::Advance(Millis at_ms) { return engine_->Advance(at_ms); }

std::vector<Event> EngineDecider::TakeEvents() {
  std::vector<Event> events;
  std::array<Event, 256> some;
  for (bool all = false; !all;) {
    all = engine_->Commit();
    while (const std::size_t count = engine_->Poll(Audience::kFeed, some)) {
      events.insert(events.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
    }
  }
  if (!events.empty()) engine_->Confirm(Audience::kFeed, events.back().position);
  if (setup_.reopen_every != 0 && ++taken_ % setup_.reopen_every == 0) Reopen();
  return events;
}

AuditReport EngineDecider::Audit() { return engine_->Audit(); }

}  // namespace flexstock::model
