#include "tools/loadgen/scenario/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "tools/loadgen/shown.h"

namespace flexstock::loadgen {

void Problems::Add(const JsonNode& node, std::string_view what) {
  if (any()) return;
  first_ = fmt::format("{}: {} {}", node.where, node.path.empty() ? "the file" : node.path, what);
}

Fields::Fields(const JsonNode* node, Problems* problems) : node_(node), problems_(problems) {
  if (node_ == nullptr || std::holds_alternative<JsonNode::Object>(node_->value)) return;
  problems_->Add(*node_, fmt::format("is {}; write an object", Described(*node_)));
  node_ = nullptr;
}

Fields::~Fields() {
  if (node_ == nullptr || problems_->any()) return;
  for (const auto& [key, value] : std::get<JsonNode::Object>(node_->value)) {
    if (std::ranges::find(known_, key) == known_.end()) {
      problems_->Add(value, fmt::format("is not known; remove it, or write one of {}", Joined(known_)));
    }
  }
}

const JsonNode* Fields::Need(std::string_view key) {
  const JsonNode* const value = May(key);
  if (value == nullptr && node_ != nullptr) problems_->Add(*node_, fmt::format("lacks {}; add it", Shown(key)));
  return value;
}

const JsonNode* Fields::May(std::string_view key) {
  known_.push_back(key);
  return node_ != nullptr ? node_->Find(key) : nullptr;
}

void Fields::Refuse(std::string_view key, std::string_view why) {
  const JsonNode* const value = node_ != nullptr ? node_->Find(key) : nullptr;
  if (value != nullptr) problems_->Add(*value, fmt::format("must not be there: {}; remove it", why));
}

namespace {

void ReadNumber(const JsonNode* node, Range range, bool whole, double* value, Problems* problems) {
  if (node == nullptr || problems->any()) return;
  const double* const number = std::get_if<double>(&node->value);
  if (number != nullptr && *number >= range.min && *number <= range.max && (!whole || *number == std::floor(*number))) {
    *value = *number;
    return;
  }
  problems->Add(*node, fmt::format("is {}; write a {} from {} to {}", Described(*node),
                                   whole ? "whole number" : "number", range.min, range.max));
}

}  // namespace

void Read(const JsonNode* node, Range range, double* value, Problems* problems) {
  ReadNumber(node, range, false, value, problems);
}

void ReadWhole(const JsonNode* node, Range range, double* value, Problems* problems) {
  ReadNumber(node, range, true, value, problems);
}

void Read(const JsonNode* node, bool* value, Problems* problems) {
  if (node == nullptr) return;
  if (const bool* truth = std::get_if<bool>(&node->value)) {
    *value = *truth;
  } else {
    problems->Add(*node, fmt::format("is {}; write true or false", Described(*node)));
  }
}

void Read(const JsonNode* node, std::string* value, Problems* problems) {
  if (node == nullptr) return;
  if (const auto* text = std::get_if<std::string>(&node->value); text != nullptr && !text->empty()) {
    *value = *text;
  } else {
    problems->Add(*node, fmt::format("is {}; write a string that is not empty", Described(*node)));
  }
}

std::size_t ReadWord(const JsonNode* node, std::span<const std::string_view> words, Problems* problems) {
  if (node == nullptr) return words.size();
  const auto* const text = std::get_if<std::string>(&node->value);
  const auto found = text != nullptr ? std::ranges::find(words, *text) : words.end();
  if (found == words.end()) {
    problems->Add(*node, fmt::format("is {}; write one of {}", Described(*node), Joined(words)));
  }
  return static_cast<std::size_t>(found - words.begin());
}

std::span<const JsonNode> ReadList(const JsonNode* node, std::size_t least, Problems* problems) {
  if (node == nullptr) return {};
  const auto* const list = std::get_if<JsonNode::Array>(&node->value);
  if (list != nullptr && list->size() >= least) return *list;
  problems->Add(*node,
                fmt::format("is {}; write a list of at least {}",
                            list != nullptr ? fmt::format("a list of {}", list->size()) : Described(*node), least));
  return {};
}

Pair ReadPair(const JsonNode& node, std::string_view meaning, Problems* problems) {
  const auto* const list = std::get_if<JsonNode::Array>(&node.value);
  if (list != nullptr && list->size() == 2) {
    const double* const first = std::get_if<double>(&(*list)[0].value);
    const double* const second = std::get_if<double>(&(*list)[1].value);
    if (first != nullptr && second != nullptr) return {*first, *second};
  }
  problems->Add(node, fmt::format("is no pair of numbers; write {}", meaning));
  return {};
}

std::string ReadFileName(const JsonNode* node, const std::string& directory, Problems* problems) {
  std::string name;
  Read(node, &name, problems);
  if (problems->any() || node == nullptr || node->overridden) return name;
  return (std::filesystem::path(directory) / name).string();
}

void RefuseFile(const JsonNode& node, std::string_view why, Problems* problems) {
  problems->Add(node, fmt::format("cannot be used: {}; for another file: --set {}=FILE", why, node.path));
}

std::string Joined(std::span<const std::string_view> words) {
  std::string joined;
  for (const std::string_view word : words) joined.append(joined.empty() ? "" : ", ").append(word);
  return joined;
}

}  // namespace flexstock::loadgen
