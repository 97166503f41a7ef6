// What members do with a product. Ranges have been checked by the engine.
#include "engine/shard/shard.h"

namespace flexstock::shard {

CommandResult Shard::Put(const PutProduct& request) {
  std::uint32_t slot = FindProduct(request.product);
  const bool creates = slot == kNil;
  if (creates) {
    if (fresh_products_.size() == 0 && !GrowProducts(1)) return {.code = Code::kProductsFull, .epoch = epoch_};
    slot = fresh_products_.first++;
    AddProduct(slot, static_cast<std::int64_t>(request.product), static_cast<std::int64_t>(request.member));
    products_[slot].policy = around_.policies->Acquire(around_.options->policy) & 0x7fff'ffffu;
  } else if (names()[slot].member != static_cast<std::int64_t>(request.member)) {
    return {.code = Code::kMemberMismatch, .epoch = epoch_};
  }
  Product& product = products_[slot];
  const Before before = Now(product);

  const Policy old_policy = PolicyOf(product);
  if (const Policy policy = flexstock::Apply(old_policy, request.policy); policy != old_policy) {
    const std::uint32_t old_index = product.policy;
    product.policy = around_.policies->Acquire(policy) & 0x7fff'ffffu;
    around_.policies->Release(old_index);
    if ((policy.customer_limit != 0) != (old_policy.customer_limit != 0)) CountAll(slot, policy.customer_limit != 0);
  }
  if (request.status.has_value()) product.draft = *request.status == ProductStatus::kDraft ? 1 : 0;
  if (request.stock.has_value()) {
    asides()[slot].supplied += *request.stock - product.available;
    product.available = *request.stock;
  }
  TellProduct(slot);
  if (!creates) Conclude(slot, before);
  return {.epoch = epoch_};
}

void Shard::AddProduct(std::uint32_t slot, std::int64_t id, std::int64_t member) {
  const auto [first, fresh] = products_of_member_.try_emplace(member, kNil);
  names()[slot] = {.product = id, .member = member, .next_of_member = first->second};
  first->second = slot;
  asides()[slot].pending_head = asides()[slot].pending_tail = kNil;
  products_by_id_.emplace(id, slot);
}

CommandResult Shard::Set(const SetStock& request) {
  const std::uint32_t slot = FindProduct(request.product);
  if (slot == kNil) return {.code = Code::kUnknownProduct, .epoch = epoch_};
  Product& product = products_[slot];
  if (request.expect.has_value() && *request.expect != product.available) {
    return {.code = Code::kStockConflict, .epoch = epoch_};
  }
  const Before before = Now(product);
  asides()[slot].supplied += request.stock - product.available;
  product.available = request.stock;
  TellProduct(slot);
  Conclude(slot, before);
  return {.epoch = epoch_};
}

CommandResult Shard::Adjust(const AdjustStock& request) {
  const std::uint32_t slot = FindProduct(request.product);
  if (slot == kNil) return {.code = Code::kUnknownProduct, .epoch = epoch_};
  Product& product = products_[slot];
  // available is never negative, so neither side can overflow.
  if (request.by < -product.available) return {.code = Code::kInsufficientStock, .epoch = epoch_};
  if (request.by > kStockMax - product.available) return {.code = Code::kInvalidArgument, .epoch = epoch_};
  const Before before = Now(product);
  asides()[slot].supplied += request.by;
  product.available += request.by;
  TellProduct(slot);
  Conclude(slot, before);
  return {.epoch = epoch_};
}

CommandResult Shard::SetStatus(ProductId id, ProductStatus status) {
  const std::uint32_t slot = FindProduct(id);
  if (slot == kNil) return {.code = Code::kUnknownProduct, .epoch = epoch_};
  Product& product = products_[slot];
  const Before before = Now(product);
  product.draft = status == ProductStatus::kDraft ? 1 : 0;
  TellProduct(slot);
  Conclude(slot, before);
  return {.epoch = epoch_};
}

}  // namespace flexstock::shard
