#include "tools/replay/event_order.h"

#include <algorithm>
#include <tuple>

namespace flexstock::replay {

void EventOrder::AddExpired(const Event& event) {
  const bool expiry = event.type == EventType::kAcceptanceExpired || event.type == EventType::kPaymentExpired;
  if (expiry) Begin(event.at_ms, keys_.placement(FromOrderKey(event.key)));
  if (groups_.empty()) Begin(event.at_ms, 0);
  Append(event);
}

void EventOrder::AddPlaced(const Event& event) {
  std::uint64_t placement = 0;
  if (event.type == EventType::kProductMode) {
    for (const Group& group : groups_) {
      if (events_[group.first].product == event.product) placement = group.placement;
    }
  } else {
    placement = keys_.placement(FromOrderKey(event.key));
  }
  Begin(event.at_ms, placement);
  Append(event);
}

void EventOrder::Sort() {
  const auto before = [](const Group& a, const Group& b) {
    return std::tie(a.at_ms, a.placement, a.first) < std::tie(b.at_ms, b.placement, b.first);
  };
  if (!std::is_sorted(groups_.begin(), groups_.end(), before)) std::sort(groups_.begin(), groups_.end(), before);
}

}  // namespace flexstock::replay
