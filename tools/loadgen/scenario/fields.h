// Fields: the values of a JSON tree, taken out one by one and checked as they are.
//
// Problems keeps the first problem and makes everything after it a no-op, so that a reader is a list of fields and not
// a ladder of ifs. Where nothing is wrong, every field of the scenario has been set or left at its default.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tools/loadgen/scenario/json_tree.h"

namespace flexstock::loadgen {

class Problems {
 public:
  [[nodiscard]] bool any() const { return !first_.empty(); }
  [[nodiscard]] const std::string& first() const { return first_; }

  // "WHERE: PATH WHAT". `what` ends with what to do.
  void Add(const JsonNode& node, std::string_view what);

 private:
  std::string first_;
};

// From `min` to `max`, both included.
struct Range {
  double min = -std::numeric_limits<double>::max();
  double max = std::numeric_limits<double>::max();
};
// Every whole number up to it is a double.
inline constexpr double kWholeMax = 9'007'199'254'740'992;

// The keys of one object. Whatever is not asked for by the time that it is closed is an unknown key.
class Fields {
 public:
  // `node` is an object, or that is the first problem. nullptr: nothing is there, and nothing will be asked.
  Fields(const JsonNode* node, Problems* problems);
  ~Fields();
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  // nullptr if it is not there; for Need, that is a problem.
  const JsonNode* Need(std::string_view key);
  const JsonNode* May(std::string_view key);
  // It must not be there, for this reason.
  void Refuse(std::string_view key, std::string_view why);

 private:
  const JsonNode* node_;
  Problems* problems_;
  std::vector<std::string_view> known_;
};

// Each sets *value if the node is there and is as it should be. A node that is not there leaves it as it is.
void Read(const JsonNode* node, Range range, double* value, Problems* problems);
void ReadWhole(const JsonNode* node, Range range, double* value, Problems* problems);
void Read(const JsonNode* node, bool* value, Problems* problems);
void Read(const JsonNode* node, std::string* value, Problems* problems);  // not empty

template <class Integer>
requires std::is_integral_v<Integer>
void Read(const JsonNode* node, Range range, Integer* value, Problems* problems) {
  auto number = static_cast<double>(*value);
  ReadWhole(node, range, &number, problems);
  *value = static_cast<Integer>(number);
}

// One of some words: its place in the list, or words.size() if nothing is there or it is none of them.
std::size_t ReadWord(const JsonNode* node, std::span<const std::string_view> words, Problems* problems);

// The values of a list, of which there are at least `least`; none if nothing is there.
[[nodiscard]] std::span<const JsonNode> ReadList(const JsonNode* node, std::size_t least, Problems* problems);
// A list of exactly two numbers.
struct Pair {
  double first = 0, second = 0;
};
[[nodiscard]] Pair ReadPair(const JsonNode& node, std::string_view meaning, Problems* problems);

// The name of a file, as it is to be opened: from `directory` (the scenario file's), unless an override gives it.
[[nodiscard]] std::string ReadFileName(const JsonNode* node, const std::string& directory, Problems* problems);
// Its content is not usable, for this reason.
void RefuseFile(const JsonNode& node, std::string_view why, Problems* problems);

// "a, b, c"
[[nodiscard]] std::string Joined(std::span<const std::string_view> words);

}  // namespace flexstock::loadgen
