#include "flexstock/policy.h"

namespace flexstock {

bool IsValid(const Policy& policy) {
  return policy.acceptance_window_ms >= 1 && policy.payment_window_ms >= 1 && policy.checkout_hold_ms >= 0 &&
         policy.pending_limit >= 0 && policy.order_limit >= 0 && policy.customer_limit >= 0;
}

Policy Apply(Policy policy, const PolicyChange& change) {
  const auto set = [](auto& field, const auto& given) { field = given.value_or(field); };
  set(policy.acceptance_window_ms, change.acceptance_window_ms);
  set(policy.payment_window_ms, change.payment_window_ms);
  set(policy.checkout_hold_ms, change.checkout_hold_ms);
  set(policy.pending_limit, change.pending_limit);
  set(policy.order_limit, change.order_limit);
  set(policy.customer_limit, change.customer_limit);
  set(policy.overflow, change.overflow);
  set(policy.fill_on_restock, change.fill_on_restock);
  set(policy.late_payment, change.late_payment);
  set(policy.draw_on_accept, change.draw_on_accept);
  return policy;
}

}  // namespace flexstock
