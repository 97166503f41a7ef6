// WatchedStorage: a storage that says before each write of a snapshot that it comes, so that others can come in
// between.
//
// Threads  One.
#pragma once

#include <functional>

#include "tests/sim/forwarding_storage.h"

namespace flexstock::sim {

class WatchedStorage final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::function<void()> before_write;

 private:
  class File final : public ForwardingFile {
   public:
    File(WatchedStorage& all, std::unique_ptr<StorageFile> file) : ForwardingFile(std::move(file)), all_(all) {}
    IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
      if (all_.before_write) all_.before_write();
      return ForwardingFile::WriteAt(offset, bytes);
    }

   private:
    WatchedStorage& all_;
  };

  std::unique_ptr<StorageFile> Wrap(const std::string& path, OpenMode mode,
                                    std::unique_ptr<StorageFile> file) override {
    if (mode != OpenMode::kCreate || path.find("/snapshot") == std::string::npos) return file;
    return std::make_unique<File>(*this, std::move(file));
  }
};

}  // namespace flexstock::sim
