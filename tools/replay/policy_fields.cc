#include "tools/replay/policy_fields.h"

#include <fmt/format.h>

#include <charconv>

namespace flexstock::replay {

namespace {

// Reads VALUE for one kind of field. Returns what was expected, or "" if it has been read.
std::string Read(std::string_view text, std::optional<std::int64_t>* value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return "a signed 64-bit integer";
  *value = number;
  return "";
}

std::string Read(std::string_view text, std::optional<bool>* value) {
  if (text != "true" && text != "false") return "true or false";
  *value = text == "true";
  return "";
}

template <typename E>
std::string Read(std::string_view text, std::optional<E>* value) {
  *value = FromWord<E>(text);
  return value->has_value() ? "" : WordsOf<E>();
}

std::string NamesOfFields() {
  std::string names;
  for (const PolicyField& field : kPolicyFields) names.append(names.empty() ? "" : ", ").append(field.name);
  return names;
}

}  // namespace

std::string SetPolicyField(std::string_view assignment, Policy* policy) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) return fmt::format("\"{}\" is not of the form FIELD=VALUE", assignment);
  const std::string_view name = assignment.substr(0, equals);
  const std::string_view text = assignment.substr(equals + 1);
  for (const PolicyField& field : kPolicyFields) {
    if (field.name != name) continue;
    PolicyChange change;
    const std::string expected = std::visit([&](auto member) { return Read(text, &(change.*member)); }, field.member);
    if (!expected.empty()) return fmt::format("{} is \"{}\"; expected {}", name, text, expected);
    const Policy changed = Apply(*policy, change);
    if (!IsValid(changed)) return fmt::format("{} is {}, which is out of its range", name, text);
    *policy = changed;
    return "";
  }
  return fmt::format("\"{}\" is no policy field; there are {}", name, NamesOfFields());
}

}  // namespace flexstock::replay
