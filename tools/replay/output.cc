#include "tools/replay/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace flexstock::replay {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// The letter of JSON's two-character escapes; 0 if `c` has none.
char EscapeLetter(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

int WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

// A pipe or a device has no disk to wait for.
int SyncDescriptor(int descriptor) {
  if (::fdatasync(descriptor) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP) return 0;
  return errno;
}

std::unique_ptr<Output> ToDescriptor(const std::string& name, int descriptor) {
  return std::make_unique<Output>(
      name, [descriptor](std::string_view bytes) { return WriteAll(descriptor, bytes); },
      [descriptor] { return ::close(descriptor) == 0 ? 0 : errno; },
      [descriptor] { return SyncDescriptor(descriptor); });
}

// That there is a file of this name is on the disk. False: errno says why.
bool SyncNameOf(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const int descriptor = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const int error = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
  ::close(descriptor);
  errno = error;
  return error == 0;
}

}  // namespace

std::unique_ptr<Output> Output::ToString(std::string* text) {
  auto output = std::make_unique<Output>(
      "a string",
      [text](std::string_view bytes) {
        text->append(bytes);
        return 0;
      },
      [] { return 0; });
  output->sent_ = text->size();
  RunningHash hash;
  hash.Add(*text);
  output->StartHash(std::move(hash));
  output->can_be_cut_ = true;
  return output;
}

std::unique_ptr<Output> Output::ToFile(const std::string& path) {
  const bool standard = path == "-";
  const int descriptor =
      standard ? ::dup(STDOUT_FILENO) : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return nullptr;
  return ToDescriptor(standard ? "standard output" : path, descriptor);
}

std::unique_ptr<Output> Output::ToFileBehind(const std::string& path, std::uint64_t keep, RunningHash hash) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return nullptr;
  const auto end = static_cast<off_t>(keep);
  if (::ftruncate(descriptor, end) != 0 || ::lseek(descriptor, end, SEEK_SET) != end || !SyncNameOf(path)) {
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return nullptr;
  }
  std::unique_ptr<Output> output = ToDescriptor(path, descriptor);
  output->sent_ = keep;
  output->StartHash(std::move(hash));
  output->can_be_cut_ = true;
  return output;
}

Output::Output(std::string name, ByteSink sink, std::function<int()> close, std::function<int()> sync)
    : name_(std::move(name)), sink_(std::move(sink)), close_(std::move(close)), sync_(std::move(sync)) {}

Output& Output::Quoted(std::string_view text) {
  *this << "\"";
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && !NeedsEscape(text[plain])) ++plain;
    *this << text.substr(0, plain);
    if (plain == text.size()) break;
    const char c = text[plain];
    if (const char letter = EscapeLetter(c); letter != 0) {
      const char escape[] = {'\\', letter};
      *this << std::string_view(escape, sizeof escape);
    } else {
      const char escape[] = {'\\', 'u', '0', '0', kHexDigits[static_cast<unsigned char>(c) >> 4], kHexDigits[c & 15]};
      *this << std::string_view(escape, sizeof escape);
    }
    text.remove_prefix(plain + 1);
  }
  return *this << "\"";
}

bool Output::Sync() {
  Flush();
  if (problem_.empty() && !synced_) Note(sync_());
  synced_ = true;
  return problem_.empty();
}

void Output::Close() {
  if (!close_) return;
  Flush();
  Note(std::exchange(close_, nullptr)());
}

Output& Output::Long(std::string_view text) {
  Flush();
  if (text.size() > kCapacity) {
    if (hash_.has_value()) hash_->Add(text);
    Send(text);
    return *this;
  }
  return *this << text;
}

void Output::Send(std::string_view bytes) {
  if (!problem_.empty() || bytes.empty()) return;
  Note(sink_(bytes));
  sent_ += bytes.size();
  synced_ = false;
}

void Output::Note(int error) {
  if (error == 0 || !problem_.empty()) return;
  error_ = error;
  problem_ = fmt::format("cannot write {}: {}", name_, std::strerror(error));
}

}  // namespace flexstock::replay
