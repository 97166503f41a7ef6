#include "tools/loadgen/scenario/measured_tables.h"

#include <utility>

#include "tools/loadgen/scenario/recorded_files.h"

namespace flexstock::loadgen {
namespace {

constexpr std::string_view kKey = "measured";

void Include(JsonNode* node, const JsonNode& name, const std::string& directory, Problems* problems) {
  const std::string path = ReadFileName(&name, directory, problems);
  if (problems->any()) return;
  const FileRead file = ReadPacked(path);
  JsonRead read = file.problem.empty() ? ReadJson(file.text, path) : JsonRead{{}, file.problem};
  if (!read.problem.empty()) {
    RefuseFile(name, read.problem, problems);
    return;
  }
  Fields fields(&read.root, problems);
  std::string source;
  Read(fields.Need("source"), &source, problems);
  const JsonNode* const table = fields.Need("table");
  if (!problems->any()) Replace(node, *table);
}

}  // namespace

void IncludeTables(JsonNode* node, const std::string& directory, Problems* problems) {
  if (auto* const array = std::get_if<JsonNode::Array>(&node->value)) {
    for (JsonNode& item : *array) IncludeTables(&item, directory, problems);
  }
  auto* const object = std::get_if<JsonNode::Object>(&node->value);
  if (object == nullptr) return;
  if (object->size() == 1 && object->front().key == kKey) {
    // A copy, because what it lies in is replaced.
    const JsonNode name = object->front().value;
    Include(node, name, directory, problems);
  } else {
    for (auto& [key, child] : *object) IncludeTables(&child, directory, problems);
  }
}

}  // namespace flexstock::loadgen
