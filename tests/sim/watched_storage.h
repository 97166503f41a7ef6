// WatchedStorage: a storage that says before each write of a snapshot, before each sync of a segment, and before a file
// gets another name, that it comes, so that others can come in between.
//
// Threads  One.
#pragma once

#include <functional>

#include "tests/sim/forwarding_storage.h"

namespace flexstock::sim {

class WatchedStorage final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::function<void(std::span<const std::byte>)> before_write;  // of a snapshot; it writes a block at a time
  std::function<void()> before_sync;                             // of a segment
  std::function<void()> before_rename;

  int Rename(const std::string& from, const std::string& to) override {
    if (before_rename) before_rename();
    return ForwardingStorage::Rename(from, to);
  }

 private:
  class File final : public ForwardingFile {
   public:
    File(WatchedStorage& all, bool is_snapshot, std::unique_ptr<StorageFile> file)
        : ForwardingFile(std::move(file)), all_(all), is_snapshot_(is_snapshot) {}
    IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
      if (is_snapshot_ && all_.before_write) all_.before_write(bytes);
      return ForwardingFile::WriteAt(offset, bytes);
    }
    int Sync() override {
      if (!is_snapshot_ && all_.before_sync) all_.before_sync();
      return ForwardingFile::Sync();
    }

   private:
    WatchedStorage& all_;
    const bool is_snapshot_;
  };

  std::unique_ptr<StorageFile> Wrap(const std::string& path, OpenMode mode,
                                    std::unique_ptr<StorageFile> file) override {
    if (mode == OpenMode::kRead) return file;
    return std::make_unique<File>(*this, path.find("/snapshot") != std::string::npos, std::move(file));
  }
};

}  // namespace flexstock::sim
