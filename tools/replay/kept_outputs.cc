#include "tools/replay/kept_outputs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "tools/replay/journal_marks.h"
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

std::string KeptResults(const std::string& path, std::uint64_t lines, std::uint64_t* bytes) {
  *bytes = 0;
  if (lines == 0) return "";
  const Descriptor file(path);
  if (file.get() < 0 && errno != ENOENT) return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  LogReader reader(ReadDescriptor(file.get()));
  LogReader::Step step = LogReader::Step::kEnd;
  while (file.get() >= 0 && reader.number() < lines && (step = reader.Next()) == LogReader::Step::kLine) {
    *bytes += reader.text().size() + 1;
  }
  if (step == LogReader::Step::kFailed) return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  const bool whole = step == LogReader::Step::kLine && !reader.torn() && reader.number() == lines &&
                     reader.text().starts_with(fmt::format(R"({{"line":{},)", lines));
  if (whole) return "";
  return fmt::format(
      "{} does not hold the answers to lines 1 to {}, which are not given again: give the file of the runs before, or "
      "--results - for the rest",
      path, lines);
}

std::string CheckEvents(const std::string& path, std::uint64_t bytes) {
  if (bytes == 0) return "";
  const std::string remedy = "give the file of the runs before, or --events - for the rest";
  if (bytes == kNoEventsFile) {
    return fmt::format("{} cannot be gone on with: a run before had no --events, and those are not told again", path);
  }
  const Descriptor file(path);
  char last = 0;
  if (file.get() < 0 && errno != ENOENT) return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  if (file.get() >= 0 && ::pread(file.get(), &last, 1, static_cast<off_t>(bytes - 1)) < 0) {
    return fmt::format("cannot read {}: {}", path, std::strerror(errno));
  }
  if (last == '\n') return "";
  return fmt::format("{} does not hold the {} bytes of events of the runs before, which are not told again: {}", path,
                     bytes, remedy);
}

}  // namespace flexstock::replay
