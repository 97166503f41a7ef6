// FrozenView: a directory as a scan has found it, however an engine goes on there meanwhile. Nothing can be written.
//
// There is what recovery needs, and nothing else: the newest snapshot that the scan has met, and its segments, with
// zeros behind the last block that it has read. Files that are removed while the view lives can still be read: they are
// open, up to a number that leaves room for others. Only a segment that a running engine uses again, because it has
// taken a snapshot since, is lost to the view: then its blocks are not found.
//
// Threads  As Storage.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flexstock/storage.h"
#include "tools/journal/scan.h"

namespace flexstock::journal_tool {

class FrozenView final : public Storage {
 public:
  // `path`: the directory that was scanned.
  FrozenView(Storage& below, const std::string& path, const Scanned& scanned);

  int List(const std::string& path, std::vector<std::string>* names) override;
  int Open(const std::string& path, OpenMode mode, std::unique_ptr<StorageFile>* file) override;

  int MakeDirectory(const std::string& path) override;
  int Rename(const std::string& from, const std::string& to) override;
  int Remove(const std::string& path) override;
  int SyncDirectory(const std::string& path) override;
  int Lock(const std::string& path, std::unique_ptr<StorageLock>* lock) override;

 private:
  class File;
  struct Frozen {
    std::uint64_t end;                  // zeros from there on
    std::shared_ptr<StorageFile> held;  // nullptr: it is opened when it is wanted
  };
  void Add(const std::string& name, std::uint64_t end);

  Storage& below_;
  const std::string path_;
  std::map<std::string, Frozen> files_;  // by name
};

}  // namespace flexstock::journal_tool
