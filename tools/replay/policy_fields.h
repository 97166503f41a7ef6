// Policy fields by their names in command logs: what kind of value each takes, and where it goes. One table serves
// put_product and the command line's --default.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "flexstock/policy.h"
#include "flexstock/requests.h"

namespace flexstock::replay {

// The words of an enumeration, as logs spell them.
template <typename E>
struct Words;
template <>
struct Words<Overflow> {
  static constexpr std::array kAll = {std::pair{std::string_view("ask_member"), Overflow::kAskMember},
                                      std::pair{std::string_view("reject"), Overflow::kReject}};
};
template <>
struct Words<FillOnRestock> {
  static constexpr std::array kAll = {std::pair{std::string_view("off"), FillOnRestock::kOff},
                                      std::pair{std::string_view("fifo"), FillOnRestock::kFifo}};
};
template <>
struct Words<LatePayment> {
  static constexpr std::array kAll = {std::pair{std::string_view("refund"), LatePayment::kRefund},
                                      std::pair{std::string_view("rereserve"), LatePayment::kRereserve}};
};
template <>
struct Words<ProductStatus> {
  static constexpr std::array kAll = {std::pair{std::string_view("live"), ProductStatus::kLive},
                                      std::pair{std::string_view("draft"), ProductStatus::kDraft}};
};
template <>
struct Words<CartMode> {
  static constexpr std::array kAll = {std::pair{std::string_view("split"), CartMode::kSplit},
                                      std::pair{std::string_view("all_or_nothing"), CartMode::kAllOrNothing}};
};

template <typename E>
[[nodiscard]] std::optional<E> FromWord(std::string_view word) {
  for (const auto& [name, value] : Words<E>::kAll) {
    if (name == word) return value;
  }
  return std::nullopt;
}

// "ask_member or reject"
template <typename E>
[[nodiscard]] std::string WordsOf() {
  std::string words;
  for (const auto& [name, value] : Words<E>::kAll) words.append(words.empty() ? "" : " or ").append(name);
  return words;
}

struct PolicyField {
  std::string_view name;
  std::variant<std::optional<std::int64_t> PolicyChange::*, std::optional<bool> PolicyChange::*,
               std::optional<Overflow> PolicyChange::*, std::optional<FillOnRestock> PolicyChange::*,
               std::optional<LatePayment> PolicyChange::*>
      member;
};

inline constexpr std::array kPolicyFields = {
    PolicyField{"acceptance_window_ms", &PolicyChange::acceptance_window_ms},
    PolicyField{"payment_window_ms", &PolicyChange::payment_window_ms},
    PolicyField{"checkout_hold_ms", &PolicyChange::checkout_hold_ms},
    PolicyField{"overflow", &PolicyChange::overflow},
    PolicyField{"pending_limit", &PolicyChange::pending_limit},
    PolicyField{"order_limit", &PolicyChange::order_limit},
    PolicyField{"customer_limit", &PolicyChange::customer_limit},
    PolicyField{"draw_on_accept", &PolicyChange::draw_on_accept},
    PolicyField{"fill_on_restock", &PolicyChange::fill_on_restock},
    PolicyField{"late_payment", &PolicyChange::late_payment},
};

// Sets the field that "FIELD=VALUE" names. Returns what is wrong, or "".
[[nodiscard]] std::string SetPolicyField(std::string_view assignment, Policy* policy);

}  // namespace flexstock::replay
