// The keys that a command may have, the operations, and which of them takes what: the command log's schema as a table.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "tools/replay/policy_fields.h"
#include "tools/replay/word_table.h"

namespace flexstock::replay {

enum class Field : std::uint8_t {
  kAt,
  kOp,
  kOrder,
  kProduct,
  kCustomer,
  kQty,
  kCart,
  kMode,
  kLines,
  kMember,
  kStock,
  kStatus,
  kRestock,
  kExpect,
  kBy,
  kPolicy,  // the first of the policy fields, in the order of kPolicyFields; the others follow
};

inline constexpr std::size_t kFields = static_cast<std::size_t>(Field::kPolicy) + kPolicyFields.size();

inline constexpr std::array<std::string_view, kFields> kFieldNames = [] {
  std::array<std::string_view, kFields> names = {"at",    "op",     "order",   "product", "customer",
                                                 "qty",   "cart",   "mode",    "lines",   "member",
                                                 "stock", "status", "restock", "expect",  "by"};
  for (std::size_t i = 0; i < kPolicyFields.size(); ++i) {
    names[static_cast<std::size_t>(Field::kPolicy) + i] = kPolicyFields[i].name;
  }
  return names;
}();

inline constexpr WordTable<kFields> kFieldTable(kFieldNames);

class FieldSet {
 public:
  constexpr FieldSet() = default;
  constexpr FieldSet(std::initializer_list<Field> fields) {
    for (const Field field : fields) Add(static_cast<std::size_t>(field));
  }
  // Every policy field and `fields`.
  [[nodiscard]] static constexpr FieldSet WithPolicy(std::initializer_list<Field> fields) {
    FieldSet set(fields);
    for (std::size_t i = static_cast<std::size_t>(Field::kPolicy); i < kFields; ++i) set.Add(i);
    return set;
  }

  constexpr void Add(std::size_t field) { bits_ |= std::uint32_t{1} << field; }
  [[nodiscard]] constexpr bool Has(std::size_t field) const { return (bits_ >> field & 1) != 0; }
  [[nodiscard]] constexpr bool Has(Field field) const { return Has(static_cast<std::size_t>(field)); }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr std::size_t first() const { return static_cast<std::size_t>(std::countr_zero(bits_)); }

  friend constexpr FieldSet operator|(FieldSet a, FieldSet b) { return FieldSet(a.bits_ | b.bits_); }
  // What is in `a` and not in `b`.
  friend constexpr FieldSet operator-(FieldSet a, FieldSet b) { return FieldSet(a.bits_ & ~b.bits_); }

 private:
  static_assert(kFields <= 32);
  explicit constexpr FieldSet(std::uint32_t bits) : bits_(bits) {}
  std::uint32_t bits_ = 0;
};

// An object's keys: all of `required`, and any of `optional`.
struct Keys {
  FieldSet required;
  FieldSet optional;
};

enum class Op : std::uint8_t {
  kAdvance,
  kPlace,
  kPlaceCart,
  kAccept,
  kDecline,
  kPay,
  kCancel,
  kRefund,
  kPickUp,
  kPutProduct,
  kSetStock,
  kAdjustStock,
  kPublish,
  kUnpublish,
};

inline constexpr std::array<std::string_view, 14> kOpNames = {
    "advance", "place",   "place_cart",  "accept",    "decline",      "pay",     "cancel",
    "refund",  "pick_up", "put_product", "set_stock", "adjust_stock", "publish", "unpublish"};

inline constexpr WordTable<kOpNames.size()> kOpTable(kOpNames);

[[nodiscard]] constexpr Keys KeysOf(Op op) {
  using enum Field;
  switch (op) {
    case Op::kAdvance:
      return {{kAt, kOp}, {}};
    case Op::kPlace:
      return {{kAt, kOp, kOrder, kProduct, kCustomer, kQty}, {}};
    case Op::kPlaceCart:
      return {{kAt, kOp, kCart, kCustomer, kMode, kLines}, {}};
    case Op::kAccept:
      return {{kAt, kOp, kOrder}, {kQty}};
    case Op::kDecline:
    case Op::kPay:
    case Op::kCancel:
    case Op::kPickUp:
      return {{kAt, kOp, kOrder}, {}};
    case Op::kRefund:
      return {{kAt, kOp, kOrder, kRestock}, {}};
    case Op::kPutProduct:
      return {{kAt, kOp, kProduct, kMember}, FieldSet::WithPolicy({kStock, kStatus})};
    case Op::kSetStock:
      return {{kAt, kOp, kProduct, kStock}, {kExpect}};
    case Op::kAdjustStock:
      return {{kAt, kOp, kProduct, kBy}, {}};
    case Op::kPublish:
    case Op::kUnpublish:
      return {{kAt, kOp, kProduct}, {}};
  }
  return {};
}

inline constexpr Keys kCartLineKeys = {{Field::kOrder, Field::kProduct, Field::kQty}, {}};

}  // namespace flexstock::replay
