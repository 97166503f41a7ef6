// The words of command logs, results and events; and who is told of what.
#include <array>

#include "flexstock/events.h"
#include "flexstock/types.h"

namespace flexstock {
namespace {

constexpr std::array<std::string_view, 10> kStates = {
    "",         "awaiting_acceptance", "awaiting_payment", "confirmed", "picked_up",
    "declined", "acceptance_expired",  "payment_expired",  "canceled",  "refunded"};
constexpr std::array<std::string_view, 20> kCodes = {"ok",
                                                     "invalid_argument",
                                                     "unknown_product",
                                                     "unknown_order",
                                                     "key_conflict",
                                                     "product_draft",
                                                     "order_limit",
                                                     "customer_limit",
                                                     "insufficient_stock",
                                                     "sold_out",
                                                     "backlog_full",
                                                     "member_mismatch",
                                                     "stock_conflict",
                                                     "wrong_state",
                                                     "payment_late",
                                                     "refused",
                                                     "orders_full",
                                                     "products_full",
                                                     "overloaded",
                                                     "read_only"};
constexpr std::array<std::string_view, 3> kModes = {"active", "inactive", "draft"};
constexpr std::array<std::string_view, kAudiences> kAudienceNames = {"member", "customer", "logistics", "feed"};

constexpr unsigned kMember = 1, kCustomer = 2, kLogistics = 4;  // bits by Audience
struct EventRow {
  std::string_view name;
  unsigned told;
};
constexpr std::array<EventRow, 12> kEvents = {{
    {"order_confirmed", kCustomer | kMember},
    {"pickup_requested", kLogistics},
    {"acceptance_requested", kMember},
    {"payment_requested", kCustomer},
    {"order_declined", kCustomer},
    {"acceptance_expired", kCustomer | kMember},
    {"payment_expired", kCustomer | kMember},
    {"order_canceled", kCustomer | kMember},
    {"order_refunded", kCustomer | kMember},
    {"order_picked_up", kCustomer},
    {"refund_due", kCustomer | kMember},
    {"product_mode", kMember},
}};

}  // namespace

std::string_view Name(OrderState state) { return kStates[static_cast<std::size_t>(state)]; }

std::string_view Name(Code code) { return kCodes[static_cast<std::size_t>(code)]; }

std::string_view Name(ProductMode mode) { return kModes[static_cast<std::size_t>(mode)]; }

std::string_view Name(EventType type) { return kEvents[static_cast<std::size_t>(type)].name; }

std::string_view Name(Audience audience) { return kAudienceNames[static_cast<std::size_t>(audience)]; }

bool Tells(EventType type, Audience audience) {
  if (audience == Audience::kFeed) return true;
  return (kEvents[static_cast<std::size_t>(type)].told >> static_cast<unsigned>(audience) & 1u) != 0;
}

}  // namespace flexstock
