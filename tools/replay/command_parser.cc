#include "tools/replay/command_parser.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <utility>
#include <vector>

#include "tools/replay/command_fields.h"
#include "tools/replay/log_reader.h"

namespace flexstock::replay {

namespace {

namespace dom = simdjson::dom;
static_assert(kLinePadding >= simdjson::SIMDJSON_PADDING);

// Lines up to this long are parsed without growing the parser.
constexpr std::size_t kUsualLine = std::size_t{64} << 10;

// Text from the log as messages show it: short, printable.
std::string Shown(std::string_view text) {
  constexpr std::size_t kShownMax = 40;
  std::string shown = "\"";
  for (const char c : text.substr(0, kShownMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      shown += c;
    } else {
      shown += fmt::format("\\x{:02x}", byte);
    }
  }
  return shown + (text.size() > kShownMax ? "...\"" : "\"");
}

// What a value is, in a message: `a string`, `18446744073709551615`.
std::string Kind(dom::element value) {
  switch (value.type()) {
    case dom::element_type::INT64:
      return fmt::format("the number {}", value.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return fmt::format("{}, which is above 2^63-1", value.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return "a number with a fraction or an exponent";
    case dom::element_type::STRING:
      return fmt::format("the string {}", Shown(value.get_string().value_unsafe()));
    case dom::element_type::BOOL:
      return value.get_bool().value_unsafe() ? "true" : "false";
    case dom::element_type::NULL_VALUE:
      return "null";
    case dom::element_type::ARRAY:
      return "an array";
    case dom::element_type::OBJECT:
      return "an object";
  }
  return "something else";
}

std::string NamesOf(FieldSet fields) {
  std::string names;
  for (; !fields.empty(); fields = fields - FieldSet({static_cast<Field>(fields.first())})) {
    names.append(names.empty() ? "" : ", ").append(kFieldNames[fields.first()]);
  }
  return names;
}

std::string Describe(const Keys& keys) {
  return NamesOf(keys.required) +
         (keys.optional.empty() ? "" : fmt::format(" and, if need be, {}", NamesOf(keys.optional)));
}

std::string DescribeOps() {
  std::string names;
  for (const std::string_view name : kOpNames) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

std::string Describe(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY:
      return "a blank line; expected one JSON object a line";
    case simdjson::UTF8_ERROR:
      return "invalid UTF-8; expected JSON in UTF-8";
    case simdjson::NUMBER_ERROR:
      return "a malformed number, or one beyond 64 bits; expected signed 64-bit integers";
    case simdjson::MEMALLOC:
      return "not enough memory for a line so long";
    default:
      return fmt::format("not JSON; expected one JSON object a line ({})", simdjson::error_message(error));
  }
}

}  // namespace

class CommandParser::Impl {
 public:
  Impl() {
    // If memory is so short, parsing says so again.
    [[maybe_unused]] const simdjson::error_code error = parser_.allocate(kUsualLine);
  }

  bool Parse(std::string_view line, Command* command) {
    dom::element document;
    if (const auto error = parser_.parse(line.data(), line.size(), false).get(document)) return Fail(Describe(error));
    dom::object object;
    if (document.get(object)) return Fail(fmt::format("{}; expected one JSON object a line", Kind(document)));
    Op op{};
    return Collect(object, &values_) && ReadOp(&op) &&
           Check(values_, KeysOf(op), kOpNames[static_cast<std::size_t>(op)]) && Read(Field::kAt, &command->at_ms) &&
           ReadAction(op, command);
  }

  const std::string& problem() const { return problem_; }

 private:
  // The values that one object gives, by field.
  struct Values {
    FieldSet given;
    std::array<dom::element, kFields> at;
    std::string_view unknown;  // the first key that no command has
    bool has_unknown = false;
  };

  bool Fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  bool Expected(Field field, std::string_view expected) {
    const auto index = static_cast<std::size_t>(field);
    return Fail(fmt::format("\"{}\" is {}; expected {}", kFieldNames[index], Kind(current_->at[index]), expected));
  }

  // Sorts an object's values by field. What the object may have is for Check.
  bool Collect(dom::object object, Values* values) {
    values->given = {};
    values->has_unknown = false;
    for (const auto [key, value] : object) {
      const std::size_t field = kFieldTable.Find(key);
      if (field == kFields) {
        if (!values->has_unknown) values->unknown = key;
        values->has_unknown = true;
        continue;
      }
      if (values->given.Has(field)) return Fail(fmt::format("the key {} is repeated; expected once", Shown(key)));
      values->given.Add(field);
      values->at[field] = value;
    }
    current_ = values;
    return true;
  }

  bool Check(const Values& values, const Keys& keys, std::string_view owner) {
    if (values.has_unknown) return Unexpected(values.unknown, keys, owner);
    const FieldSet unexpected = values.given - (keys.required | keys.optional);
    if (!unexpected.empty()) return Unexpected(kFieldNames[unexpected.first()], keys, owner);
    const FieldSet missing = keys.required - values.given;
    if (missing.empty()) return true;
    return Fail(fmt::format("{} lacks {}; expected {}", owner, NamesOf(missing), Describe(keys)));
  }

  bool Unexpected(std::string_view key, const Keys& keys, std::string_view owner) {
    return Fail(fmt::format("{} takes no key {}; expected {}", owner, Shown(key), Describe(keys)));
  }

  bool ReadOp(Op* op) {
    if (!values_.given.Has(Field::kOp)) return Fail("the key \"op\" is missing; expected " + DescribeOps());
    std::string_view name;
    if (Value(Field::kOp).get(name)) return Expected(Field::kOp, "one of " + DescribeOps());
    const std::size_t index = kOpTable.Find(name);
    if (index == kOpNames.size()) return Fail(fmt::format("no op {}; expected one of {}", Shown(name), DescribeOps()));
    *op = static_cast<Op>(index);
    return true;
  }

  // ---- Values of the object collected last --------------------------------------------------------------------

  [[nodiscard]] dom::element Value(Field field) const { return current_->at[static_cast<std::size_t>(field)]; }

  bool Read(Field field, std::int64_t* number) {
    return Value(field).get(*number) == simdjson::SUCCESS || Expected(field, "a signed 64-bit integer");
  }
  bool Read(Field field, bool* truth) {
    return Value(field).get(*truth) == simdjson::SUCCESS || Expected(field, "true or false");
  }
  // A strong id.
  template <typename Id>
  requires std::is_same_v<std::underlying_type_t<Id>, std::int64_t>
  bool Read(Field field, Id* id) {
    std::int64_t number = 0;
    if (!Read(field, &number)) return false;
    *id = Id{number};
    return true;
  }
  template <typename E>
  requires(!Words<E>::kAll.empty()) bool Read(Field field, E* value) {
    std::string_view word;
    if (Value(field).get(word) != simdjson::SUCCESS) return Expected(field, WordsOf<E>());
    const std::optional<E> found = FromWord<E>(word);
    if (!found.has_value()) return Expected(field, WordsOf<E>());
    *value = *found;
    return true;
  }
  // A value that may be left out.
  template <typename T>
  bool Read(Field field, std::optional<T>* value) {
    if (!current_->given.Has(field)) {
      value->reset();
      return true;
    }
    return Read(field, &value->emplace());
  }
  // The name of an order or a cart. An escaped lone surrogate is valid JSON, but no UTF-8 can carry it out again.
  bool ReadName(Field field, std::string_view* name) {
    if (Value(field).get(*name) != simdjson::SUCCESS || name->empty() || name->size() > kOrderKeyMax) {
      return Expected(field, "a string of 1 to 64 bytes");
    }
    return simdjson::validate_utf8(name->data(), name->size()) || Expected(field, "a string without lone surrogates");
  }

  // ---- Actions ------------------------------------------------------------------------------------------------

  bool ReadAction(Op op, Command* command) {
    auto& action = command->action;
    switch (op) {
      case Op::kAdvance:
        action.emplace<Advance>();
        return true;
      case Op::kPlace: {
        Place& place = action.emplace<Place>();
        return ReadName(Field::kOrder, &place.order) && Read(Field::kProduct, &place.product) &&
               Read(Field::kCustomer, &place.customer) && Read(Field::kQty, &place.qty);
      }
      case Op::kPlaceCart:
        return ReadCart(&action.emplace<Cart>());
      case Op::kAccept: {
        Accept& accept = action.emplace<Accept>();
        return ReadName(Field::kOrder, &accept.order) && Read(Field::kQty, &accept.qty);
      }
      case Op::kDecline:
        return ReadName(Field::kOrder, &action.emplace<Decline>().order);
      case Op::kPay:
        return ReadName(Field::kOrder, &action.emplace<Pay>().order);
      case Op::kCancel:
        return ReadName(Field::kOrder, &action.emplace<Cancel>().order);
      case Op::kRefund: {
        Refund& refund = action.emplace<Refund>();
        return ReadName(Field::kOrder, &refund.order) && Read(Field::kRestock, &refund.restock);
      }
      case Op::kPickUp:
        return ReadName(Field::kOrder, &action.emplace<PickUp>().order);
      case Op::kPutProduct:
        return ReadPutProduct(&action.emplace<PutProduct>());
      case Op::kSetStock: {
        SetStock& set = action.emplace<SetStock>();
        return Read(Field::kProduct, &set.product) && Read(Field::kStock, &set.stock) &&
               Read(Field::kExpect, &set.expect);
      }
      case Op::kAdjustStock: {
        AdjustStock& adjust = action.emplace<AdjustStock>();
        return Read(Field::kProduct, &adjust.product) && Read(Field::kBy, &adjust.by);
      }
      case Op::kPublish:
        return Read(Field::kProduct, &action.emplace<Publish>().product);
      case Op::kUnpublish:
        return Read(Field::kProduct, &action.emplace<Unpublish>().product);
    }
    return false;
  }

  bool ReadPutProduct(PutProduct* put) {
    if (!Read(Field::kProduct, &put->product) || !Read(Field::kMember, &put->member) ||
        !Read(Field::kStock, &put->stock) || !Read(Field::kStatus, &put->status)) {
      return false;
    }
    for (std::size_t i = 0; i < kPolicyFields.size(); ++i) {
      const Field field = static_cast<Field>(static_cast<std::size_t>(Field::kPolicy) + i);
      const auto read = [&](auto member) { return Read(field, &(put->policy.*member)); };
      if (!std::visit(read, kPolicyFields[i].member)) return false;
    }
    return true;
  }

  bool ReadCart(Cart* cart) {
    std::string_view name;  // for the caller's own records: the engine knows a cart by its orders
    dom::array lines;
    if (!ReadName(Field::kCart, &name) || !Read(Field::kCustomer, &cart->customer) ||
        !Read(Field::kMode, &cart->mode)) {
      return false;
    }
    if (Value(Field::kLines).get(lines)) return Expected(Field::kLines, "an array of lines");
    lines_.clear();
    for (const dom::element element : lines) {
      const auto failed = [&] { return Fail(fmt::format("in line {} of the cart: {}", lines_.size() + 1, problem_)); };
      dom::object object;
      if (element.get(object)) {
        problem_ = fmt::format("{}; expected an object of {}", Kind(element), Describe(kCartLineKeys));
        return failed();
      }
      Cart::Line line;
      if (!Collect(object, &line_values_) || !Check(line_values_, kCartLineKeys, "a line") ||
          !ReadName(Field::kOrder, &line.order) || !Read(Field::kProduct, &line.product) ||
          !Read(Field::kQty, &line.qty)) {
        return failed();
      }
      lines_.push_back(line);
    }
    cart->lines = lines_;
    return true;
  }

  dom::parser parser_;
  Values values_;
  Values line_values_;
  Values* current_ = &values_;  // whose values are being read
  std::vector<Cart::Line> lines_;
  std::string problem_;
};

CommandParser::CommandParser() : impl_(std::make_unique<Impl>()) {}
CommandParser::~CommandParser() = default;
bool CommandParser::Parse(std::string_view line, Command* command) { return impl_->Parse(line, command); }
const std::string& CommandParser::problem() const { return impl_->problem(); }

}  // namespace flexstock::replay
