#include "tools/replay/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
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

}  // namespace

std::unique_ptr<Output> Output::ToString(std::string* text) {
  return std::make_unique<Output>(
      "a string",
      [text](std::string_view bytes) {
        text->append(bytes);
        return 0;
      },
      [] { return 0; });
}

std::unique_ptr<Output> Output::ToFile(const std::string& path) {
  const bool standard = path == "-";
  const int descriptor =
      standard ? ::dup(STDOUT_FILENO) : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return nullptr;
  return std::make_unique<Output>(
      standard ? "standard output" : path, [descriptor](std::string_view bytes) { return WriteAll(descriptor, bytes); },
      [descriptor] { return ::close(descriptor) == 0 ? 0 : errno; });
}

Output::Output(std::string name, ByteSink sink, std::function<int()> close)
    : name_(std::move(name)), sink_(std::move(sink)), close_(std::move(close)) {}

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

void Output::Close() {
  if (!close_) return;
  Flush();
  Note(std::exchange(close_, nullptr)());
}

Output& Output::Long(std::string_view text) {
  Flush();
  if (text.size() > kCapacity) {
    Send(text);
    return *this;
  }
  return *this << text;
}

void Output::Send(std::string_view bytes) {
  if (problem_.empty() && !bytes.empty()) Note(sink_(bytes));
}

void Output::Note(int error) {
  if (error != 0 && problem_.empty()) problem_ = fmt::format("cannot write {}: {}", name_, std::strerror(error));
}

}  // namespace flexstock::replay
