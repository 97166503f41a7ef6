// The public calls: ranges are checked here, before all else; then the shard decides.
#include "flexstock/engine.h"

#include <algorithm>

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
  auto impl = std::make_unique<Impl>(options);
  if (!impl->Start()) {
    return {
        nullptr,
        "the system refuses the memory: lower shards, orders_max, products_max or the reserves, or raise the limit on "
        "address space (ulimit -v, vm.overcommit_memory)"};
  }
  return {std::unique_ptr<Engine>(new Engine(std::move(impl))), {}};
}

// ---- Products -----------------------------------------------------------------------------------------------------

CommandResult Engine::Put(const PutProduct& request, Millis at_ms) {
  const bool valid = IsId(request.product) && IsId(request.member) && IsStock(request.stock.value_or(0)) &&
                     IsValid(Apply(Policy{}, request.policy));
  if (!valid) return kInvalid;
  return impl_->OnProduct(
      request.product, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Put(request); });
}

CommandResult Engine::Set(const SetStock& request, Millis at_ms) {
  if (!IsId(request.product) || !IsStock(request.stock) || !IsStock(request.expect.value_or(0))) return kInvalid;
  return impl_->OnProduct(
      request.product, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Set(request); });
}

CommandResult Engine::Adjust(const AdjustStock& request, Millis at_ms) {
  if (!IsId(request.product)) return kInvalid;
  return impl_->OnProduct(
      request.product, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Adjust(request); });
}

CommandResult Engine::Publish(ProductId product, Millis at_ms) {
  if (!IsId(product)) return kInvalid;
  return impl_->OnProduct(
      product, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.SetStatus(product, ProductStatus::kLive); });
}

CommandResult Engine::Unpublish(ProductId product, Millis at_ms) {
  if (!IsId(product)) return kInvalid;
  return impl_->OnProduct(
      product, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.SetStatus(product, ProductStatus::kDraft); });
}

bool Engine::Resolve(ProductId product, ProductRef* ref) const {
  const std::uint32_t index = impl_->ShardOf(product);
  shard::Shard& shard = impl_->At(index);
  const shard::Entered entered(shard);
  const std::uint32_t slot = shard.FindProduct(product);
  if (slot == shard::kNil) return false;
  *ref = {.shard = index, .slot = slot};
  return true;
}

// ---- Orders -------------------------------------------------------------------------------------------------------

PlaceResult Engine::Place(const PlaceOrder& request, Millis at_ms) {
  return impl_->Place(request, impl_->TimeOf(at_ms));
}

PlaceResult Engine::Place(const PlaceOrderByRef& request, Millis at_ms) {
  return impl_->Place(request, impl_->TimeOf(at_ms));
}

void Engine::PlaceMany(std::span<const PlaceOrder> requests, std::span<PlaceResult> results, Millis at_ms) {
  impl_->PlaceMany(requests, results, impl_->TimeOf(at_ms));
}

void Engine::PlaceMany(std::span<const PlaceOrderByRef> requests, std::span<PlaceResult> results, Millis at_ms) {
  impl_->PlaceMany(requests, results, impl_->TimeOf(at_ms));
}

CartResult Engine::Place(const PlaceCart& request, std::span<PlaceResult> lines, Millis at_ms) {
  return impl_->PlaceLines(request, lines, impl_->TimeOf(at_ms));
}

CommandResult Engine::Accept(OrderId order, Millis at_ms) {
  return impl_->OnOrder(
      order, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Accept(order, 0); });
}

CommandResult Engine::AcceptPart(OrderId order, Units qty, Millis at_ms) {
  if (qty < 1 || qty > kQtyMax) return kInvalid;
  return impl_->OnOrder(
      order, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Accept(order, static_cast<std::uint32_t>(qty)); });
}

CommandResult Engine::Decline(OrderId order, Millis at_ms) {
  return impl_->OnOrder(
      order, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Decline(order); });
}

CommandResult Engine::Pay(OrderId order, Millis at_ms) {
  return impl_->OnOrder(
      order, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Pay(order); });
}

CommandResult Engine::Cancel(OrderId order, Millis at_ms) {
  return impl_->OnOrder(
      order, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Cancel(order); });
}

CommandResult Engine::Refund(OrderId order, bool restock, Millis at_ms) {
  return impl_->OnOrder(
      order, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.Refund(order, restock); });
}

CommandResult Engine::PickUp(OrderId order, Millis at_ms) {
  return impl_->OnOrder(
      order, at_ms, FLEXSTOCK_UNDER_LOCK { return shard.PickUp(order); });
}

// ---- Questions ----------------------------------------------------------------------------------------------------

Code Engine::Find(ProductId product, ProductView* view, Millis at_ms) {
  if (!IsId(product)) return Code::kUnknownProduct;
  return impl_
      ->OnProduct(
          product, at_ms, FLEXSTOCK_UNDER_LOCK { return CommandResult{.code = shard.View(product, view)}; })
      .code;
}

Code Engine::Find(OrderId order, OrderView* view, Millis at_ms) {
  return impl_
      ->OnOrder(
          order, at_ms, FLEXSTOCK_UNDER_LOCK { return CommandResult{.code = shard.View(order, view)}; })
      .code;
}

Code Engine::Find(OrderKey key, OrderView* view, Millis at_ms) {
  const Millis now = impl_->TimeOf(at_ms);
  shard::OrderPlace place{};
  while (key.given() && impl_->FindKey(key, &place)) {
    const auto answer = impl_->On<CommandResult>(
        place.shard, now, FLEXSTOCK_UNDER_LOCK { return CommandResult{.code = shard.View(place.slot, key, view)}; });
    // Forgotten between the two looks, and perhaps placed again: look again.
    if (answer.code != Code::kUnknownOrder) return answer.code;
  }
  return Code::kUnknownOrder;
}

Code Engine::Pending(MemberId member, std::size_t max, std::vector<OrderView>* orders, Millis at_ms) {
  const Millis now = impl_->TimeOf(at_ms);
  orders->clear();
  std::vector<std::pair<std::uint64_t, OrderView>> pending;
  for (std::uint32_t i = 0; i < impl_->options().shards; ++i) {
    const auto answer = impl_->On<CommandResult>(
        i, now, FLEXSTOCK_UNDER_LOCK {
          shard.AppendPending(member, &pending);
          return CommandResult{};
        });
    if (!answer.ok()) return answer.code;
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

}  // namespace flexstock
