#include "tools/loadgen/output_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace flexstock::loadgen {

OutputFile::OutputFile(const std::string& path) : path_(path), file_(path, std::ios::binary) {
  if (!file_) Fail(fmt::format("cannot be written: {}", std::strerror(errno)));
}

void OutputFile::Write(std::string_view text) {
  if (!problem_.empty()) return;
  file_.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file_) Fail(fmt::format("writing failed: {}", std::strerror(errno)));
}

void OutputFile::Fail(const std::string& reason) {
  if (problem_.empty()) problem_ = fmt::format("{}: {}", path_, reason);
}

std::string OutputFile::Close() {
  if (problem_.empty() && file_.is_open()) {
    file_.close();
    if (!file_) Fail(fmt::format("writing failed: {}", std::strerror(errno)));
  }
  return problem_;
}

}  // namespace flexstock::loadgen
