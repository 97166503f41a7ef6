#include "tools/loadgen/verdict.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace flexstock::loadgen {
namespace {

constexpr std::size_t kDifferencesMax = 100;

}  // namespace

void Verdict::Check(const AuditReport& audit) {
  for (const ProductId product : audit.broken) {
    Differ(fmt::format("product {}: the engine's own audit finds it broken", static_cast<std::int64_t>(product)), 1, 0);
  }
  for (std::size_t i = audit.broken.size(); i < audit.broken_count; ++i)
    Differ("another product that the audit finds", 1, 0);
}

void Verdict::Check(const Catalogue::Product& product, const Account& counted, const ProductView& engine) {
  const Units supplied = product.stock + counted.supplied;
  const UnitSums ours = {.supplied = supplied,
                         .available = supplied - counted.held - counted.sold,
                         .held = counted.held,
                         .sold = counted.sold,
                         .written_off = 0,  // whoever refunds puts the units back on sale
                         .pending = counted.pending};
  const UnitSums theirs = {.supplied = engine.supplied,
                           .available = engine.available,
                           .held = engine.held,
                           .sold = engine.sold,
                           .written_off = engine.written_off,
                           .pending = engine.pending};
  struct Column {
    std::string_view name;
    std::int64_t UnitSums::*value;
  };
  static constexpr std::array<Column, 6> kColumns = {{{"supplied", &UnitSums::supplied},
                                                      {"available", &UnitSums::available},
                                                      {"held", &UnitSums::held},
                                                      {"sold", &UnitSums::sold},
                                                      {"written off", &UnitSums::written_off},
                                                      {"pending orders", &UnitSums::pending}}};
  ++products_;
  for (const Column& column : kColumns) {
    engine_.*column.value += theirs.*column.value;
    counted_.*column.value += ours.*column.value;
    if (theirs.*column.value == ours.*column.value) continue;
    Differ(fmt::format("product {}: {}", static_cast<std::int64_t>(product.id), column.name), theirs.*column.value,
           ours.*column.value);
  }
}

void Verdict::Check(const Totals& totals, bool fills) {
  const auto told = [&](Audience audience, EventType type, std::uint64_t answered) {
    Compare(fmt::format("{} events to the {} audience", Name(type), Name(audience)), totals.told(audience, type),
            answered);
  };
  const std::uint64_t confirmed = totals.of(Outcome::kConfirmed) + totals.done(Call::kPay);
  told(Audience::kCustomer, EventType::kOrderConfirmed, confirmed);
  told(Audience::kMember, EventType::kOrderConfirmed, confirmed);
  told(Audience::kLogistics, EventType::kPickupRequested, confirmed);
  told(Audience::kMember, EventType::kAcceptanceRequested, totals.of(Outcome::kAwaitingAcceptance));
  told(Audience::kCustomer, EventType::kOrderDeclined, totals.done(Call::kDecline));
  told(Audience::kCustomer, EventType::kOrderCanceled, totals.done(Call::kCancel));
  told(Audience::kMember, EventType::kOrderCanceled, totals.done(Call::kCancel));
  told(Audience::kCustomer, EventType::kOrderPickedUp, totals.done(Call::kPickUp));
  told(Audience::kCustomer, EventType::kOrderRefunded, totals.done(Call::kRefund));
  told(Audience::kMember, EventType::kOrderRefunded, totals.done(Call::kRefund));
  // Deadlines have no answer: members and customers must have been told of the same ones.
  for (const EventType type : {EventType::kAcceptanceExpired, EventType::kPaymentExpired}) {
    told(Audience::kMember, type, totals.told(Audience::kCustomer, type));
  }
  if (!fills) {
    told(Audience::kCustomer, EventType::kPaymentRequested,
         totals.of(Outcome::kAwaitingPayment) + totals.done(Call::kAccept) + totals.done(Call::kAcceptPart));
  }
}

void Verdict::Compare(std::string what, std::uint64_t engine, std::uint64_t counted) {
  if (engine != counted) Differ(std::move(what), static_cast<std::int64_t>(engine), static_cast<std::int64_t>(counted));
}

void Verdict::Differ(std::string what, std::int64_t engine, std::int64_t counted) {
  ++difference_count_;
  if (differences_.size() < kDifferencesMax) differences_.push_back({std::move(what), engine, counted});
}

}  // namespace flexstock::loadgen
