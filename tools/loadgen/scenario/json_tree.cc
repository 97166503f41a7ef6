#include "tools/loadgen/scenario/json_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tools/loadgen/shown.h"

namespace flexstock::loadgen {
namespace {

// Goes through the text and counts its lines as it goes. The parser owns the copy that moves, so the count lies
// outside.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}

  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

// Builds the tree from the parser's events.
class Builder {
 public:
  // `furthest` is behind the last character that the parser has taken.
  Builder(std::string_view text, std::string name, const char* const& furthest)
      : name_(std::move(name)), furthest_(furthest), counted_(text.data()) {}

  JsonRead Result() && { return {std::move(root_), std::move(problem_)}; }

  // The parser's names for what it found.
  bool null() { return Add(nullptr); }
  bool boolean(bool value) { return Add(value); }
  // A number ends where the next character is none, so the parser has taken one character more.
  bool number_integer(std::int64_t value) { return Add(static_cast<double>(value), 1); }
  bool number_unsigned(std::uint64_t value) { return Add(static_cast<double>(value), 1); }
  bool number_float(double value, const std::string&) { return Add(value, 1); }
  bool string(std::string& value) { return Add(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }  // JSON has none
  bool start_object(std::size_t) { return Open(JsonNode::Object()); }
  bool start_array(std::size_t) { return Open(JsonNode::Array()); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }

  bool key(std::string& key) {
    const auto& object = std::get<JsonNode::Object>(open_.back()->value);
    if (std::ranges::find(object, key, &JsonField::key) != object.end()) {
      problem_ = fmt::format("{}: the key {} is repeated; write it once", Where(0), Shown(key));
      return false;
    }
    key_ = std::move(key);
    return true;
  }

  bool parse_error(std::size_t, const std::string& token, const nlohmann::json::exception& error) {
    constexpr int kNumberTooLarge = 406;  // the parser's number for it
    const bool ended = std::string_view(error.what()).find("unexpected end of input") != std::string_view::npos;
    if (ended) {
      problem_ = fmt::format("{}: the file ends too early; copy it again, or close what is open", Where(0));
    } else if (error.id == kNumberTooLarge) {
      problem_ = fmt::format("{}: {} is beyond all numbers; write a smaller one", Where(1), Shown(token));
    } else {
      problem_ = fmt::format(
          "{}: not JSON at {}; look for a comma, quote or bracket that is missing or too many, or for a "
          "character that JSON does not take",
          Where(0), Shown(token));
    }
    return false;
  }

 private:
  template <class Value>
  bool Add(Value value, std::ptrdiff_t ahead = 0) {
    JsonNode node;
    node.where = Where(ahead);
    node.value = std::move(value);
    if (open_.empty()) {
      root_ = std::move(node);
      added_ = &root_;
      return true;
    }
    JsonNode& parent = *open_.back();
    const std::string prefix = parent.path.empty() ? "" : parent.path + ".";
    if (auto* const array = std::get_if<JsonNode::Array>(&parent.value)) {
      node.path = prefix + std::to_string(array->size());
      added_ = &array->emplace_back(std::move(node));
    } else {
      node.path = prefix + key_;
      added_ = &std::get<JsonNode::Object>(parent.value).emplace_back(JsonField{key_, std::move(node)}).value;
    }
    return true;
  }

  // What is open does not move: only the innermost one grows.
  template <class Value>
  bool Open(Value value) {
    if (open_.size() == kJsonDepthMax) {
      problem_ = fmt::format("{}: nested more than {} deep; no scenario is", Where(0), kJsonDepthMax);
      return false;
    }
    Add(std::move(value));
    open_.push_back(added_);
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  // Where the token is that the parser has just taken, and `ahead` characters more.
  std::string Where(std::ptrdiff_t ahead) {
    const char* const end = std::max(counted_, furthest_ - ahead);
    line_ += std::count(counted_, end, '\n');
    counted_ = end;
    return fmt::format("{}:{}", name_, line_);
  }

  const std::string name_;
  const char* const& furthest_;
  const char* counted_;  // the lines up to here are counted
  std::ptrdiff_t line_ = 1;
  JsonNode root_;
  JsonNode* added_ = nullptr;
  std::vector<JsonNode*> open_;
  std::string key_;
  std::string problem_;
};

// Gives a tree its place, and its origin if one is given.
void Adopt(JsonNode* node, const std::string& path, const std::string& where) {
  node->path = path;
  if (!where.empty()) {
    node->where = where;
    node->overridden = true;
  }
  if (auto* const array = std::get_if<JsonNode::Array>(&node->value)) {
    for (std::size_t i = 0; i < array->size(); ++i) Adopt(&(*array)[i], fmt::format("{}.{}", path, i), where);
  } else if (auto* const object = std::get_if<JsonNode::Object>(&node->value)) {
    for (auto& [key, child] : *object) Adopt(&child, fmt::format("{}.{}", path, key), where);
  }
}

// The child of that name, made as an empty object if the parent is an object that has none; nullptr if there can be
// none.
JsonNode* ChildOf(JsonNode* parent, const std::string& name, const std::string& where) {
  if (auto* const array = std::get_if<JsonNode::Array>(&parent->value)) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool there = error == std::errc() && end == name.data() + name.size() && index < array->size();
    return there ? &(*array)[index] : nullptr;
  }
  auto* const object = std::get_if<JsonNode::Object>(&parent->value);
  if (object == nullptr) return nullptr;
  const auto found = std::ranges::find(*object, name, &JsonField::key);
  if (found != object->end()) return &found->value;
  JsonNode& child = object->emplace_back(JsonField{name, {}}).value;
  child.value = JsonNode::Object();
  Adopt(&child, parent->path.empty() ? name : parent->path + "." + name, where);
  return &child;
}

}  // namespace

JsonNode::JsonNode() = default;
JsonNode::~JsonNode() = default;
JsonNode::JsonNode(const JsonNode& other) = default;
JsonNode::JsonNode(JsonNode&& other) noexcept = default;
JsonNode& JsonNode::operator=(const JsonNode& other) = default;
JsonNode& JsonNode::operator=(JsonNode&& other) noexcept = default;

const JsonNode* JsonNode::Find(std::string_view key) const {
  const auto& object = std::get<Object>(value);
  const auto found = std::ranges::find(object, key, &JsonField::key);
  return found != object.end() ? &found->value : nullptr;
}

JsonRead ReadJson(std::string_view text, const std::string& name) {
  const char* furthest = text.data();
  Builder builder(text, name, furthest);
  const CountingIterator begin(text.data(), &furthest), end(text.data() + text.size(), &furthest);
  nlohmann::json::sax_parse(begin, end, &builder);
  return std::move(builder).Result();
}

std::string Override(const std::string& assignment, JsonNode* root) {
  const std::string where = "--set " + assignment;
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    return where + ": not an assignment; write PATH=VALUE, for example arrivals.phases.0.rate=500";
  }
  const std::string path = assignment.substr(0, equals), text = assignment.substr(equals + 1);
  JsonNode* node = root;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    JsonNode* const child = ChildOf(node, path.substr(begin, end - begin), where);
    if (child == nullptr) {
      return fmt::format("{}: {} is {}, so there is no {} in it; name what is there, or a new key of an object", where,
                         node->path, Described(*node), Shown(path.substr(begin)));
    }
    node = child;
    begin = end + 1;
  }
  JsonRead read = ReadJson(text, where);
  if (!read.problem.empty()) read.root.value = text;
  Adopt(&read.root, path, where);
  *node = std::move(read.root);
  return {};
}

void Replace(JsonNode* node, JsonNode value) {
  Adopt(&value, node->path, {});
  *node = std::move(value);
}

std::string Described(const JsonNode& node) {
  struct Describe {
    std::string operator()(std::nullptr_t) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const { return "the string " + Shown(value); }
    std::string operator()(const JsonNode::Array&) const { return "a list"; }
    std::string operator()(const JsonNode::Object&) const { return "an object"; }
  };
  return std::visit(Describe(), node.value);
}

}  // namespace flexstock::loadgen
