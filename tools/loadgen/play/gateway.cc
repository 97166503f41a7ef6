#include "tools/loadgen/play/gateway.h"

#include <type_traits>

#include "engine/base/mix.h"

namespace flexstock::loadgen {

Gateway::Gateway(const Floor& floor, const Surroundings& around, std::uint64_t seed, Part part, NoRoom no_room,
                 Notebook& notebook)
    : floor_(floor),
      around_(around),
      population_(around.scenario, seed, part),
      placer_(floor, notebook, no_room),
      notebook_(notebook),
      log_(around.intervals, floor.catalogue.products().size()),
      retries_(around.end_ns),
      keys_(std::uint64_t{part.index} << 48) {}

bool Gateway::Draw() {
  population_.Next(&intent_);
  const std::span<const Intent::Line> lines = intent_.lines();
  const bool keyed = intent_.keyed;
  for (const Intent::Line& line : lines) {
    PlaceOrder& order = orders_.emplace_back();
    order = {.product = floor_.catalogue.products()[line.product].id, .customer = intent_.customer, .qty = line.qty};
    // Never twice in a run, and spread like a caller's own hash.
    if (keyed) order.key = {.hi = base::Mix(++keys_, 1), .lo = keys_};
    products_.push_back(line.product);
    plans_.push_back({line.product, intent_.fate, intent_.fate_after_ns, keyed ? intent_.retry_after_ns : kNeverNs});
  }
  return lines.size() > 1;
}

void Gateway::Serve(std::uint64_t came_ns) {
  ++log_.offered[around_.intervals.IndexOf(came_ns)];
  if (Draw()) {
    PlaceCartDrawn(came_ns);
  } else {
    PlaceDrawn(came_ns);
  }
}

void Gateway::ServeBatch(std::uint32_t size) {
  const std::uint64_t now = around_.clock.NowNs();
  std::uint64_t& offered = log_.offered[around_.intervals.IndexOf(now)];
  while (orders_.size() < size) {
    const std::size_t before = orders_.size();
    ++offered;
    if (!Draw()) continue;
    if (before == 0) return PlaceCartDrawn(now);
    // A cart goes by itself, behind the single orders that came before it.
    const auto cut = [before](auto& all) {
      std::remove_reference_t<decltype(all)> rest(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
      all.resize(before);
      return rest;
    };
    const auto cart_orders = cut(orders_);
    const auto cart_products = cut(products_);
    const auto cart_plans = cut(plans_);
    PlaceDrawn(now);
    orders_ = cart_orders;
    products_ = cart_products;
    plans_ = cart_plans;
    return PlaceCartDrawn(now);
  }
  PlaceDrawn(now);
}

void Gateway::PlaceDrawn(std::uint64_t came_ns) { Conclude(placer_.Place(orders_, products_, kNow), came_ns); }

void Gateway::PlaceCartDrawn(std::uint64_t came_ns) {
  lines_.clear();
  for (const PlaceOrder& order : orders_) {
    lines_.push_back({.product = order.product, .qty = order.qty, .key = order.key});
  }
  const PlaceCart cart{.customer = intent_.customer, .mode = intent_.mode, .lines = lines_};
  Conclude(placer_.PlaceCart(cart, products_, kNow), came_ns);
}

void Gateway::Conclude(std::span<const PlaceResult> results, std::uint64_t came_ns) {
  if (around_.clock.runs()) {
    const std::uint64_t waited = around_.clock.NowNs() - came_ns;
    const auto real_ns = static_cast<std::uint64_t>(static_cast<double>(waited) / around_.clock.speed());
    log_.waited.Record(real_ns);
    log_.latency[around_.intervals.IndexOf(came_ns)].Record(real_ns);
  }
  for (std::size_t i = 0; i < results.size(); ++i) NoteAnswer(orders_[i], plans_[i], results[i], came_ns);
  orders_.clear();
  products_.clear();
  plans_.clear();
}

void Gateway::NoteAnswer(const PlaceOrder& order, const Plan& plan, const PlaceResult& result, std::uint64_t came_ns) {
  if (plan.retry_after_ns != kNeverNs) {
    Plan again = plan;
    again.retry_after_ns = kNeverNs;
    retries_.Note(came_ns + plan.retry_after_ns, {order, again, result.order});
  }
  ProductDemand& demand = log_.demand[plan.product];
  if (result.ok() && result.duplicate) return;
  ++demand.orders;
  if (!result.ok()) {
    ++demand.refused;
    return;
  }
  demand.units += order.qty;
  if (result.state == OrderState::kConfirmed && plan.fate != Fate::kCancel) return;
  around_.customers.Expect({.order = result.order,
                            .product = plan.product,
                            .qty = order.qty,
                            .placed_ns = came_ns,
                            .after_ns = plan.fate_after_ns,
                            .fate = plan.fate,
                            .state = result.state});
}

void Gateway::SendAgain(std::uint64_t now_ns) {
  for (Retry retry; retries_.TakeDue(now_ns, &retry);) {
    const PlaceResult result = placer_.Place({&retry.order, 1}, {&retry.plan.product, 1}, kNow).front();
    NoteAnswer(retry.order, retry.plan, result, now_ns);
    // A refused order was not remembered: sending it again is a new order. A placed one must be recognised, as long as
    // it is remembered: it cannot have been forgotten in less than the retention.
    const bool known = result.ok() && result.duplicate && result.order == retry.first;
    if (retry.first != kNoOrder && result.code != Code::kOverloaded && !known) ++notebook_.twice_sold;
  }
}

}  // namespace flexstock::loadgen
