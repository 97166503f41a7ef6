// Output: JSON lines on their way to a file, through one buffer.
//
// What goes wrong (a full disk, a closed pipe) is kept: from then on nothing more is written, and problem() names the
// file and says why. Callers look when it suits them, and once more after Close().
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tools/replay/running_hash.h"

namespace flexstock::replay {

// Takes all the bytes; returns 0, or the errno of what went wrong.
using ByteSink = std::function<int(std::string_view bytes)>;

class Output {
 public:
  // Collects what is written in `text`, which must outlive the output.
  [[nodiscard]] static std::unique_ptr<Output> ToString(std::string* text);
  // Creates or empties the file; "-" is standard output. nullptr: errno says why.
  [[nodiscard]] static std::unique_ptr<Output> ToFile(const std::string& path);
  // Goes on with a regular file behind its first `keep` bytes, which it has, with this hash; makes it if it is not
  // there.
  [[nodiscard]] static std::unique_ptr<Output> ToFileBehind(const std::string& path, std::uint64_t keep,
                                                            RunningHash hash);

  // `sync`: what was taken is on the disk, if there is one.
  Output(
      std::string name, ByteSink sink, std::function<int()> close, std::function<int()> sync = [] { return 0; });
  ~Output() { Close(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Output& operator<<(std::string_view text) {
    if (text.size() > kCapacity - size_) return Long(text);
    std::memcpy(buffer_.get() + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  Output& operator<<(std::int64_t number) {
    if (kCapacity - size_ < kDigitsMax) Flush();
    char* const at = buffer_.get() + size_;
    size_ += static_cast<std::size_t>(std::to_chars(at, at + kDigitsMax, number).ptr - at);
    return *this;
  }
  // A JSON string, quotes included. `text` is UTF-8 and stays so: only what JSON forbids inside quotes is escaped.
  Output& Quoted(std::string_view text);

  // From now on digest() is known. `hash`: of what the file has.
  void StartHash(RunningHash hash) { hash_ = std::move(hash); }

  // Writes what waits, and waits for the disk. False: problem() says why.
  bool Sync();
  // Writes what waits, and closes. Nothing can be written afterwards.
  void Close();
  // Notes that the file has failed with this errno, which it returns.
  int Fail(int error) {
    Note(error);
    return error;
  }

  // "cannot write FILE: why", or empty.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  // The errno of it, or 0.
  [[nodiscard]] int error() const { return error_; }
  // A later run can cut it where it likes, and go on.
  [[nodiscard]] bool can_be_cut() const { return can_be_cut_; }
  // Of the whole file, those before included, once what waits is written.
  [[nodiscard]] std::uint64_t bytes() const { return sent_ + size_; }
  // The hash of these bytes; 0 if it is not known.
  [[nodiscard]] std::uint64_t digest() {
    HashWaiting();
    return hash_.has_value() ? hash_->value() : 0;
  }

 private:
  static constexpr std::size_t kCapacity = std::size_t{1} << 16;
  static constexpr std::size_t kDigitsMax = 20;

  Output& Long(std::string_view text);
  void Flush() {
    HashWaiting();
    hashed_ = 0;
    Send(std::string_view(buffer_.get(), std::exchange(size_, 0)));
  }
  void HashWaiting() {
    if (hash_.has_value()) hash_->Add({buffer_.get() + hashed_, size_ - hashed_});
    hashed_ = size_;
  }
  void Send(std::string_view bytes);
  void Note(int error);

  std::string name_;
  ByteSink sink_;
  std::function<int()> close_;
  std::function<int()> sync_;
  std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(kCapacity);
  std::size_t size_ = 0;
  std::size_t hashed_ = 0;  // of what waits
  std::optional<RunningHash> hash_;
  std::uint64_t sent_ = 0;
  bool synced_ = true;  // all that was sent
  bool can_be_cut_ = false;
  int error_ = 0;
  std::string problem_;
};

}  // namespace flexstock::replay
