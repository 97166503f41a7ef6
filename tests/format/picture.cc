#include "tests/format/picture.h"

#include <sstream>

#include "engine/shard/order.h"
#include "tests/differential/stream.h"

namespace flexstock::format {
namespace {

using differential::ToText;

std::int64_t Number(auto id) { return static_cast<std::int64_t>(id); }

// An order's id as its parts.
std::string ToText(OrderId id) {
  const shard::OrderPlace place = shard::PlaceOf(id);
  return std::to_string(place.shard) + "/" + std::to_string(place.slot) + "/" + std::to_string(shard::GenerationOf(id));
}

// What differs from the defaults of format 1's time; the numbers of words are those of their enumerations.
std::string OwnOf(const Policy& policy) {
  std::ostringstream out;
  const auto say = [&out](const char* name, auto value, auto standard) {
    if (value != standard) out << ' ' << name << ' ' << Number(value);
  };
  constexpr Millis kDay = 86'400'000;
  say("acceptance_window_ms", policy.acceptance_window_ms, kDay);
  say("payment_window_ms", policy.payment_window_ms, kDay);
  say("checkout_hold_ms", policy.checkout_hold_ms, Millis{0});
  say("pending_limit", policy.pending_limit, Units{0});
  say("order_limit", policy.order_limit, Units{0});
  say("customer_limit", policy.customer_limit, Units{0});
  say("overflow", policy.overflow, Overflow::kAskMember);
  say("fill_on_restock", policy.fill_on_restock, FillOnRestock::kOff);
  say("late_payment", policy.late_payment, LatePayment::kRefund);
  say("draw_on_accept", policy.draw_on_accept, true);
  return out.str();
}

std::string ToText(const ProductView& view) {
  std::ostringstream out;
  out << "product " << Number(view.product) << " member " << Number(view.member) << ' ' << Name(view.mode)
      << " available " << view.available << " held " << view.held << " sold " << view.sold << " written_off "
      << view.written_off << " supplied " << view.supplied << " pending " << view.pending << OwnOf(view.policy);
  return out.str();
}

std::string ToText(const OrderView& view) {
  std::ostringstream out;
  out << "order " << ToText(view.order) << " product " << Number(view.product) << " customer " << Number(view.customer)
      << " qty " << view.qty << " accepted " << view.accepted << " taken " << view.taken << ' ' << Name(view.state);
  if (view.deadline_ms != 0) out << " deadline " << view.deadline_ms;
  if (view.key.given()) out << " key " << ToText(view.key);
  return out.str();
}

}  // namespace

std::string Picture(Engine& engine, const Options& options, Millis at_ms) {
  std::ostringstream out;
  for (std::int64_t id = 1; id <= kProductsAsked; ++id) {
    ProductView view;
    if (engine.Find(ProductId{id}, &view, at_ms) == Code::kOk) out << ToText(view) << '\n';
  }
  for (std::uint32_t shard = 0; shard < options.shards; ++shard) {
    for (std::uint32_t slot = 0; slot < options.orders_max; ++slot) {
      for (std::uint32_t generation = 1; generation <= kGenerationsAsked; ++generation) {
        OrderView view;
        const OrderId id = shard::MakeOrderId({shard, slot}, generation);
        if (engine.Find(id, &view, at_ms) == Code::kOk) out << ToText(view) << '\n';
      }
    }
  }
  for (std::uint32_t stream = 0; stream < kStreamsMax; ++stream) {
    std::uint64_t offset = 0;
    if (engine.FindPosition(stream, &offset)) out << "stream " << stream << " offset " << offset << '\n';
  }
  return out.str();
}

std::string ToText(const Event& event) {
  std::ostringstream out;
  out << event.position << ' ' << Name(event.type) << " at " << event.at_ms << " product " << Number(event.product)
      << " member " << Number(event.member);
  if (event.type == EventType::kProductMode) {
    out << ' ' << Name(event.mode);
    return out.str();
  }
  out << " order " << ToText(event.order) << " customer " << Number(event.customer) << " qty " << event.qty;
  if (event.deadline_ms != 0) out << " deadline " << event.deadline_ms;
  if (event.key.given()) out << " key " << ToText(event.key);
  return out.str();
}

}  // namespace flexstock::format
