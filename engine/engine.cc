// The public calls: ranges are checked here, before all else; then the shard decides.
#include "flexstock/engine.h"

#include <algorithm>
#include <new>
#include <tuple>

#include "engine/engine_impl.h"

namespace flexstock {
namespace {

template <typename Id>
bool IsId(Id id) {
  return static_cast<std::int64_t>(id) >= 1;
}
bool IsStock(Units stock) { return stock >= 0 && stock <= kStockMax; }

constexpr CommandResult kInvalid{.code = Code::kInvalidArgument};

}  // namespace

// What is done under the shard's lock, once it has arrived at the time.
#define FLEXSTOCK_UNDER_LOCK [&](shard::Shard & shard) FLEXSTOCK_UNCHECKED_LOCKS

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Engine::Opened Engine::Open(const Options& options) {
  if (std::string problem = Problem(options); !problem.empty()) return {nullptr, std::move(problem)};
  try {
    auto impl = std::make_unique<Impl>(options);
    if (std::string problem = impl->Start(); !problem.empty()) return {nullptr, std::move(problem)};
    return {std::unique_ptr<Engine>(new Engine(std::move(impl))), {}};
  } catch (const std::bad_alloc&) {
    return {nullptr, kNoMemory};
  }
}

// ---- Products -----------------------------------------------------------------------------------------------------

CommandResult Engine::Put(const PutProduct& request, When when) {
  const bool valid = IsId(request.product) && IsId(request.member) && IsStock(request.stock.value_or(0)) &&
                     IsValid(Apply(Policy{}, request.policy));
  if (!valid) return impl_->Refuse(kInvalid, when.position);
  return impl_->OnProduct(
      request.product, when, FLEXSTOCK_UNDER_LOCK { return shard.Put(request); });
}

CommandResult Engine::Set(const SetStock& request, When when) {
  if (!IsId(request.product) || !IsStock(request.stock) || request.expect.value_or(0) < 0)
    return impl_->Refuse(kInvalid, when.position);
  return impl_->OnProduct(
      request.product, when, FLEXSTOCK_UNDER_LOCK { return shard.Set(request); });
}

CommandResult Engine::Adjust(const AdjustStock& request, When when) {
  if (!IsId(request.product)) return impl_->Refuse(kInvalid, when.position);
  return impl_->OnProduct(
      request.product, when, FLEXSTOCK_UNDER_LOCK { return shard.Adjust(request); });
}

CommandResult Engine::Publish(ProductId product, When when) {
  if (!IsId(product)) return impl_->Refuse(kInvalid, when.position);
  return impl_->OnProduct(
      product, when, FLEXSTOCK_UNDER_LOCK { return shard.SetStatus(product, ProductStatus::kLive); });
}

CommandResult Engine::Unpublish(ProductId product, When when) {
  if (!IsId(product)) return impl_->Refuse(kInvalid, when.position);
  return impl_->OnProduct(
      product, when, FLEXSTOCK_UNDER_LOCK { return shard.SetStatus(product, ProductStatus::kDraft); });
}

bool Engine::Resolve(ProductId product, ProductRef* ref) const {
  const std::uint32_t index = impl_->ShardOf(product);
  shard::Shard& shard = impl_->At(index);
  const shard::Entered entered(shard, Impl::For(product));
  const std::uint32_t slot = shard.FindProduct(product);
  if (slot == shard::kNil) return false;
  *ref = {.shard = index, .slot = slot};
  return true;
}

// ---- Orders -------------------------------------------------------------------------------------------------------

PlaceResult Engine::Place(const PlaceOrder& request, When when) { return impl_->Place(request, when); }
PlaceResult Engine::Place(const PlaceOrderByRef& request, When when) { return impl_->Place(request, when); }

void Engine::PlaceMany(std::span<const PlaceOrder> requests, std::span<PlaceResult> results, Millis at_ms) {
  impl_->PlaceMany(requests, results, impl_->TimeOf(at_ms));
}

void Engine::PlaceMany(std::span<const PlaceOrderByRef> requests, std::span<PlaceResult> results, Millis at_ms) {
  impl_->PlaceMany(requests, results, impl_->TimeOf(at_ms));
}

CartResult Engine::Place(const PlaceCart& request, std::span<PlaceResult> lines, When when) {
  return impl_->PlaceLines(request, lines, when);
}

CommandResult Engine::Accept(OrderId order, When when) {
  return impl_->OnOrder(
      order, when, FLEXSTOCK_UNDER_LOCK { return shard.Accept(order, 0); });
}

CommandResult Engine::AcceptPart(OrderId order, Units qty, When when) {
  if (qty < 1 || qty > kQtyMax) return impl_->Refuse(kInvalid, when.position);
  return impl_->OnOrder(
      order, when, FLEXSTOCK_UNDER_LOCK { return shard.Accept(order, static_cast<std::uint32_t>(qty)); });
}

CommandResult Engine::Decline(OrderId order, When when) {
  return impl_->OnOrder(
      order, when, FLEXSTOCK_UNDER_LOCK { return shard.Decline(order); });
}

CommandResult Engine::Pay(OrderId order, When when) {
  return impl_->OnOrder(
      order, when, FLEXSTOCK_UNDER_LOCK { return shard.Pay(order); });
}

CommandResult Engine::Cancel(OrderId order, When when) {
  return impl_->OnOrder(
      order, when, FLEXSTOCK_UNDER_LOCK { return shard.Cancel(order); });
}

CommandResult Engine::Refund(OrderId order, bool restock, When when) {
  return impl_->OnOrder(
      order, when, FLEXSTOCK_UNDER_LOCK { return shard.Refund(order, restock); });
}

CommandResult Engine::PickUp(OrderId order, When when) {
  return impl_->OnOrder(
      order, when, FLEXSTOCK_UNDER_LOCK { return shard.PickUp(order); });
}

// ---- Questions ----------------------------------------------------------------------------------------------------

Code Engine::Find(ProductId product, ProductView* view, Millis at_ms) {
  if (!IsId(product)) return Code::kUnknownProduct;
  return impl_->Ask(
      impl_->ShardOf(product), impl_->TimeOf(at_ms), Impl::For(product),
      FLEXSTOCK_UNDER_LOCK { return shard.View(product, view); });
}

Code Engine::Find(OrderId order, OrderView* view, Millis at_ms) {
  const std::uint32_t index = shard::PlaceOf(order).shard;
  if (index >= impl_->options().shards) return Code::kUnknownOrder;
  return impl_->Ask(
      index, impl_->TimeOf(at_ms), Impl::For(order), FLEXSTOCK_UNDER_LOCK { return shard.View(order, view); });
}

Code Engine::Find(OrderKey key, OrderView* view, Millis at_ms) {
  const Millis now = impl_->TimeOf(at_ms);
  shard::OrderPlace place{};
  while (key.given() && impl_->FindKey(key, &place)) {
    const Code code = impl_->Ask(
        place.shard, now, shard::kForNoProduct, FLEXSTOCK_UNDER_LOCK { return shard.View(place.slot, key, view); });
    // Forgotten between the two looks, and perhaps placed again: look again.
    if (code != Code::kUnknownOrder) return code;
  }
  return Code::kUnknownOrder;
}

Code Engine::Pending(MemberId member, std::size_t max, std::vector<OrderView>* orders, Millis at_ms) {
  const Millis now = impl_->TimeOf(at_ms);
  orders->clear();
  std::vector<std::pair<std::uint64_t, OrderView>> pending;
  for (std::uint32_t i = 0; i < impl_->options().shards; ++i) {
    const Code code = impl_->Ask(
        i, now, shard::kForNoProduct, FLEXSTOCK_UNDER_LOCK {
          shard.AppendPending(member, &pending);
          return Code::kOk;
        });
    if (code != Code::kOk) return code;
  }
  std::stable_sort(pending.begin(), pending.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  pending.resize(std::min(max, pending.size()));
  orders->reserve(pending.size());
  for (const auto& [placed, order] : pending) orders->push_back(order);
  return Code::kOk;
}

// ---- Time, events, trust ------------------------------------------------------------------------------------------

Code Engine::Advance(Millis at_ms) { return impl_->Advance(at_ms); }
bool Engine::Commit() { return impl_->Commit(); }
std::size_t Engine::Poll(Audience audience, std::span<Event> events) { return impl_->Poll(audience, events); }

std::uint64_t Engine::Waiting(Audience audience) const { return impl_->Waiting(audience); }

void Engine::Confirm(Audience audience, std::uint64_t position) { impl_->Confirm(audience, position); }

// ---- Durability ---------------------------------------------------------------------------------------------------

Epoch Engine::durable_epoch() const { return impl_->durable_epoch(); }
Code Engine::WaitDurable(Epoch epoch) { return impl_->WaitDurable(epoch); }
void Engine::NotifyDurable(Epoch epoch, std::function<void(Code)> done) {
  impl_->NotifyDurable(epoch, std::move(done));
}
bool Engine::FindPosition(std::uint32_t stream, std::uint64_t* offset) const {
  return impl_->FindPosition(stream, offset);
}
std::string Engine::Snapshot() { return impl_->Snapshot(); }
JournalStats Engine::Journal() const { return impl_->Journal(); }
const Recovery& Engine::recovery() const { return impl_->recovery(); }

AuditReport Engine::Audit() {
  AuditReport report;
  for (std::uint32_t i = 0; i < impl_->options().shards; ++i) {
    shard::Shard& shard = impl_->At(i);
    const shard::Entered entered(shard);
    shard.Audit(&report);
  }
  return report;
}

std::vector<ShardStats> Engine::Stats() const {
  std::vector<ShardStats> stats;
  for (std::uint32_t i = 0; i < impl_->options().shards; ++i) {
    shard::Shard& shard = impl_->At(i);
    const shard::Entered entered(shard);
    stats.push_back(shard.Stats());
  }
  return stats;
}

ContentionReport Engine::Contention() const {
  ContentionReport report;
  for (std::uint32_t i = 0; i < impl_->options().shards; ++i) {
    shard::Shard& shard = impl_->At(i);
    const lock::Held uncounted(shard.lock);
    shard.Append(&report);
  }
  std::sort(report.hottest.begin(), report.hottest.end(), [](const ProductContention& a, const ProductContention& b) {
    return std::tie(a.wait_ns.least, a.acquisitions.least, b.product) >
           std::tie(b.wait_ns.least, b.acquisitions.least, a.product);
  });
  return report;
}

}  // namespace flexstock
