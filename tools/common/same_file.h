// Whether two paths lead to one file, whether or not it is there yet.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace flexstock::tools {

// As it will be called once it is there; what cannot be found out is left as it was given.
inline std::filesystem::path WholePath(const std::string& path) {
  std::error_code unknown;
  const std::filesystem::path given = std::filesystem::absolute(path, unknown);
  const std::filesystem::path whole = std::filesystem::weakly_canonical(given, unknown);
  if (whole.empty()) return given;
  return whole.has_filename() ? whole : whole.parent_path();  // "j/"
}

inline bool SameFile(const std::string& a, const std::string& b) {
  std::error_code missing;
  return a == b || std::filesystem::equivalent(a, b, missing) || WholePath(a) == WholePath(b);
}

// What loses nothing by being written twice: a device (/dev/null, /dev/full), a pipe.
inline bool IsDeviceOrPipe(const std::string& path) {
  std::error_code missing;
  return std::filesystem::exists(path, missing) && !std::filesystem::is_regular_file(path, missing);
}

}  // namespace flexstock::tools
