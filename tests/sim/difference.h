// FirstDifference: what the engine says, beside what the model says, in the first line in which they differ.
#pragma once

#include <algorithm>
#include <string>

namespace flexstock::sim {

inline std::string FirstDifference(const std::string& engine, const std::string& model) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < std::min(engine.size(), model.size()) && engine[i] == model[i]; ++i) {
    if (engine[i] == '\n') begin = i + 1;
  }
  const auto line = [begin](const std::string& text) { return text.substr(begin, text.find('\n', begin) - begin); };
  return "engine:\n  " + line(engine) + "\nmodel:\n  " + line(model);
}

}  // namespace flexstock::sim
