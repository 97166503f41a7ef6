// LogReader: a log's lines, one after the other, where they lie.
//
// A line is a view into the reader's one buffer, good until the next call, and kLinePadding readable bytes follow it:
// simdjson reads ahead of what it parses, and so needs no copy. The buffer grows to the longest line, which has a
// limit, so that a file that is no log (a disk image, /dev/zero) ends in an answer and not in an exhausted machine.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace flexstock::replay {

inline constexpr std::size_t kLinePadding = 64;
inline constexpr std::size_t kLineMax = std::size_t{64} << 20;

// Fills the front of `room` and says how many bytes; 0 at the end; -1 if it fails (errno says why).
using ByteSource = std::function<ssize_t(std::span<char> room)>;

// Reads a file descriptor, which stays the caller's.
[[nodiscard]] ByteSource ReadDescriptor(int descriptor);

class LogReader {
 public:
  enum class Step {
    kLine,     // text() is the next line, without its newline
    kEnd,      // there are no more
    kTooLong,  // the next line is longer than `line_max`
    kFailed,   // reading failed; errno says why
  };

  explicit LogReader(ByteSource source, std::size_t line_max = kLineMax);

  [[nodiscard]] Step Next();

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::uint64_t number() const { return number_; }  // of the line that Next() spoke of, from 1
  [[nodiscard]] bool torn() const { return torn_; }               // the line has no newline: the log ends inside it

 private:
  // Makes room behind the bytes not yet handed out, and reads. -1: failed; 0: the end.
  ssize_t Fill();

  ByteSource source_;
  std::size_t line_max_;
  std::size_t capacity_;  // of buffer_, without the padding
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;    // of the bytes not yet handed out
  std::size_t scanned_ = 0;  // no newline between begin_ and here
  std::size_t end_ = 0;      // of the bytes read
  std::string_view text_;
  std::uint64_t number_ = 0;
  bool torn_ = false;
};

}  // namespace flexstock::replay
