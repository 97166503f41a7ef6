#include "tools/replay/log_reader.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace flexstock::replay {

namespace {
constexpr std::size_t kFirstCapacity = std::size_t{1} << 18;
}  // namespace

ByteSource ReadDescriptor(int descriptor) {
  return [descriptor](std::span<char> room) {
    ssize_t count = 0;
    do {
      count = ::read(descriptor, room.data(), room.size());
    } while (count < 0 && errno == EINTR);
    return count;
  };
}

LogReader::LogReader(ByteSource source, std::size_t line_max)
    : source_(std::move(source)),
      line_max_(line_max),
      capacity_(kFirstCapacity),
      buffer_(std::make_unique_for_overwrite<char[]>(capacity_ + kLinePadding)) {}

LogReader::Step LogReader::Next() {
  ++number_;
  for (;;) {
    const char* const from = buffer_.get() + scanned_;
    const auto* const newline = static_cast<const char*>(std::memchr(from, '\n', end_ - scanned_));
    const std::size_t line_end = newline != nullptr ? scanned_ + static_cast<std::size_t>(newline - from) : end_;
    if (line_end - begin_ > line_max_) return Step::kTooLong;
    if (newline != nullptr) {
      text_ = {buffer_.get() + begin_, line_end - begin_};
      begin_ = scanned_ = line_end + 1;
      return Step::kLine;
    }
    scanned_ = end_;
    const ssize_t count = Fill();
    if (count < 0) return Step::kFailed;
    if (count > 0) continue;
    if (begin_ == end_) return Step::kEnd;
    text_ = {buffer_.get() + begin_, end_ - begin_};
    torn_ = true;
    begin_ = scanned_ = end_;
    return Step::kLine;
  }
}

ssize_t LogReader::Fill() {
  if (end_ == capacity_) {
    const std::size_t waiting = end_ - begin_;
    if (waiting > capacity_ / 2) {
      std::unique_ptr<char[]> larger = std::make_unique_for_overwrite<char[]>(2 * capacity_ + kLinePadding);
      std::memcpy(larger.get(), buffer_.get() + begin_, waiting);
      buffer_ = std::move(larger);
      capacity_ *= 2;
    } else {
      std::memmove(buffer_.get(), buffer_.get() + begin_, waiting);
    }
    scanned_ -= begin_;
    begin_ = 0;
    end_ = waiting;
  }
  const ssize_t count = source_({buffer_.get() + end_, capacity_ - end_});
  if (count > 0) end_ += static_cast<std::size_t>(count);
  return count;
}

}  // namespace flexstock::replay
