// Disk: what the disk does without an engine: a file filled with zeros, as the journal's segments are, is overwritten
// block by block, each block on the disk (fdatasync) before the next.
//
// Threads  One at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "flexstock/storage.h"

namespace flexstock::bench {

class Disk {
 public:
  // Makes `path`, of so many bytes, all of them on the disk. Ends the process if it cannot.
  Disk(std::string path, std::uint64_t bytes);

  // Writes a block of so many bytes behind the one before, at the beginning again after the end, and syncs it:
  // nanoseconds.
  std::uint64_t Overwrite(std::uint64_t bytes);

 private:
  void Write(std::uint64_t bytes);
  [[noreturn]] void Die(const char* what, int error) const;

  const std::string path_;
  const std::uint64_t bytes_;
  std::unique_ptr<StorageFile> file_;
  std::uint64_t offset_ = 0;
  std::vector<std::byte> block_;
};

// How many bytes are free where `directory` is, and what kind of file system that is: "ext4". Ends the process if the
// system does not say.
struct FileSystem {
  std::string kind;
  bool in_memory = false;
  double free_bytes = 0;
};
[[nodiscard]] FileSystem FileSystemOf(const std::string& directory);

}  // namespace flexstock::bench
