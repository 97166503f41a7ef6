#include "tests/crash/script.h"

#include <random>

namespace flexstock::crash {

Script::Script(std::uint64_t seed) : seed_(seed), retention_ms_(seed % 4 == 3 ? 40 : 3'600'000) {}

PutProduct Script::Product(std::int64_t product) {
  PutProduct put{.product = ProductId{product}, .member = kMember, .stock = {}, .status = {}, .policy = {}};
  put.policy.acceptance_window_ms = 40;
  put.policy.payment_window_ms = 30;
  switch (product % 4) {
    case 0:  // never runs out
      put.stock = 1'000'000'000;
      break;
    case 1:  // mostly pending
      put.stock = 20;
      put.policy.fill_on_restock = FillOnRestock::kFifo;
      break;
    case 2:
      put.stock = 300;
      put.policy.checkout_hold_ms = 25;
      put.policy.pending_limit = 20;
      break;
    default:
      put.stock = 100;
      put.policy.checkout_hold_ms = 10;
      put.policy.overflow = Overflow::kReject;
      put.policy.late_payment = LatePayment::kRereserve;
  }
  return put;
}

Step Script::At(std::uint32_t stream, std::uint64_t offset) const {
  std::seed_seq mixed{seed_ & 0xffffffff, seed_ >> 32, std::uint64_t{stream}, offset & 0xffffffff};
  std::minstd_rand random(mixed);
  const auto key = [&](std::uint64_t line) { return OrderKey{.hi = stream + 1, .lo = offset << 8 | line}; };
  const auto product = [&] { return ProductId{1 + static_cast<std::int64_t>(random() % kProducts)}; };
  const auto qty = [&] { return static_cast<Units>(1 + random() % 4); };

  Step step;
  step.customer = CustomerId{1 + static_cast<std::int64_t>(random() % 50)};
  const std::uint64_t choice = random() % 20;
  if (choice < 6) {
    step.kind = Step::Kind::kPlace;
    step.lines = {{.product = product(), .qty = qty(), .key = key(0)}};
  } else if (choice < 8) {
    step.kind = Step::Kind::kSure;
    step.lines = {
        {.product = ProductId{4 * (1 + static_cast<std::int64_t>(random() % 3))}, .qty = qty(), .key = key(0)}};
  } else if (choice < 11) {
    step.kind = choice < 10 ? Step::Kind::kWholeCart : Step::Kind::kSplitCart;
    const std::uint64_t count = 2 + random() % 4;
    for (std::uint64_t i = 0; i < count; ++i) step.lines.push_back({.product = product(), .qty = qty(), .key = key(i)});
  } else if (choice < 13) {
    step.kind = Step::Kind::kRestock;
    step.product = product();
    step.by = qty();
  }
  return step;
}

Options Script::EngineOptions(const std::string& directory) const {
  std::mt19937_64 random(seed_);
  Options options;
  options.shards = 1 + static_cast<std::uint32_t>(random() % 16);
  options.products_max = 64;
  options.orders_max = 1 << 20;
  options.retention_ms = retention_ms_;
  options.audiences = {Audience::kMember, Audience::kCustomer, Audience::kLogistics, Audience::kFeed};
  options.events_max = std::uint64_t{1024} << random() % 8;
  options.changes_max = 16u << random() % 7;
  options.journal_dir = directory;
  options.journal_segment_bytes = 64 << 10;
  options.snapshot_every_bytes = std::uint64_t{48 << 10} << random() % 4;
  return options;
}

}  // namespace flexstock::crash
