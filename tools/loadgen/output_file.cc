#include "tools/loadgen/output_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace flexstock::loadgen {
namespace {

bool IsThere(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

}  // namespace

// To append, since that empties nothing.
OutputFile::OutputFile(const std::string& path)
    : path_(path), created_(!IsThere(path)), opened_(path, std::ios::binary | std::ios::app) {
  if (!opened_) Fail(fmt::format("cannot be written: {}", std::strerror(errno)));
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (opened_.is_open() && created_) std::filesystem::remove(path_, ignored);
}

void OutputFile::Write(std::string_view text) { text_ += text; }

void OutputFile::Fail(const std::string& reason) {
  if (problem_.empty()) problem_ = fmt::format("{}: {}", path_, reason);
}

std::string OutputFile::Close() {
  if (!problem_.empty() || !opened_.is_open()) return problem_;
  std::ofstream file(path_, std::ios::binary);
  file.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  file.close();
  if (!file) Fail(fmt::format("writing failed: {}", std::strerror(errno)));
  opened_.close();
  return problem_;
}

}  // namespace flexstock::loadgen
