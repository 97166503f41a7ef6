#include "tools/loadgen/trace_reader.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <limits>
#include <string_view>

#include "tools/loadgen/shown.h"

namespace flexstock::loadgen {
namespace {

constexpr std::string_view kHeader = "at_ms,product,customer,qty";

struct Column {
  std::string_view name;
  std::int64_t min, max;
};
constexpr std::int64_t kIdMax = std::numeric_limits<std::int64_t>::max();
// Times leave room for windows to end after the last order.
constexpr std::array<Column, 4> kColumns = {
    {{"at_ms", 0, kIdMax / 2}, {"product", 1, kIdMax}, {"customer", 1, kIdMax}, {"qty", 1, kQtyMax}}};
using Fields = std::array<std::int64_t, kColumns.size()>;

// The line's four numbers, or what is wrong with it and what to do.
std::string ReadFields(std::string_view line, Fields* fields) {
  std::size_t commas = 0;
  for (const char c : line) commas += c == ',' ? 1 : 0;
  if (commas + 1 != kColumns.size()) {
    return fmt::format("{} fields in {}; write four: {}", line.empty() ? 0 : commas + 1, Shown(line), kHeader);
  }
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const Column& column = kColumns[i];
    const std::string_view field = line.substr(0, line.find(','));
    line.remove_prefix(std::min(field.size() + 1, line.size()));
    const char* const end = field.data() + field.size();
    const auto [stop, error] = std::from_chars(field.data(), end, (*fields)[i]);
    if (stop != end || error == std::errc::invalid_argument) {
      return fmt::format("{} is {}; write a whole number, digits only", column.name, Shown(field));
    }
    if (error != std::errc() || (*fields)[i] < column.min || (*fields)[i] > column.max) {
      return fmt::format("{} {} is out of its range; write {} to {}", column.name, Shown(field), column.min,
                         column.max);
    }
  }
  return {};
}

class Reader {
 public:
  TraceRead Read(std::istream& in, const std::string& name) {
    std::size_t number = 0;
    std::string line;
    while (std::getline(in, line)) {
      ++number;
      std::string problem = in.eof() ? "the line does not end, so the file may be cut short; copy it again, or end the "
                                       "last line with a newline"
                                     : Take(line, number);
      if (!problem.empty()) return {{}, fmt::format("{}:{}: {}", name, number, problem)};
    }
    if (in.bad())
      return {
          {},
          fmt::format("{}:{}: it cannot be read from here on; is it a plain file, on a sound disk?", name, number + 1)};
    if (number == 0) return {{}, fmt::format("{}:1: the file is empty; begin it with the header {}", name, kHeader)};
    if (trace_.rows.empty()) return {{}, fmt::format("{}:2: no order follows the header; add at least one", name)};
    return {std::move(trace_), {}};
  }

 private:
  std::string Take(std::string_view line, std::size_t number) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1) {
      if (line == kHeader) return {};
      return fmt::format("the header is {}; make it {}", Shown(line), kHeader);
    }
    Fields fields{};
    std::string problem = ReadFields(line, &fields);
    if (!problem.empty()) return problem;
    const auto [at_ms, product, customer, qty] = fields;
    if (!trace_.rows.empty() && at_ms < trace_.rows.back().at_ms) {
      return fmt::format(
          "at_ms {} is before the line above it ({}); sort the rows by time, for example with "
          "sort -s -t, -k1,1n",
          at_ms, trace_.rows.back().at_ms);
    }
    const auto [known, is_new] =
        index_.try_emplace(ProductId{product}, static_cast<std::uint32_t>(trace_.products.size()));
    if (is_new) trace_.products.push_back({ProductId{product}, 0});
    trace_.products[known->second].demand += qty;
    trace_.rows.push_back({.at_ms = at_ms, .customer = CustomerId{customer}, .qty = qty, .product = known->second});
    return {};
  }

  Trace trace_;
  absl::flat_hash_map<ProductId, std::uint32_t> index_;
};

}  // namespace

TraceRead ReadTrace(std::istream& in, const std::string& name) { return Reader().Read(in, name); }

TraceRead ReadTraceFile(const std::string& file) {
  std::ifstream in(file);
  if (!in) return {{}, fmt::format("{}: cannot be opened: {}", file, std::strerror(errno))};
  return ReadTrace(in, file);
}

}  // namespace flexstock::loadgen
