#include "tools/loadgen/checks.h"

#include <algorithm>
#include <filesystem>

#include "engine/journal/format.h"

namespace flexstock::loadgen {
namespace {

// What is left where an engine could not be opened, for instance on a full disk, is nothing: the next one removes it.
bool IsNothing(const std::filesystem::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return name == journal::kLockName || journal::IsLeftover(name);
}

}  // namespace

CLI::Validator NewDirectory() {
  const auto check = [](const std::string& path) {
    std::error_code error;
    if (path.empty()) return std::string("the directory has no name");
    if (!std::filesystem::exists(path, error)) return std::string();
    if (!std::filesystem::is_directory(path, error)) return fmt::format("{} is no directory", path);
    const std::filesystem::directory_iterator entries(path, error);
    if (error) return fmt::format("{}: {}", path, error.message());
    if (std::ranges::all_of(entries, IsNothing)) return std::string();
    return fmt::format("{} is not empty, and a run starts from nothing: name a new directory, or remove this one",
                       path);
  };
  return {check, ""};
}

}  // namespace flexstock::loadgen
