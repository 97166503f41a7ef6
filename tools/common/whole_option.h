// An option of a command line that is a whole number. CLI11 by itself would bend "-1" and 2^64 to fit.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <concepts>
#include <string>
#include <system_error>
#include <type_traits>

namespace flexstock::tools {

template <typename Number>
struct Range {
  Number min, max;
};

// Calls given(number).
template <typename Number, std::invocable<Number> Given>
CLI::Option* AddWhole(CLI::App* app, const std::string& name, std::type_identity_t<Range<Number>> range,
                      const std::string& what, Given given) {
  const auto read = [name, range, given](const std::string& text) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number < range.min || number > range.max) {
      throw CLI::ValidationError(name,
                                 fmt::format("\"{}\" is not a whole number from {} to {}", text, range.min, range.max));
    }
    given(number);
  };
  return app->add_option_function<std::string>(name, read, what)->type_name("N");
}

// `value` has the default, which --help shows.
template <typename Number>
CLI::Option* AddWhole(CLI::App* app, const std::string& name, std::type_identity_t<Range<Number>> range,
                      const std::string& what, Number* value) {
  return AddWhole<Number>(app, name, range, what, [value](Number number) { *value = number; })
      ->default_str(fmt::to_string(*value));
}

}  // namespace flexstock::tools
