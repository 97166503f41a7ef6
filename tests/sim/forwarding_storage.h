// ForwardingStorage: another storage, as it is, for those that change one thing about it: they override that alone.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "flexstock/storage.h"

namespace flexstock::sim {

class ForwardingFile : public StorageFile {
 public:
  explicit ForwardingFile(std::unique_ptr<StorageFile> file) : file_(std::move(file)) {}
  IoResult ReadAt(std::uint64_t offset, std::span<std::byte> bytes) override { return file_->ReadAt(offset, bytes); }
  IoResult WriteAt(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return file_->WriteAt(offset, bytes);
  }
  int Sync() override { return file_->Sync(); }
  int Size(std::uint64_t* size) override { return file_->Size(size); }

 private:
  const std::unique_ptr<StorageFile> file_;
};

class ForwardingStorage : public Storage {
 public:
  explicit ForwardingStorage(Storage& storage) : storage_(storage) {}

  int MakeDirectory(const std::string& path) override { return storage_.MakeDirectory(path); }
  int List(const std::string& path, std::vector<std::string>* names) override { return storage_.List(path, names); }
  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override {
    std::unique_ptr<StorageFile> inner;
    if (const int error = storage_.Open(path, mode, &inner); error != 0) return error;
    *file = Wrap(path, mode, std::move(inner));
    return 0;
  }
  int Rename(const std::string& from, const std::string& to) override { return storage_.Rename(from, to); }
  int Remove(const std::string& path) override { return storage_.Remove(path); }
  int SyncDirectory(const std::string& path) override { return storage_.SyncDirectory(path); }
  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override { return storage_.Lock(path, lock); }

 protected:
  // What whoever opens a file gets.
  virtual std::unique_ptr<StorageFile> Wrap(const std::string& path, OpenMode mode,
                                            std::unique_ptr<StorageFile> file) = 0;

 private:
  Storage& storage_;
};

}  // namespace flexstock::sim
