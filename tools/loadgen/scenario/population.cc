#include "tools/loadgen/scenario/population.h"

#include <algorithm>
#include <cmath>

#include "tools/loadgen/scenario/nanos.h"
#include "tools/loadgen/scenario/streams.h"

namespace flexstock::loadgen {
namespace {

// Rows of a trace that are further apart are two carts.
constexpr Millis kCart_ms = 60'000;

}  // namespace

Population::Population(const Scenario& scenario, std::uint64_t seed, Part part)
    : scenario_(scenario),
      parts_(part.of),
      orders_(RngOf(seed, Stream::kOrders, part.index)),
      fates_(RngOf(seed, Stream::kFates, part.index)),
      popularity_(PopularityOf(scenario)) {
  if (scenario.trace.has_value()) SkipCarts(part.index);
}

Intent Population::Next() {
  Intent intent;
  Next(&intent);
  return intent;
}

void Population::Next(Intent* intent) {
  // Where everybody is a shopper, nothing is drawn, and so it stays the same people when the first bot comes.
  const double others = scenario_.hoarders.share + scenario_.bots.share;
  const double who = others > 0 ? fates_.Unit() : 1;
  intent->mode = scenario_.baskets.mode;
  if (who < scenario_.hoarders.share) {
    DrawHoarder(intent);
  } else if (who < others) {
    DrawBot(intent);
  } else if (scenario_.trace.has_value()) {
    TakeFromTrace(intent);
  } else {
    DrawShopper(intent);
  }
  DrawFate(intent);
}

void Population::DrawShopper(Intent* intent) {
  intent->kind = IntentKind::kShopper;
  intent->customer = DrawCustomer();
  intent->line_count = static_cast<std::uint32_t>(scenario_.baskets.lines.Whole(orders_, 1, kCartLinesMax));
  for (std::uint32_t i = 0; i < intent->line_count; ++i) {
    intent->line_slots[i] = {.product = DrawProduct(), .qty = scenario_.baskets.units.Whole(orders_, 1, kQtyMax)};
  }
}

void Population::DrawHoarder(Intent* intent) {
  intent->kind = IntentKind::kHoarder;
  intent->customer = DrawCustomer();
  intent->line_count = 1;
  intent->line_slots[0] = {.product = DrawProduct(), .qty = scenario_.hoarders.units.Whole(orders_, 1, kQtyMax)};
}

void Population::DrawBot(Intent* intent) {
  intent->kind = IntentKind::kBot;
  intent->customer = CustomerId{kBotsBegin + static_cast<std::int64_t>(orders_.Below(scenario_.bots.accounts))};
  intent->line_count = 1;
  intent->line_slots[0] = {.product = 0, .qty = scenario_.bots.units.Whole(orders_, 1, kQtyMax)};
}

void Population::TakeFromTrace(Intent* intent) {
  const std::vector<TraceRow>& rows = scenario_.trace->trace.rows;
  intent->kind = IntentKind::kShopper;
  intent->customer = rows[row_].customer;
  intent->line_count = 0;
  const std::size_t end = CartEnd();
  for (std::size_t i = row_; i < end; ++i) {
    intent->line_slots[intent->line_count++] = {.product = rows[i].product, .qty = rows[i].qty};
  }
  SkipCarts(parts_);
}

// Goes on by so many carts; behind the last row, from the beginning.
void Population::SkipCarts(std::uint32_t carts) {
  for (; carts > 0; --carts) {
    row_ = CartEnd();
    if (row_ == scenario_.trace->trace.rows.size()) row_ = 0;
  }
}

// Behind the last row of the cart that begins at row_.
std::size_t Population::CartEnd() const {
  const std::vector<TraceRow>& rows = scenario_.trace->trace.rows;
  std::size_t end = row_ + 1;
  if (!scenario_.trace->carts) return end;
  const std::size_t most = std::min(row_ + kCartLinesMax, rows.size());
  while (end < most && rows[end].customer == rows[row_].customer && rows[end].at_ms - rows[row_].at_ms < kCart_ms)
    ++end;
  return end;
}

void Population::DrawFate(Intent* intent) {
  const CustomerPlan& plan = scenario_.customers;
  intent->keyed = plan.keyed;
  intent->retry_after_ns = plan.retry > 0 && fates_.Unit() < plan.retry ? Nanos(plan.retry_after_s(fates_)) : kNeverNs;

  const double mood = fates_.Unit();
  if (intent->kind == IntentKind::kHoarder) {
    intent->fate = Fate::kCancel;
    intent->fate_after_ns = Nanos(scenario_.hoarders.cancel_after_s(fates_));
  } else if (mood < plan.pay) {
    intent->fate = Fate::kPay;
    intent->fate_after_ns = Nanos(plan.pay_after_s(fates_));
  } else if (mood < plan.pay + plan.cancel) {
    intent->fate = Fate::kCancel;
    intent->fate_after_ns = Nanos(plan.cancel_after_s(fates_));
  } else {
    intent->fate = Fate::kAbandon;
    intent->fate_after_ns = kNeverNs;
  }
}

CustomerId Population::DrawCustomer() {
  return CustomerId{static_cast<std::int64_t>(orders_.Below(scenario_.customers.count)) + 1};
}

std::uint32_t Population::DrawProduct() {
  if (scenario_.catalogue.products == 1) return 0;  // Zipf's logarithms would be a third of the intent
  if (const auto* zipf = std::get_if<Zipf>(&popularity_)) return static_cast<std::uint32_t>((*zipf)(orders_)-1);
  return std::get<AliasTable>(popularity_)(orders_);
}

}  // namespace flexstock::loadgen
