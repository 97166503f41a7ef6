// PrivateView: a directory as it is on the disk, in which an engine may be opened without changing it. What is read
// comes from the storage below; what is written, renamed or removed is so in memory alone, and its lock locks nobody.
//
// Threads  As Storage.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "flexstock/storage.h"

namespace flexstock::journal_tool {

class PrivateView final : public Storage {
 public:
  explicit PrivateView(Storage& below) : below_(below) {}

  int MakeDirectory(const std::string& path) override;  // it must be there
  int List(const std::string& path, std::vector<std::string>* names) override;
  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override;
  int Rename(const std::string& from, const std::string& to) override;
  int Remove(const std::string& path) override;
  int SyncDirectory(const std::string& path) override;
  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override;

 private:
  class Content;
  class File;

  [[nodiscard]] int Find(const std::string& path, std::shared_ptr<Content>* content);

  Storage& below_;
  std::mutex mutex_;
  // What is not as it is below: a file that was written to or has a new name; nullptr: it was removed.
  std::map<std::string, std::shared_ptr<Content>> names_;
};

}  // namespace flexstock::journal_tool
