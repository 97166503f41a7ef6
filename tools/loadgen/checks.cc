#include "tools/loadgen/checks.h"

#include <filesystem>

namespace flexstock::loadgen {

CLI::Validator NewDirectory() {
  const auto check = [](const std::string& path) {
    std::error_code error;
    if (path.empty()) return std::string("the directory has no name");
    if (!std::filesystem::exists(path, error)) return std::string();
    if (!std::filesystem::is_directory(path, error)) return fmt::format("{} is no directory", path);
    if (std::filesystem::is_empty(path, error)) return std::string();
    if (error) return fmt::format("{}: {}", path, error.message());
    return fmt::format("{} is not empty, and a run starts from nothing: name a new directory, or remove this one",
                       path);
  };
  return {check, ""};
}

}  // namespace flexstock::loadgen
