// SnapshotReader: a snapshot's blocks, checked, a batch at a time.
//
// Threads  One at a time; Unpack: any, of different blocks at once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/journal/directory.h"
#include "engine/journal/journal_reader.h"
#include "engine/journal/snapshot_writer.h"

namespace flexstock::journal {

class SnapshotReader {
 public:
  SnapshotReader(Storage& storage, const std::string& directory, Epoch epoch)
      : storage_(storage), path_(directory + "/" + SnapshotName(epoch)), epoch_(epoch) {}

  // Empty, or what is wrong, with file and offset.
  [[nodiscard]] std::string Open();
  // Some blocks more, good until the next call; none: the end block was read, and end() is known. If something is
  // wrong, those that are before it.
  [[nodiscard]] std::string Next(std::vector<Block>* blocks);

  [[nodiscard]] const SnapshotBegin& begin() const { return begin_; }
  [[nodiscard]] const SnapshotEnd& end() const { return end_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return offset_; }
  [[nodiscard]] std::string At(std::uint64_t offset) const { return path_ + ": at " + std::to_string(offset) + ": "; }

  // The payload as it was before compression; in *memory, if it was compressed. False: it is damaged.
  [[nodiscard]] static bool Unpack(const Block& block, std::vector<std::byte>* memory,
                                   std::span<const std::byte>* payload);

 private:
  [[nodiscard]] std::string ReadBlock(std::uint64_t* used, Block* block);

  Storage& storage_;
  const std::string path_;
  const Epoch epoch_;
  std::unique_ptr<StorageFile> file_;
  FileHeader header_;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t previous_ = 0;
  bool ended_ = false;
  std::vector<std::byte> memory_;
  SnapshotBegin begin_;
  SnapshotEnd end_;
};

}  // namespace flexstock::journal
