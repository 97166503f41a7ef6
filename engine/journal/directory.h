// Directory: which files of a journal are there, and whether they can be one journal.
#pragma once

#include <string>
#include <vector>

#include "engine/journal/format.h"
#include "flexstock/storage.h"

namespace flexstock::journal {

struct Directory {
  bool is_new = false;                  // nothing of a journal is there
  FileHeader like;                      // what the headers of all files share
  std::vector<std::uint64_t> segments;  // numbers, rising
  std::vector<Epoch> snapshots;         // rising
  std::vector<std::string> leftovers;   // names that nobody misses
};

// Empty, or what is wrong, naming the file. What is there is listed all the same; `like` is that of the first file with
// a header that is whole, and has no shards if there is none.
[[nodiscard]] std::string ReadDirectory(Storage& storage, const std::string& path, Directory* directory);

// Reads bytes [offset, offset + bytes.size()) whole. Empty, or what failed.
[[nodiscard]] std::string ReadWhole(StorageFile& file, const std::string& path, std::uint64_t offset,
                                    std::span<std::byte> bytes);

}  // namespace flexstock::journal
