// JsonLine: one JSON object on its way to an output, field by field. It ends with the line.
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "tools/replay/output.h"

namespace flexstock::journal_tool {

class JsonLine {
 public:
  explicit JsonLine(replay::Output* output) : output_(*output) {}
  // Begins with whose it is, and its kind.
  JsonLine(replay::Output* output, std::string_view name, std::int64_t number, std::string_view type)
      : JsonLine(output) {
    Add(name, number).Add("type", type);
  }
  ~JsonLine() { output_ << (empty_ ? "{}\n" : "}\n"); }
  JsonLine(const JsonLine&) = delete;
  JsonLine& operator=(const JsonLine&) = delete;

  // Names and words are ours: nothing in them needs an escape.
  JsonLine& Add(std::string_view name, std::string_view word) {
    Name(name) << "\"" << word << "\"";
    return *this;
  }
  JsonLine& Add(std::string_view name, const char* word) { return Add(name, std::string_view(word)); }
  JsonLine& Add(std::string_view name, std::integral auto number) {
    Name(name) << static_cast<std::int64_t>(number);
    return *this;
  }
  JsonLine& Add(std::string_view name, bool yes) { return AddRaw(name, yes ? "true" : "false"); }
  // JSON already.
  JsonLine& AddRaw(std::string_view name, std::string_view json) {
    Name(name) << json;
    return *this;
  }

 private:
  replay::Output& Name(std::string_view name) {
    output_ << (empty_ ? "{\"" : ",\"") << name << "\":";
    empty_ = false;
    return output_;
  }

  replay::Output& output_;
  bool empty_ = true;
};

}  // namespace flexstock::journal_tool
