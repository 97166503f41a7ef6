// Meanwhile: the files of a storage, and something that happens when one of them is opened for the n-th time.
//
// Threads  One.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "flexstock/storage.h"

namespace flexstock::journal_tool {

class Meanwhile final : public Storage {
 public:
  Meanwhile(Storage& below, std::string path, int opened, std::function<void()> happens)
      : below_(below), path_(std::move(path)), left_(opened), happens_(std::move(happens)) {}

  [[nodiscard]] bool happened() const { return left_ == 0; }

  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override {
    if (path == path_ && left_ > 0 && --left_ == 0) happens_();
    return below_.Open(path, mode, file);
  }
  int MakeDirectory(const std::string& path) override { return below_.MakeDirectory(path); }
  int List(const std::string& path, std::vector<std::string>* names) override { return below_.List(path, names); }
  int Rename(const std::string& from, const std::string& to) override { return below_.Rename(from, to); }
  int Remove(const std::string& path) override { return below_.Remove(path); }
  int SyncDirectory(const std::string& path) override { return below_.SyncDirectory(path); }
  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override { return below_.Lock(path, lock); }

 private:
  Storage& below_;
  const std::string path_;
  int left_;
  const std::function<void()> happens_;
};

}  // namespace flexstock::journal_tool
