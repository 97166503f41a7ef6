#include "tools/replay/kept_outputs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

#include "tools/replay/log_reader.h"

namespace flexstock::replay {

namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace

bool IsKept(const std::string& path) {
  std::error_code error;
  return path != "-" && (!std::filesystem::exists(path, error) || std::filesystem::is_regular_file(path, error));
}

std::string KeepResults(const std::string& path, const Standing& standing, Kept* kept) {
  *kept = {};
  if (standing.line == 0) return "";
  if (standing.results_digest == kNoFile) {
    return fmt::format("{} cannot be gone on with: a run before had no --results, and those are not given again", path);
  }
  const Descriptor file(path);
  if (file.get() < 0 && errno != ENOENT) return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  LogReader reader(ReadDescriptor(file.get()));
  LogReader::Step step = LogReader::Step::kEnd;
  while (file.get() >= 0 && reader.number() < standing.line && (step = reader.Next()) == LogReader::Step::kLine) {
    kept->bytes += reader.text().size() + 1;
    kept->hash.Add(reader.text());
    kept->hash.Add("\n");
  }
  if (step == LogReader::Step::kFailed) return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  const bool whole = step == LogReader::Step::kLine && !reader.torn();
  const bool same = standing.results_digest != 0
                        ? kept->hash.value() == standing.results_digest
                        : reader.text().starts_with(fmt::format(R"({{"line":{},)", standing.line));
  if (whole && same) return "";
  return fmt::format(
      "{} does not hold the answers to lines 1 to {}, which are not given again: give the file of the runs before, or "
      "--results - for the rest",
      path, standing.line);
}

std::string KeepEvents(const std::string& path, const Standing& standing, Kept* kept) {
  *kept = {};
  if (standing.events_bytes == 0) return "";
  if (standing.events_bytes == kNoFile) {
    return fmt::format("{} cannot be gone on with: a run before had no --events, and those are not told again", path);
  }
  const Descriptor file(path);
  if (file.get() < 0 && errno != ENOENT) return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  const ByteSource read = ReadDescriptor(file.get());
  std::array<char, 1 << 16> room;
  char last = 0;
  while (file.get() >= 0 && kept->bytes < standing.events_bytes) {
    const std::uint64_t left = standing.events_bytes - kept->bytes;
    const ssize_t count = read(std::span(room).first(std::min<std::uint64_t>(room.size(), left)));
    if (count < 0) return fmt::format("cannot read {}: {}", path, std::strerror(errno));
    if (count == 0) break;
    const std::string_view bytes(room.data(), static_cast<std::size_t>(count));
    kept->bytes += bytes.size();
    kept->hash.Add(bytes);
    last = bytes.back();
  }
  const bool same = standing.events_digest != 0 ? kept->hash.value() == standing.events_digest : last == '\n';
  if (kept->bytes == standing.events_bytes && same) return "";
  return fmt::format(
      "{} does not hold the {} bytes of events of the runs before, which are not told again: give the file of the runs "
      "before, or --events - for the rest",
      path, standing.events_bytes);
}

}  // namespace flexstock::replay
