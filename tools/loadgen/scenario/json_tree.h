// JsonTree: a JSON text whose every value knows where it stands, so that whoever finds one wrong can say where.
//
// Repeated keys are an error here, because a tree could only keep one of them. So is nesting beyond kJsonDepthMax: what
// walks the tree recurses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flexstock::loadgen {

inline constexpr std::size_t kJsonDepthMax = 32;

struct JsonField;

struct JsonNode {
  using Array = std::vector<JsonNode>;
  using Object = std::vector<JsonField>;  // in the file's order

  // Written out and defined where a field is complete: clang wants to know how a list of them ends where this is
  // declared.
  JsonNode();
  ~JsonNode();
  JsonNode(const JsonNode& other);
  JsonNode(JsonNode&& other) noexcept;
  JsonNode& operator=(const JsonNode& other);
  JsonNode& operator=(JsonNode&& other) noexcept;

  // Of an object; nullptr if there is none.
  [[nodiscard]] const JsonNode* Find(std::string_view key) const;

  std::string where;  // "FILE:LINE", or the override that put it there
  std::string path;   // keys and list numbers from the root, joined by dots; "" is the root
  bool overridden = false;
  std::variant<std::nullptr_t, bool, double, std::string, Array, Object> value;
};

struct JsonField {
  std::string key;
  JsonNode value;
};

struct JsonRead {
  JsonNode root;
  std::string problem;  // empty, or "FILE:LINE: what is wrong; what to do"
};

// `name` stands for the file in messages.
[[nodiscard]] JsonRead ReadJson(std::string_view text, const std::string& name);

// "PATH=VALUE": puts VALUE (JSON, or else a word) where PATH says, instead of what is there or, as a new key of an
// object, besides; objects on the way are made. Returns what is wrong, or "".
[[nodiscard]] std::string Override(const std::string& assignment, JsonNode* root);

// Puts `value` in the place of *node, with paths to match. It still says where it is from.
void Replace(JsonNode* node, JsonNode value);

// What a value is, in a message: `the string "x"`, `3`, `a list`.
[[nodiscard]] std::string Described(const JsonNode& node);

}  // namespace flexstock::loadgen
