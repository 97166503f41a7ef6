// WatchedStorage: a storage that says before each write of a snapshot that it comes, so that others can come in
// between.
//
// Threads  One.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "flexstock/storage.h"

namespace flexstock::sim {

class WatchedStorage final : public Storage {
 public:
  explicit WatchedStorage(Storage& storage) : storage_(storage) {}
  std::function<void()> before_write;

  int MakeDirectory(const std::string& path) override { return storage_.MakeDirectory(path); }
  int List(const std::string& path, std::vector<std::string>* names) override { return storage_.List(path, names); }
  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override {
    if (mode != OpenMode::kCreate || path.find("/snapshot") == std::string::npos) {
      return storage_.Open(path, mode, file);
    }
    std::unique_ptr<StorageFile> inner;
    if (const int error = storage_.Open(path, mode, &inner); error != 0) return error;
    *file = std::make_unique<File>(*this, std::move(inner));
    return 0;
  }
  int Rename(const std::string& from, const std::string& to) override { return storage_.Rename(from, to); }
  int Remove(const std::string& path) override { return storage_.Remove(path); }
  int SyncDirectory(const std::string& path) override { return storage_.SyncDirectory(path); }
  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override { return storage_.Lock(path, lock); }

 private:
  class File final : public StorageFile {
   public:
    File(WatchedStorage& all, std::unique_ptr<StorageFile> file) : all_(all), file_(std::move(file)) {}
    IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override { return file_->ReadAt(offset, bytes); }
    IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
      if (all_.before_write) all_.before_write();
      return file_->WriteAt(offset, bytes);
    }
    int Sync() override { return file_->Sync(); }
    int Size(std::uint64_t* size) override { return file_->Size(size); }

   private:
    WatchedStorage& all_;
    const std::unique_ptr<StorageFile> file_;
  };

  Storage& storage_;
};

}  // namespace flexstock::sim
